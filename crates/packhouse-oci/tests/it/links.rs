//! Which repository an image belongs to: by its name, or by the source that it names, under the
//! guard that its pusher may write there (`design.md` §3).

use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_testkit::app::{Answer, TestClient};
use serde_json::{Value, json};

use crate::image::{IMAGE, INDEX, descriptor, image as image_manifest, index, labelled};
use crate::world::{Image, World, bytes, message, refused, sha256};

const SOURCE: &str = "org.opencontainers.image.source";

/// A world with the repository `acme/tools`, private but for wes, who may write, and rita, who may
/// read.
async fn world() -> (World, TestClient, TestClient) {
    let world = World::new().await;
    let (wes, rita) = (world.member("wes").await, world.member("rita").await);
    world
        .app
        .repository("acme/tools", Visibility::Private)
        .await;
    for (user, role) in [("wes", Role::Write), ("rita", Role::Read)] {
        world
            .app
            .grant_on_repository("acme/tools", user, Some(role))
            .await;
    }
    (world, wes, rita)
}

/// Pushes an image whose label names a source.
async fn labelled_push(image: &Image, source: &str) -> Answer {
    let config = labelled(&image.name, &json!({ SOURCE: source }));
    let layer = bytes(&image.name, 100);
    image.blob(&config).await;
    image.blob(&layer).await;
    let manifest = image_manifest(&config, &[&layer]).to_string();
    image.put("1", IMAGE, manifest.as_bytes()).await
}

