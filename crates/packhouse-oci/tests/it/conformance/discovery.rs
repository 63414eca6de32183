//! Listing tags and images.

use crate::image::IMAGE;
use crate::world::{Image, World, refused};

/// Tags that differ by case and punctuation, in the order of bytes.
const TAGS: [&str; 8] = ["1.0", "1.0-a", "1.0_b", "A", "_x", "a", "a.b", "b"];

async fn tagged() -> (World, Image) {
    let world = World::new().await;
    let image = world.image("tags");
    let manifest = image.layers("tags").await;
    for tag in TAGS.iter().rev() {
        image.put(tag, IMAGE, &manifest).await.expect(201);
    }
    (world, image)
}

async fn listed(image: &Image, query: &str) -> (Vec<String>, Option<String>) {
    let answer = image.get(&format!("tags/list{query}")).await.expect(200);
    let tags = serde_json::from_value(answer.json()["tags"].clone()).unwrap();
    (tags, answer.header("link").map(str::to_owned))
}

/// Gives the address that a Link names as the next page, below the protocol's scope.
#[track_caller]
pub fn next(link: &str) -> &str {
    let link = link.strip_prefix("</v2").expect("a relative address");
    link.strip_suffix(">; rel=\"next\"")
        .expect("of the next page")
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_come_in_the_order_of_bytes() {
    let (_world, image) = tagged().await;
    assert_eq!(
        listed(&image, "").await,
        (TAGS.map(str::to_owned).to_vec(), None)
    );
    assert_eq!(image.tags().await, TAGS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_as_many_tags_as_asked_for() {
    let (_world, image) = tagged().await;
    let (tags, link) = listed(&image, "?n=4").await;
    assert_eq!(tags, TAGS[..4]);
    assert_eq!(next(&link.unwrap()), "/acme/tags/tags/list?n=4&last=A");
    let (tags, link) = listed(&image, "?n=8").await;
    assert_eq!((tags.len(), link), (8, None));
    let (tags, link) = listed(&image, "?n=9").await;
    assert_eq!((tags.len(), link), (8, None));
    assert_eq!(listed(&image, "?n=0").await, (vec![], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_begins_after_the_last_of_the_one_before() {
    let (_world, image) = tagged().await;
    for (at, last) in TAGS.iter().enumerate() {
        let (tags, link) = listed(&image, &format!("?last={last}")).await;
        assert_eq!(
            (tags.as_slice(), link),
            (&TAGS.map(str::to_owned)[at + 1..], None)
        );
    }
    // One that is not there, or not any more, is a place all the same.
    assert_eq!(listed(&image, "?last=1.0-b").await.0, TAGS[2..]);
    assert_eq!(listed(&image, "?last=zzz").await.0, TAGS[..0]);
    image.delete("manifests/A").await.expect(202);
    assert_eq!(listed(&image, "?n=2&last=A").await.0, ["_x", "a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn following_links_gives_every_tag_once() {
    let (_world, image) = tagged().await;
    let (mut all, mut path) = (Vec::new(), "/acme/tags/tags/list?n=3".to_owned());
    loop {
        let answer = image.client.get(&path).await.expect(200);
        let page: Vec<String> = serde_json::from_value(answer.json()["tags"].clone()).unwrap();
        all.extend(page);
        let Some(link) = answer.header("link") else {
            break;
        };
        path = next(link).to_owned();
    }
    assert_eq!(all, TAGS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_number_is_no_page() {
    let (_world, image) = tagged().await;
    for bad in ["-1", "x", "", "1.5"] {
        let answer = image.get(&format!("tags/list?n={bad}")).await;
        refused(answer, 400, "PAGINATION_NUMBER_INVALID");
        let answer = image.client.get(&format!("/_catalog?n={bad}")).await;
        refused(answer, 400, "PAGINATION_NUMBER_INVALID");
    }
    assert_eq!(listed(&image, "?n=1000000000").await.0, TAGS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_without_tags_lists_none() {
    let world = World::new().await;
    let image = world.image("untagged");
    let manifest = image.push("1", "one").await;
    image.delete("manifests/1").await.expect(202);
    assert_eq!(listed(&image, "").await, (vec![], None));
    let path = format!("manifests/{}", crate::world::sha256(&manifest));
    image.get(&path).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unused_name_has_no_tags_and_no_referrers() {
    let world = World::new().await;
    let image = world.image("unused");
    refused(image.get("tags/list").await, 404, "NAME_UNKNOWN");
    refused(image.get("manifests/1").await, 404, "NAME_UNKNOWN");
    assert!(
        image
            .referrers(&format!("sha256:{}", "0".repeat(64)))
            .await
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_lists_images_page_by_page() {
    let world = World::new().await;
    for name in ["web", "api", "tools/cli", "tools-x"] {
        world.image(name).push("1", name).await;
    }
    // Bytes alone make no image.
    world.image("draft").blob(b"draft").await;
    let all = ["acme/api", "acme/tools-x", "acme/tools/cli", "acme/web"];
    let body = world.owner.get("/_catalog").await.expect(200).json();
    assert_eq!(body, serde_json::json!({ "repositories": all }));
    let (mut found, mut path) = (Vec::new(), "/_catalog?n=1".to_owned());
    loop {
        let answer = world.owner.get(&path).await.expect(200);
        let page = answer.json()["repositories"].clone();
        let page: Vec<String> = serde_json::from_value(page).unwrap();
        assert!(page.len() <= 1);
        found.extend(page);
        let Some(link) = answer.header("link") else {
            break;
        };
        path = next(link).to_owned();
    }
    assert_eq!(found, all);
    let none = world.owner.get("/_catalog?n=0").await.expect(200);
    assert_eq!(none.json(), serde_json::json!({ "repositories": [] }));
    assert!(none.header("link").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_extensions() {
    let world = World::new().await;
    let image = world.image("web");
    image.push("1", "one").await;
    let none = serde_json::json!({ "extensions": [] });
    let body = world
        .owner
        .get("/_oci/ext/discover")
        .await
        .expect(200)
        .json();
    assert_eq!(body, none);
    assert_eq!(
        image.get("_oci/ext/discover").await.expect(200).json(),
        none
    );
}
