//! Names, tags and numbers that cannot be.

use packhouse_testkit::app::send;
use reqwest::Method;

use crate::image::IMAGE;
use crate::world::{World, bytes, message, refused, sha256};

#[tokio::test(flavor = "multi_thread")]
async fn names_that_no_image_can_have_are_refused_with_the_rule() {
    let mut world = World::new().await;
    world.image("web").push("1", "one").await;
    world.mark().await;
    let long = format!("acme/{}", "x".repeat(251));
    let nested = format!("acme{}", "/x".repeat(130));
    let digest = sha256(b"x");
    for (name, text) in [
        ("acme/Web", "lower case"),
        ("ACME/web", "lower case"),
        ("acme/..", "component"),
        ("acme/%2e%2e/web", "component"),
        ("acme/web/..%2f..%2fetc", "component"),
        ("acme//web", "component"),
        ("acme/-web", "component"),
        ("acme/web_", "component"),
        ("acme/a___b", "component"),
        ("acme/a..b", "component"),
        ("acme/w%20b", "component"),
        ("acme/%C3%A9", "component"),
        ("web", "owner/image"),
        (long.as_str(), "255"),
        (nested.as_str(), "255"),
    ] {
        let rests = [
            (Method::GET, "manifests/1".to_owned()),
            (Method::PUT, "manifests/1".to_owned()),
            (Method::GET, format!("blobs/{digest}")),
            (Method::POST, "blobs/uploads/".to_owned()),
            (Method::GET, "tags/list".to_owned()),
            (Method::GET, format!("referrers/{digest}")),
        ];
        for (method, rest) in rests {
            let request = world.owner.request(method.clone(), "");
            let url = format!("{}/{name}/{rest}", world.app.base);
            // As it stands: a client that cleans addresses would ask for something else.
            let request = request.build().unwrap();
            let raw = raw(&world, &request, &method, &url).await;
            assert!(
                raw.starts_with("HTTP/1.1 400 "),
                "{method} {name}/{rest}: {raw}"
            );
            assert!(raw.contains("NAME_INVALID"), "{name}: {raw}");
            assert!(raw.contains(text), "{name}: {raw}");
        }
    }
    world.expect_untouched("nothing is kept").await;
}

/// Sends an address as it is spelled, and gives the whole answer.
async fn raw(world: &World, like: &reqwest::Request, method: &Method, url: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let authority = world.app.base.strip_prefix("http://").unwrap();
    let authority = authority.strip_suffix("/v2").unwrap();
    let path = url.strip_prefix(&format!("http://{authority}")).unwrap();
    let mut stream = tokio::net::TcpStream::connect(authority).await.unwrap();
    let token = like.headers()["authorization"].to_str().unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: {token}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_cannot_be_are_refused_to_pushes_and_missing_to_pulls() {
    let mut world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    world.mark().await;
    let long = "x".repeat(129);
    for (tag, code) in [
        (".hidden", "TAG_INVALID"),
        ("-dash", "TAG_INVALID"),
        ("a+b", "TAG_INVALID"),
        ("a%20b", "TAG_INVALID"),
        ("%C3%A9", "TAG_INVALID"),
        (long.as_str(), "TAG_INVALID"),
        ("a:b", "DIGEST_INVALID"),
        ("sha256:", "DIGEST_INVALID"),
    ] {
        refused(image.put(tag, IMAGE, &manifest).await, 400, code);
        let (status, code) = match code {
            "TAG_INVALID" => (404, "MANIFEST_UNKNOWN"),
            code => (400, code),
        };
        refused(image.get(&format!("manifests/{tag}")).await, status, code);
        image.head(&format!("manifests/{tag}")).await.expect(status);
    }
    // As parameters, too.
    let digest = sha256(&manifest);
    for bad in ["tag=.hidden", "tag=ok&tag=a:b", "tag="] {
        let answer = image
            .put(&format!("{digest}?{bad}"), IMAGE, &manifest)
            .await;
        refused(answer, 400, "TAG_INVALID");
    }
    let many: Vec<String> = (0..51).map(|n| format!("tag=t{n}")).collect();
    let answer = image
        .put(&format!("{digest}?{}", many.join("&")), IMAGE, &manifest)
        .await;
    assert!(message(&refused(answer, 414, "TAG_INVALID")).contains("50"));
    world.expect_untouched("no tag is set").await;
    // The longest that may be.
    let long = "x".repeat(128);
    image.put(&long, IMAGE, &manifest).await.expect(201);
    image.get(&format!("manifests/{long}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_thousand_million_is_a_page_of_a_thousand() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("t0", "one").await;
    // As many tags at a time as may be.
    let digest = sha256(&manifest);
    for start in (0..1100).step_by(50) {
        let tags: Vec<String> = (start..start + 50)
            .map(|n| format!("tag=n{n:04}"))
            .collect();
        let reference = format!("{digest}?{}", tags.join("&"));
        image.put(&reference, IMAGE, &manifest).await.expect(201);
    }
    let answer = image.get("tags/list?n=1000000000").await.expect(200);
    let tags = answer.json()["tags"].as_array().unwrap().len();
    assert_eq!(tags, 1000);
    let link = answer.header("link").unwrap();
    assert_eq!(
        link,
        "</v2/acme/web/tags/list?n=1000&last=n0999>; rel=\"next\""
    );
    let answer = image.get("tags/list?n=1000&last=n0999").await.expect(200);
    assert_eq!(answer.json()["tags"].as_array().unwrap().len(), 101);
    assert!(answer.header("link").is_none());
    let all = image.get("tags/list").await.expect(200);
    assert_eq!(all.json()["tags"].as_array().unwrap().len(), 1101);
    let catalogue = world.owner.get("/_catalog?n=1000000000").await.expect(200);
    assert_eq!(
        catalogue.json()["repositories"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_upload_ids_are_unknown_uploads() {
    let world = World::new().await;
    let image = world.image("web");
    image.push("1", "one").await;
    let (unknown, long) = ("3f0c2a52-8f5e-4b43-9d0a-0d6a9d1c7b11", "f".repeat(300));
    for id in ["x", "%2e%2e%2fx", "a%2fb", "%25", unknown, &long] {
        let path = image.path(&format!("blobs/uploads/{id}"));
        let request = image.client.request(Method::PATCH, &path);
        let answer = send(request.body(bytes("x", 10))).await;
        refused(answer, 404, "BLOB_UPLOAD_UNKNOWN");
        refused(image.client.get(&path).await, 404, "BLOB_UPLOAD_UNKNOWN");
    }
}
