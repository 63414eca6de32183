//! Knowing a digest or a name opens nothing (issue's "no leaks"; OCI notes §6): what is elsewhere,
//! hidden or somebody else's answers like what does not exist.

use packhouse_core::permission::Role;
use packhouse_testkit::app::{Answer, TestClient, send};
use reqwest::Method;

use crate::image::{IMAGE, config};
use crate::world::{Image, World, address, bytes, location, refused, sha256};

/// Gives an answer without what it was asked about and what is made anew each time.
fn faceless(answer: &Answer, asked: &[&str]) -> (u16, Vec<String>, String) {
    let id = answer
        .header("docker-upload-uuid")
        .unwrap_or("none")
        .to_owned();
    let without = |text: &str| {
        let mut text = text.replace(&id, "ID");
        for word in asked {
            text = text.replace(word, "ASKED");
        }
        text
    };
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let mut headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {}", without(value.to_str().unwrap())))
        .collect();
    headers.sort();
    (answer.status.as_u16(), headers, without(&answer.text()))
}

/// Two digests of blobs: one that only acme/secret holds, and one that nobody does.
async fn secret() -> (World, String, String) {
    let world = World::new().await;
    let secret = world.image("secret");
    secret.push("1", "secret").await;
    (
        world,
        sha256(&bytes("secret", 200)),
        sha256(b"nobody has this"),
    )
}

