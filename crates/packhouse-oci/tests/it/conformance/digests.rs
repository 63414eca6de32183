//! Digests that are not those of what came.

use crate::image::IMAGE;
use crate::world::{Algorithm, Image, World, bytes, location, refused};

/// Makes a test of each algorithm and way to push.
macro_rules! ways {
    ($($name:ident => $way:ident;)*) => { $(
        mod $name {
            use super::{Algorithm, check, Way};

            #[tokio::test(flavor = "multi_thread")]
            async fn sha256() {
                check(Algorithm::Sha256, Way::$way).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sha512() {
                check(Algorithm::Sha512, Way::$way).await;
            }
        }
    )* };
}

ways! {
    bad_digest_in_a_single_post => Post;
    bad_digest_after_post_and_put => PostPut;
    bad_digest_after_chunks => Chunks;
    bad_digest_with_the_last_chunk => LastInPut;
    bad_digest_after_a_stream => Stream;
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Post,
    PostPut,
    Chunks,
    LastInPut,
    Stream,
}

async fn check(algorithm: Algorithm, way: Way) {
    let mut world = World::new().await;
    let image = world.image("bad");
    let (blob, digest) = (bytes("bad", 3000), algorithm.of(b"something else"));
    world.mark().await;
    let answer = match way {
        Way::Post => image.post(&format!("?digest={digest}"), &blob).await,
        Way::PostPut => {
            let at = image.begin().await;
            image.close(&at, &digest, &blob, None).await
        }
        Way::Chunks | Way::LastInPut => {
            let at = chunked(&image, &blob[..2000]).await;
            let (last, range) = (&blob[2000..], Some("2000-2999"));
            if way == Way::LastInPut {
                image.close(&at, &digest, last, range).await
            } else {
                let at = location(&image.patch(&at, last, range).await.expect(202));
                image.close(&at, &digest, b"", None).await
            }
        }
        Way::Stream => {
            let at = image.begin().await;
            image.patch(&at, &blob, None).await.expect(202);
            image.close(&at, &digest, b"", None).await
        }
    };
    let answer = refused(answer, 400, "DIGEST_INVALID");
    // Both are told: what was announced, and what came.
    let text = crate::world::message(&answer);
    assert!(text.contains(&digest), "{text}");
    assert!(text.contains(&algorithm.of(&blob)), "{text}");
    image.head(&format!("blobs/{digest}")).await.expect(404);
    image
        .head(&format!("blobs/{}", algorithm.of(&blob)))
        .await
        .expect(404);
    world
        .expect_untouched("nothing is kept of it, the session included")
        .await;
}

async fn chunked(image: &Image, blob: &[u8]) -> String {
    let at = image.begin().await;
    let first = image
        .patch(&at, &blob[..1000], Some("0-999"))
        .await
        .expect(202);
    let second = image
        .patch(&location(&first), &blob[1000..], Some("1000-1999"))
        .await;
    location(&second.expect(202))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_digest_is_refused_and_the_session_kept() {
    let world = World::new().await;
    let image = world.image("bad");
    let blob = bytes("bad", 300);
    for bad in [
        "sha256:short",
        "md5:0a0a",
        "sha256",
        "",
        "SHA256:0a",
        "blake3:0a",
    ] {
        let answer = image.post(&format!("?digest={bad}"), &blob).await;
        refused(answer, 400, "DIGEST_INVALID");
        let at = image.begin().await;
        image.patch(&at, &blob, None).await.expect(202);
        let answer = image.close(&at, bad, b"", None).await;
        refused(answer, 400, "DIGEST_INVALID");
        let digest = Algorithm::Sha256.of(&blob);
        image.close(&at, &digest, b"", None).await.expect(201);
        refused(
            image.get(&format!("blobs/{bad}x")).await,
            400,
            "DIGEST_INVALID",
        );
    }
    let at = image.begin().await;
    let request = image.client.request(reqwest::Method::PUT, &at);
    let answer = packhouse_testkit::app::send(request).await;
    refused(answer, 400, "DIGEST_INVALID");
    image.client.get(&at).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_under_another_digest_is_refused() {
    let mut world = World::new().await;
    let image = world.image("bad");
    image.push("1", "one").await;
    let manifest = image.layers("two").await;
    world.mark().await;
    for algorithm in Algorithm::ALL {
        let digest = algorithm.of(b"something else");
        let answer = image.put(&digest, IMAGE, &manifest).await;
        refused(answer, 400, "DIGEST_INVALID");
        image.head(&format!("manifests/{digest}")).await.expect(404);
        let path = format!("manifests/{}", algorithm.of(&manifest));
        image.head(&path).await.expect(404);
    }
    for bad in ["sha256:baddigeststring", "md5:0a0a"] {
        refused(
            image.put(bad, IMAGE, &manifest).await,
            400,
            "DIGEST_INVALID",
        );
        let path = format!("manifests/{bad}");
        refused(image.get(&path).await, 400, "DIGEST_INVALID");
        refused(image.delete(&path).await, 400, "DIGEST_INVALID");
    }
    world.expect_untouched("no manifest is kept").await;
}