/// Tells who reads an image by being let into its repository: only then is it linked and inherits.
async fn is_linked(world: &World, image: &Image) -> bool {
    let probe = world.app.user("probe").await;
    let probe = image.by(&probe);
    probe.get("manifests/1").await.expect(404);
    world
        .app
        .grant_on_repository("acme/tools", "probe", Some(Role::Read))
        .await;
    match probe.get("manifests/1").await.status.as_u16() {
        200 => true,
        404 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_46_a_label_links_where_the_pusher_may_write() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/web");
    let answer = labelled_push(&image, "https://git.example/acme/tools")
        .await
        .expect(201);
    assert!(answer.header("warning").is_none());
    assert!(is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_address_links_as_well() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/web");
    let own = world.app.base.replace("/v2", "/Acme/Tools.git");
    labelled_push(&image, &own).await.expect(201);
    assert!(is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_46_a_label_does_not_link_where_the_pusher_may_not_write() {
    let (world, _, rita) = world().await;
    let image = Image::of(&rita, "acme/web");
    let answer = labelled_push(&image, "https://git.example/acme/tools")
        .await
        .expect(201);
    // Clients print it: one code, no agent, no date, plain text.
    let warning = answer.header("warning").unwrap();
    assert!(
        warning.starts_with("299 - \"published without a link"),
        "{warning}"
    );
    assert!(warning.ends_with('"') && warning.len() <= 4096);
    assert!(!is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_sources_and_what_is_none_link_nothing() {
    for (source, warns) in [
        ("https://elsewhere.example/acme/tools", true),
        ("https://git.example/acme/missing", true),
        ("not an address", false),
        ("", false),
    ] {
        let (world, wes, _) = world().await;
        let image = Image::of(&wes, "acme/web");
        let answer = labelled_push(&image, source).await.expect(201);
        assert_eq!(answer.header("warning").is_some(), warns, "{source}");
        assert!(!is_linked(&world, &image).await, "{source}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn annotations_come_before_labels() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/web");
    let config = labelled("web", &json!({ SOURCE: "https://elsewhere.example/x/y" }));
    image.blob(&config).await;
    let mut manifest = image_manifest(&config, &[]);
    manifest["annotations"] = json!({ SOURCE: "https://git.example/acme/tools" });
    let answer = image.put("1", IMAGE, manifest.to_string().as_bytes()).await;
    assert!(answer.expect(201).header("warning").is_none());
    assert!(is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_links_by_its_annotations() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/web");
    // The children come first, and make the image.
    let mut parent: Value = index(&[]);
    parent["annotations"] = json!({ SOURCE: "git@git.example:acme/tools.git" });
    image
        .put("1", INDEX, parent.to_string().as_bytes())
        .await
        .expect(201);
    assert!(is_linked(&world, &image).await);
    let child = image.push("child", "child").await;
    let parent = index(&[descriptor(IMAGE, &child)]).to_string();
    image.put("2", INDEX, parent.as_bytes()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_47_a_name_links_where_the_pusher_may_write() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/tools/cli");
    let manifest = image.push("1", "cli").await;
    assert_eq!(image.get("manifests/1").await.expect(200).body, manifest);
    assert!(is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_a_repository_that_the_pusher_only_reads_is_refused() {
    let (world, _, rita) = world().await;
    let image = Image::of(&rita, "acme/tools/cli");
    let manifest = image.layers("cli").await;
    let answer = image.put("1", IMAGE, &manifest).await;
    let text = message(&refused(answer, 403, "DENIED"));
    assert!(text.contains("acme/tools"), "{text}");
    refused(image.get("manifests/1").await, 404, "NAME_UNKNOWN");
    let body = rita.get("/_catalog").await.expect(200).json();
    assert_eq!(body, json!({ "repositories": [] }));
    drop(world);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_a_repository_that_is_missing_is_no_link() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/nothing/cli");
    let manifest = image.push("1", "cli").await;
    assert_eq!(image.get("manifests/1").await.expect(200).body, manifest);
    // One that comes later changes nothing.
    world
        .app
        .repository("acme/nothing", Visibility::Public)
        .await;
    image.push("2", "more").await;
    let nobody = image.by(&world.app.anonymous());
    nobody.get("manifests/1").await.expect(401);
    assert!(!is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_linked_is_as_visible_as_its_repository() {
    let world = World::new().await;
    world.app.repository("acme/open", Visibility::Public).await;
    let image = world.image("open/cli");
    let manifest = image.push("1", "cli").await;
    let nobody = image.by(&world.app.anonymous());
    assert_eq!(nobody.get("manifests/1").await.expect(200).body, manifest);
    // A source that a later push names links nothing any more.
    let later = world.image("later");
    later.push("1", "later").await;
    labelled_push(&later, "https://git.example/acme/open")
        .await
        .expect(201);
    let nobody = later.by(&world.app.anonymous());
    nobody.get("manifests/1").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_manifest_of_a_push_need_not_name_the_source() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/web");
    // A builder pushes what has no label first, then the image that has, then the tag.
    let (config, layer) = (b"{}".to_vec(), bytes("first", 100));
    image.blob(&config).await;
    image.blob(&layer).await;
    let first = image_manifest(&config, &[&layer]).to_string().into_bytes();
    image.put(&sha256(&first), IMAGE, &first).await.expect(201);
    let labels = json!({ SOURCE: "https://git.example/acme/tools" });
    let config = labelled("second", &labels);
    image.blob(&config).await;
    let second = image_manifest(&config, &[&layer]).to_string().into_bytes();
    image
        .put(&sha256(&second), IMAGE, &second)
        .await
        .expect(201);
    let list = index(&[descriptor(IMAGE, &first), descriptor(IMAGE, &second)]);
    image
        .put("1", INDEX, list.to_string().as_bytes())
        .await
        .expect(201);
    assert!(is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn annotations_of_the_index_name_the_source_too() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/web");
    let (config, layer) = (b"{}".to_vec(), bytes("first", 100));
    image.blob(&config).await;
    image.blob(&layer).await;
    let child = image_manifest(&config, &[&layer]).to_string().into_bytes();
    image.put(&sha256(&child), IMAGE, &child).await.expect(201);
    let mut list = index(&[descriptor(IMAGE, &child)]);
    list["annotations"] = json!({ SOURCE: "https://git.example/acme/tools" });
    image
        .put("1", INDEX, list.to_string().as_bytes())
        .await
        .expect(201);
    assert!(is_linked(&world, &image).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_tagged_a_later_push_links_nothing() {
    let (world, wes, _) = world().await;
    let image = Image::of(&wes, "acme/web");
    image.push("0", "unlabelled").await;
    labelled_push(&image, "https://git.example/acme/tools")
        .await
        .expect(201);
    assert!(!is_linked(&world, &image).await);
}