/// Asks for both digests in the same way, and insists on the same answer.
async fn same(client: &TestClient, method: Method, path: &str, digests: [&str; 2], status: u16) {
    let ask = |digest: &str| client.request(method.clone(), &path.replace("DIGEST", digest));
    let known = send(ask(digests[0])).await.expect(status);
    let unknown = send(ask(digests[1])).await.expect(status);
    let (known, unknown) = (faceless(&known, &digests), faceless(&unknown, &digests));
    assert_eq!(known, unknown, "{method} {path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_09_10_a_blob_that_is_elsewhere_answers_like_an_unknown_one() {
    let (world, known, unknown) = secret().await;
    let sam = world.app.user("sam").await;
    let own = Image::of(&sam, "sam/own");
    own.push("1", "own").await;
    let digests = [known.as_str(), unknown.as_str()];
    // In an image of one's own, in one that is yet to be, and where it is but may not be read.
    for name in ["sam/own", "sam/new", "acme/secret", "acme/missing"] {
        for method in [Method::HEAD, Method::GET] {
            same(&sam, method, &format!("/{name}/blobs/DIGEST"), digests, 404).await;
        }
    }
    for name in ["sam/own", "sam/new"] {
        let uploads = format!("/{name}/blobs/uploads/");
        for query in [
            "?mount=DIGEST",
            "?mount=DIGEST&from=acme/secret",
            "?mount=DIGEST&from=x/y",
        ] {
            same(
                &sam,
                Method::POST,
                &format!("{uploads}{query}"),
                digests,
                202,
            )
            .await;
        }
        // No mount came of it.
        own.head(&format!("blobs/{known}")).await.expect(404);
    }
    // Nor does a manifest that names it.
    let manifest = crate::image::manifest(&config("secret"), &[&bytes("secret", 200)]);
    let answer = own.put("2", IMAGE, &manifest).await.expect(400);
    let errors = answer.json()["errors"].clone();
    let codes: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["code"])
        .collect();
    assert_eq!(codes, ["MANIFEST_BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"]);
    // A member without access learns no more.
    let mia = world.member("mia").await;
    same(
        &mia,
        Method::POST,
        "/acme/mine/blobs/uploads/?mount=DIGEST",
        digests,
        202,
    )
    .await;
    let query = "/acme/mine/blobs/uploads/?mount=DIGEST&from=acme/secret";
    same(&mia, Method::POST, query, digests, 202).await;
    same(&mia, Method::GET, "/acme/mine/blobs/DIGEST", digests, 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_08_an_access_token_that_asked_for_the_source_does_not_help() {
    let (world, known, unknown) = secret().await;
    world.app.user("sam").await;
    let basic = crate::auth::basic("sam", packhouse_testkit::app::PASSWORD);
    let scopes = [
        "repository:sam/new:pull,push",
        "repository:acme/secret:pull",
    ];
    let sam = crate::auth::bearer(&world.app, Some(&basic), &scopes).await;
    let path = "/sam/new/blobs/uploads/?mount=DIGEST&from=acme/secret";
    same(&sam, Method::POST, path, [&known, &unknown], 202).await;
    // Nor is it said whether the source is there.
    let elsewhere = path.replace("acme/secret", "acme/missing");
    let here = send(sam.request(Method::POST, &path.replace("DIGEST", &known))).await;
    let there = send(sam.request(Method::POST, &elsewhere.replace("DIGEST", &known))).await;
    assert_eq!(faceless(&here, &[]), faceless(&there, &[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_follows_the_right_to_read_the_source() {
    let (world, known, _) = secret().await;
    let sam = world.app.user("sam").await;
    let own = Image::of(&sam, "sam/own");
    let query = format!("?mount={known}&from=acme/secret");
    own.post(&query, b"").await.expect(202);
    world
        .app
        .grant(&address("secret"), "sam", Some(Role::Read))
        .await;
    own.post(&query, b"").await.expect(201);
    own.delete(&format!("blobs/{known}")).await.expect(202);
    world.app.grant(&address("secret"), "sam", None).await;
    own.post(&query, b"").await.expect(202);
    own.head(&format!("blobs/{known}")).await.expect(404);
    // Another owner's is never found without being named, readable or not.
    world.publish("secret").await;
    own.post(&format!("?mount={known}"), b"").await.expect(202);
    own.post(&query, b"").await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_04_a_hidden_image_answers_like_a_missing_one() {
    let (world, known, _) = secret().await;
    let manifest = crate::image::manifest(&config("secret"), &[&bytes("secret", 200)]);
    let sam = world.app.user("sam").await;
    let paths = [
        "/manifests/1".to_owned(),
        format!("/manifests/{}", sha256(&manifest)),
        format!("/blobs/{known}"),
        "/tags/list".to_owned(),
        format!("/referrers/{}", sha256(&manifest)),
        "/_oci/ext/discover".to_owned(),
    ];
    for client in [sam, world.app.anonymous()] {
        for path in &paths {
            for method in [Method::GET, Method::HEAD] {
                let asked = ["acme/secret", "acme/absent", "ghost/absent"];
                let mut answers = Vec::new();
                for name in asked {
                    let request = client.request(method.clone(), &format!("/{name}{path}"));
                    let answer = send(request).await;
                    let mut faceless = faceless(&answer, &asked);
                    // The three names differ in length.
                    faceless
                        .1
                        .retain(|header| !header.starts_with("content-length"));
                    answers.push(faceless);
                }
                assert_eq!(answers[0], answers[1], "{path}");
                assert_eq!(answers[0], answers[2], "{path}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_brought_for_a_new_image_is_seen_by_nobody_else() {
    let world = World::new().await;
    let (mia, max) = (world.member("mia").await, world.member("max").await);
    let mine = Image::of(&mia, "acme/new");
    let digest = mine.blob(b"brought by mia").await;
    let path = format!("blobs/{digest}");
    mine.get(&path).await.expect(200);
    let unknown = sha256(b"brought by nobody");
    for other in [&max, &world.owner] {
        let digests = [digest.as_str(), unknown.as_str()];
        same(other, Method::HEAD, "/acme/new/blobs/DIGEST", digests, 404).await;
        same(other, Method::GET, "/acme/new/blobs/DIGEST", digests, 404).await;
        // Members may delete nothing that they cannot see; from an owner nothing is hidden.
        let status = if std::ptr::eq(other, &max) { 403 } else { 404 };
        let path = "/acme/new/blobs/DIGEST";
        same(other, Method::DELETE, path, digests, status).await;
        for query in ["?mount=DIGEST&from=acme/new", "?mount=DIGEST"] {
            let uploads = format!("/acme/other/blobs/uploads/{query}");
            same(other, Method::POST, &uploads, digests, 202).await;
        }
    }
    // It is in no list, for whom ever.
    for client in [&mia, &max, &world.owner] {
        let image = mine.by(client);
        refused(image.get("tags/list").await, 404, "NAME_UNKNOWN");
        refused(image.get("manifests/1").await, 404, "NAME_UNKNOWN");
        match std::ptr::eq(client, &max) {
            true => {
                let answer = image.get(&format!("referrers/{digest}")).await;
                refused(answer, 404, "NAME_UNKNOWN");
            }
            false => assert!(image.referrers(&digest).await.is_empty()),
        }
        let body = client.get("/_catalog").await.expect(200).json();
        assert_eq!(body, serde_json::json!({ "repositories": [] }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_manifest_makes_an_image_and_its_pusher_the_admin() {
    let world = World::new().await;
    let (mia, max) = (world.member("mia").await, world.member("max").await);
    let mine = Image::of(&mia, "acme/new");
    let manifest = mine.push("1", "new").await;
    assert_eq!(mine.tags().await, ["1"]);
    let body = mia.get("/_catalog").await.expect(200).json();
    assert_eq!(body, serde_json::json!({ "repositories": ["acme/new"] }));
    // Private: other members find nothing, and cannot take the name.
    let his = mine.by(&max);
    refused(his.get("manifests/1").await, 404, "NAME_UNKNOWN");
    refused(his.post("", b"").await, 403, "DENIED");
    refused(his.put("1", IMAGE, &manifest).await, 403, "DENIED");
    mine.push("2", "other").await;
    mine.delete(&format!("manifests/{}", sha256(&manifest)))
        .await
        .expect(202);
    mine.by(&world.owner).get("manifests/2").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_its_creators_alone() {
    let world = World::new().await;
    let image = world.image("web");
    image.push("1", "one").await;
    let wes = world.app.user("wes").await;
    world
        .app
        .grant(&address("web"), "wes", Some(Role::Write))
        .await;
    let his = image.by(&wes);
    let at = image.begin().await;
    image.patch(&at, b"half", Some("0-3")).await.expect(202);
    let unknown = at.replace(&at[at.len() - 12..], "000000000000");
    assert_ne!(at, unknown);
    for path in [&at, &unknown] {
        refused(wes.get(path).await, 404, "BLOB_UPLOAD_UNKNOWN");
        refused(
            his.patch(path, b"x", None).await,
            404,
            "BLOB_UPLOAD_UNKNOWN",
        );
        let answer = his.close(path, &sha256(b"half"), b"", None).await;
        refused(answer, 404, "BLOB_UPLOAD_UNKNOWN");
        refused(wes.delete(path).await, 404, "BLOB_UPLOAD_UNKNOWN");
    }
    // It belongs to one image, too.
    let elsewhere = at.replace("acme/web", "acme/other");
    refused(
        image.client.get(&elsewhere).await,
        404,
        "BLOB_UPLOAD_UNKNOWN",
    );
    let answer = image.close(&elsewhere, &sha256(b"half"), b"", None).await;
    refused(answer, 404, "BLOB_UPLOAD_UNKNOWN");
    let status = image.client.get(&at).await.expect(204);
    assert_eq!(status.header("range"), Some("0-3"));
    assert_eq!(location(&status), at);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_cannot_tell_a_hidden_image_from_a_free_name() {
    let (world, known, unknown) = secret().await;
    let mia = world.member("mia").await;
    let names = ["acme/secret", "acme/absent"];
    for digest in [&known, &unknown] {
        for (method, path) in [
            (Method::GET, format!("/blobs/{digest}")),
            (Method::HEAD, format!("/blobs/{digest}")),
            (Method::DELETE, format!("/blobs/{digest}")),
            (Method::GET, format!("/referrers/{digest}")),
        ] {
            let mut answers = Vec::new();
            for name in names {
                let request = mia.request(method.clone(), &format!("/{name}{path}"));
                answers.push(faceless(&send(request).await, &names));
            }
            assert_eq!(answers[0], answers[1], "{method} {path}");
        }
    }
    // Nor does an access token that states neither.
    let basic = crate::auth::basic("mia", packhouse_testkit::app::PASSWORD);
    let scopes = ["repository:acme/mine:pull,push"];
    let token = crate::auth::bearer(&world.app, Some(&basic), &scopes).await;
    for name in names {
        let path = format!("/acme/mine/blobs/uploads/?mount={known}&from={name}");
        send(token.request(Method::POST, &path)).await.expect(202);
    }
}
