//! Bodies that are too short, too long or too large.

use futures_util::stream;
use packhouse_http::limits::Limits;
use packhouse_testkit::app::{Options, send};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Image, World, bytes, location, message, refused, sha256};

const LIMIT: u64 = 100_000;

async fn limited() -> (World, Image) {
    let limits = Limits {
        oci_layer: LIMIT,
        ..Limits::default()
    };
    let world = World::with(Options {
        limits,
        ..Options::default()
    });
    let mut world = world.await;
    let image = world.image("bad");
    image.push("1", "one").await;
    world.mark().await;
    (world, image)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_over_the_limit_is_413_as_soon_as_it_is_known() {
    let (world, image) = limited().await;
    let large = bytes("large", LIMIT as usize + 1);
    let digest = sha256(&large);
    let told = |answer| {
        let answer = refused(answer, 413, "SIZE_INVALID");
        assert!(message(&answer).contains("100000"), "{}", answer.text());
    };
    told(image.post(&format!("?digest={digest}"), &large).await);
    let at = image.begin().await;
    told(image.patch(&at, &large, None).await);
    refused(image.client.get(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
    let at = image.begin().await;
    told(image.close(&at, &digest, &large, None).await);
    refused(image.client.get(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
    // In several chunks: with the one that goes over.
    let at = image.begin().await;
    image.patch(&at, &large[..60_000], None).await.expect(202);
    told(image.patch(&at, &large[60_000..], None).await);
    refused(image.client.get(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
    let at = image.begin().await;
    image.patch(&at, &large[..60_000], None).await.expect(202);
    told(image.close(&at, &digest, &large[60_000..], None).await);
    refused(image.client.get(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
    world
        .expect_untouched("nothing of a layer that is too large is kept")
        .await;
    // What is just as large as may be, is taken.
    image.blob(&large[..LIMIT as usize]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_of_unknown_length_is_413_once_it_goes_over_the_limit() {
    let (world, image) = limited().await;
    let digest = sha256(b"whatever");
    for (method, place) in [
        (Method::PATCH, "AT".to_owned()),
        (Method::PUT, format!("AT?digest={digest}")),
        (
            Method::POST,
            format!("/acme/bad/blobs/uploads/?digest={digest}"),
        ),
    ] {
        let at = image.begin().await;
        let pieces = (0..40).map(|_| Ok::<_, std::io::Error>(vec![7_u8; 10_000]));
        let body = reqwest::Body::wrap_stream(stream::iter(pieces));
        let request = image
            .client
            .request(method.clone(), &place.replace("AT", &at));
        refused(send(request.body(body)).await, 413, "SIZE_INVALID");
        if method == Method::POST {
            image.client.delete(&at).await.expect(204);
        } else {
            refused(image.client.get(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
        }
    }
    world
        .expect_untouched("nothing of a layer that is too large is kept")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_of_another_length_than_its_range_is_416_and_not_kept() {
    let (_world, image) = limited().await;
    let blob = bytes("length", 2000);
    let at = image.begin().await;
    let put_at = image.begin().await;
    for at in [&at, &put_at] {
        image
            .patch(at, &blob[..1000], Some("0-999"))
            .await
            .expect(202);
    }
    for range in [
        "1000-1998",
        "1000-2000",
        "1000-1000",
        "2000-1000",
        "x-y",
        "1000",
        "-1000",
    ] {
        let answer = image.patch(&at, &blob[1000..], Some(range)).await;
        refused(answer, 416, "BLOB_UPLOAD_INVALID");
        let answer = image
            .close(&put_at, &sha256(&blob), &blob[1000..], Some(range))
            .await;
        refused(answer, 416, "BLOB_UPLOAD_INVALID");
        for at in [&at, &put_at] {
            let status = image.client.get(at).await.expect(204);
            assert_eq!(status.header("range"), Some("0-999"), "{range}");
        }
    }
    // The same to an upload that nothing came to, and of a length that only shows at the end.
    let fresh = image.begin().await;
    let answer = image
        .close(&fresh, &sha256(&blob), &blob, Some("0-999"))
        .await;
    let answer = refused(answer, 416, "BLOB_UPLOAD_INVALID");
    assert_eq!(location(&answer), fresh);
    for (at, start) in [(&at, 1000), (&fresh, 0)] {
        let pieces = [Ok::<_, std::io::Error>(blob[start..].to_vec())];
        let request = image.client.request(Method::PATCH, at);
        let request = request.header("content-range", format!("{start}-1500"));
        let body = reqwest::Body::wrap_stream(stream::iter(pieces));
        refused(send(request.body(body)).await, 416, "BLOB_UPLOAD_INVALID");
    }
    for (at, from) in [(&at, 1000), (&put_at, 1000), (&fresh, 0)] {
        let range = format!("{from}-1999");
        let answer = image
            .close(at, &sha256(&blob), &blob[from..], Some(&range))
            .await;
        answer.expect(201);
    }
}

/// Sends the head of a request and a part of its body, then goes away.
async fn cut(image: &Image, method: &str, path: &str, length: usize, sent: &[u8]) {
    let address = image_address(image);
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let authorization = image.client.request(Method::GET, "/").build().unwrap();
    let authorization = authorization.headers()["authorization"]
        .to_str()
        .unwrap()
        .to_owned();
    let head = format!(
        "{method} /v2{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(sent).await.unwrap();
    stream.shutdown().await.unwrap();
    // Whatever it says to that is read, so that it was taken in.
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
}

fn image_address(image: &Image) -> String {
    let request = image.client.request(Method::GET, "/").build().unwrap();
    let url = request.url();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn case_12_what_came_of_a_chunk_that_broke_off_is_kept_and_gone_on_with() {
    let (world, image) = limited().await;
    let blob = bytes("short", 50_000);
    let at = image.begin().await;
    image.patch(&at, &blob[..10_000], None).await.expect(202);
    cut(&image, "PATCH", &at, 40_000, &blob[10_000..30_000]).await;
    // Somebody else's request is refused as long as this one is going on.
    let mut came = 10_000;
    world.app.settled(|kept| kept.uploads == 1).await;
    for _ in 0..500 {
        let status = image.client.get(&at).await.expect(204);
        let last = status.header("range").unwrap().strip_prefix("0-").unwrap();
        came = last.parse::<usize>().unwrap() + 1;
        let rest = &blob[came..];
        let range = format!("{came}-49999");
        let answer = image.patch(&at, rest, Some(&range)).await;
        if answer.status == 202 {
            break;
        }
        refused(answer, 416, "BLOB_UPLOAD_INVALID");
        tokio::task::yield_now().await;
    }
    assert_eq!(came, 30_000, "what had come is kept");
    image
        .close(&at, &sha256(&blob), b"", None)
        .await
        .expect(201);
    let path = format!("blobs/{}", sha256(&blob));
    assert_eq!(image.get(&path).await.expect(200).body, blob);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_single_request_that_broke_off_is_not_kept() {
    let (world, image) = limited().await;
    let blob = bytes("short", 50_000);
    let digest = sha256(&blob);
    let post = format!("/acme/bad/blobs/uploads/?digest={digest}");
    cut(&image, "POST", &post, 50_000, &blob[..20_000]).await;
    world.app.settled(|kept| kept.uploads == 0).await;
    world
        .expect_untouched("a POST that broke off leaves nothing")
        .await;
    let at = image.begin().await;
    cut(
        &image,
        "PUT",
        &format!("{at}?digest={digest}"),
        50_000,
        &blob[..20_000],
    )
    .await;
    image.head(&format!("blobs/{digest}")).await.expect(404);
    // The session is there, and takes the whole.
    image.close(&at, &digest, &blob, None).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_without_rights_is_refused_before_its_body() {
    let (world, image) = limited().await;
    let sam = image.by(&world.app.user("sam").await);
    let mut world = world;
    world.mark().await;
    let large = bytes("large", LIMIT as usize + 1);
    let query = format!("?digest={}", sha256(&large));
    refused(sam.post(&query, &large).await, 403, "DENIED");
    let at = "/acme/bad/blobs/uploads/3f0c2a52-8f5e-4b43-9d0a-0d6a9d1c7b11";
    refused(sam.patch(at, &large, None).await, 403, "DENIED");
    refused(
        sam.put("1", crate::image::IMAGE, &large).await,
        403,
        "DENIED",
    );
    let nobody = image.by(&world.app.anonymous());
    refused(nobody.post(&query, &large).await, 401, "UNAUTHORIZED");
    world.expect_untouched("nothing is kept").await;
}
