//! What is refused, what the client prints then, and that nothing of it is kept.

use packhouse_core::token::{Scope, Scopes};
use packhouse_http::limits::Limits;
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::app::{Options, send};
use reqwest::Method;
use serde_json::{Value, json};
use tar::EntryType;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::body::{Body, path};
use crate::tarball::Tar;
use crate::world::World;

fn body() -> Body {
    Body::new("@acme/tools", "1.0.0")
}

/// Publishes a document and insists on status, text and an untouched store.
async fn check(world: &World, document: &Value, status: u16, text: &str) {
    let sent = world.owner.put("/@acme%2ftools", document).await;
    let error = sent.expect(status).error();
    assert!(error.contains(text), "{error:?} does not say {text:?}");
    world.expect_untouched(text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_10_digests_length_and_base64_must_fit() {
    let world = World::new().await;
    let good = body();
    let document = good.json();
    let bent = |pointer: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).expect(pointer) = value;
        document
    };
    let dist = "/versions/1.0.0/dist";
    let wrong = "0".repeat(40);
    let text = format!("shasum is {}, but the document says {wrong}", good.shasum());
    check(
        &world,
        &bent(&format!("{dist}/shasum"), wrong.into()),
        400,
        &text,
    )
    .await;
    let wrong = format!("sha512-{}==", "A".repeat(86));
    let text = format!(
        "integrity is {}, but the document says {wrong}",
        good.integrity()
    );
    check(
        &world,
        &bent(&format!("{dist}/integrity"), wrong.into()),
        400,
        &text,
    )
    .await;
    let text = "has no dist.integrity";
    check(
        &world,
        &bent(&format!("{dist}/integrity"), Value::Null),
        400,
        text,
    )
    .await;
    let attachment = "/_attachments/@acme~1tools-1.0.0.tgz";
    let text = format!("has {} bytes, but the document says 7", good.tarball.len());
    check(
        &world,
        &bent(&format!("{attachment}/length"), json!(7)),
        400,
        &text,
    )
    .await;
    let data = document.pointer(&format!("{attachment}/data")).unwrap();
    let data = data.as_str().unwrap();
    let corrupted = format!("{}!{}", &data[..41], &data[42..]);
    let text = "is not valid base64 at character 41";
    check(
        &world,
        &bent(&format!("{attachment}/data"), corrupted.into()),
        400,
        text,
    )
    .await;
    let cut = &data[..data.len() - 4];
    let cut = bent(&format!("{attachment}/data"), cut.into());
    check(&world, &cut, 400, "but the document says").await;
    // The store takes the same document unbent.
    good.publish(&world.owner).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_name_and_version_must_be_the_files() {
    let world = World::new().await;
    let archive = |manifest: Value| {
        let text = manifest.to_string();
        let archive = Tar::default().file("package/package.json", text.as_bytes());
        body().archive(archive).json()
    };
    for (manifest, text) in [
        (
            json!({ "name": "@acme/other", "version": "1.0.0" }),
            "the name in the tarball's package.json is \"@acme/other\"",
        ),
        (
            json!({ "name": "@acme/tools", "version": "1.0.1" }),
            "the version in the tarball's package.json is \"1.0.1\"",
        ),
        (json!([]), "the tarball's package.json is not a JSON object"),
    ] {
        check(&world, &archive(manifest), 400, text).await;
    }
    let mut document = body().json();
    document["versions"]["1.0.0"]["name"] = "@acme/other".into();
    check(&world, &document, 400, "the name in the published manifest").await;
    let mut document = body().json();
    document["name"] = "@acme/other".into();
    let text = "the address names @acme/tools";
    check(&world, &document, 400, text).await;
    let document = Body::new("@acme/other", "1.0.0").json();
    check(&world, &document, 400, text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_that_reach_out_or_blow_up_are_refused() {
    let world = World::new().await;
    let start = || {
        Tar::default().file(
            "package/package.json",
            b"{\"name\":\"@acme/tools\",\"version\":\"1.0.0\"}",
        )
    };
    let outside = "lies outside the package";
    for (archive, text) in [
        (start().file("package/../../etc/passwd", b"x"), outside),
        (start().file("/etc/passwd", b"x"), outside),
        (
            start().entry(EntryType::Symlink, "package/link", "../../etc/passwd", b""),
            "outside the package",
        ),
        (
            start().entry(EntryType::Symlink, "package/link", "/etc/passwd", b""),
            "links to \"/etc/passwd\"",
        ),
        (
            start().entry(EntryType::Link, "package/link", "../passwd", b""),
            "outside the package",
        ),
        (
            start().entry(EntryType::Char, "package/tty", "", b""),
            "entry \"package/tty\" of the tarball is neither file",
        ),
        (
            Tar::default().file("package/index.js", b"x"),
            "has no package.json in its top folder",
        ),
        (
            start().file("package/package.json", b"{}"),
            "more than one package.json",
        ),
    ] {
        check(&world, &body().archive(archive).json(), 400, text).await;
    }
    let bomb = start().file("package/zeros", &vec![0; 100 << 20]);
    let bomb = body().archive(bomb).json();
    check(&world, &bomb, 400, "grows more than 100 times").await;
    let mut plain = body();
    plain.tarball = b"no gzip at all".to_vec();
    check(&world, &plain.json(), 400, "is not gzip-compressed").await;
    let mut cut = body();
    cut.tarball.truncate(cut.tarball.len() / 2);
    check(&world, &cut.json(), 400, "the tarball").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_and_documents_that_break_a_rule_are_refused() {
    let world = World::new().await;
    for tag in ["1", "v1.4", "x", "*", "latest || 1", "a b", "a/b"] {
        check(&world, &body().tag(tag).json(), 400, "the dist-tag").await;
    }
    let mut document = body().json();
    document["dist-tags"] = json!({ "latest": "2.0.0" });
    check(&world, &document, 400, "but 1.0.0 is being published").await;
    for (version, text) in [("1.0", "1.0"), ("01.2.3", "01.2.3"), ("latest", "latest")] {
        check(&world, &Body::new("@acme/tools", version).json(), 400, text).await;
    }
    let document = body().access("everybody").json();
    check(&world, &document, 400, "unknown access \"everybody\"").await;
    let mut document = body().json();
    document["versions"] = json!({});
    check(&world, &document, 400, "the document has no versions").await;
    check(&world, &json!({}), 400, "neither versions nor a tarball").await;
    check(&world, &json!([]), 400, "is not a JSON object").await;
    let mut document = body().json();
    document["_attachments"]["more.tgz"] =
        document["_attachments"]["@acme/tools-1.0.0.tgz"].clone();
    check(&world, &document, 400, "one too many").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_cannot_be_are_refused_with_the_rule() {
    let world = World::new().await;
    for (name, status, text) in [
        ("tools", 403, "@account/name"),
        ("@acme/Tools", 400, "lower"),
        ("@acme/.hidden", 400, "."),
        ("@acme/_x", 400, "_"),
        ("@acme/node_modules", 400, "node_modules"),
        ("@acme/a~b", 400, "~"),
        ("@ghost/tools", 403, "you may not publish @ghost/tools"),
    ] {
        let body = Body::new(name, "1.0.0");
        let refused = world.owner.put(&path(name), &body.json()).await;
        let error = refused.expect(status).error();
        assert!(error.contains(text), "{name}: {error}");
        world.expect_untouched(name).await;
    }
    let long = format!("@acme/{}", "a".repeat(210));
    let refused = Body::new(&long, "1.0.0").publish(&world.owner).await;
    assert!(refused.expect(400).error().contains("214"));
    world.expect_untouched("a long name").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_13_what_is_over_the_limit_is_refused_before_it_is_read() {
    let limits = Limits {
        npm: 1 << 20,
        npm_metadata: 64 << 10,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    let over = "over the limit of 1048576 bytes";
    let address = world.app.base.strip_prefix("http://").unwrap();
    let (address, _) = address.split_once('/').unwrap();
    let token = world
        .app
        .token("ada", packhouse_testkit::app::token_spec())
        .await;
    let before = world.app.kept().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PUT /npm/@acme%2ftools HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 300000000\r\n\r\n",
        token.secret
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // Not one byte of the body was sent.
    let answer = read_until(&mut stream, "\"}").await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains(over), "{answer}");
    let mut document = body().json();
    document["description"] = "x".repeat(65 << 10).into();
    let refused = world.owner.put("/@acme%2ftools", &document).await;
    let text = refused.expect(413).error();
    assert!(text.contains("65536 bytes outside its tarball"), "{text}");
    let mut large = body();
    large.tarball = (0..1_100_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let chunked = futures_util::stream::iter([Ok::<_, std::io::Error>(large.json().to_string())]);
    let request = world
        .owner
        .request(Method::PUT, "/@acme%2ftools")
        .body(reqwest::Body::wrap_stream(chunked));
    assert!(send(request).await.expect(413).error().contains(over));
    assert_eq!(world.app.kept().await, before);
}

/// Reads an answer up to its last characters, or to the end of the connection.
pub async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut piece = [0; 4096];
    while !text.ends_with(end) {
        let read = stream.read(&mut piece).await.unwrap();
        if read == 0 {
            break;
        }
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_cut_off_in_the_middle_leaves_nothing() {
    let world = World::new().await;
    let token = world
        .app
        .token("ada", packhouse_testkit::app::token_spec())
        .await;
    let before = world.app.kept().await;
    let address = world.app.base.strip_prefix("http://").unwrap();
    let (address, _) = address.split_once('/').unwrap();
    let mut large = body();
    // More than stays in memory, so that a file was begun.
    large.tarball = (0..4_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let whole = large.json().to_string();
    let head = format!(
        "PUT /npm/@acme%2ftools HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        token.secret,
        whole.len()
    );
    for part in [whole.len() / 10, whole.len() / 2, whole.len() - 2] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&whole.as_bytes()[..part]).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = read_until(&mut stream, "\"}").await;
        assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
        drop(stream);
        world.app.settled(|kept| kept == before).await;
    }
    // A document that ends too early although all that was announced came.
    let request = world
        .owner
        .request(Method::PUT, "/@acme%2ftools")
        .body(whole[..whole.len() / 2].to_owned());
    let error = send(request).await.expect(400).error();
    assert!(error.contains("the upload was cut off"), "{error}");
    assert_eq!(world.app.kept().await, before);
}

/// Neither a body that lies nor one who may not create leaves anything of a new package.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_first_publish_leaves_no_bytes() {
    let world = World::new().await;
    let stranger = world.app.user("sam").await;
    let member = world.member("wes").await;
    let blind = world.app.client(None);
    let spec = TokenSpec {
        scopes: Scopes::of(&[Scope::ReadPackages]),
        ..packhouse_testkit::app::token_spec()
    };
    let reading = world.app.token("ada", spec).await;
    let reading = world.app.client(Some(&reading.secret));
    let noise: Vec<u8> = (0..4_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let before = world.app.kept().await;
    // One that stays in memory, and one that was begun as a file.
    for noise in [&noise[..100], &noise[..]] {
        let manifest = json!({ "name": "@acme/tools", "version": "1.0.0" }).to_string();
        let archive = || {
            Tar::default()
                .file("package/package.json", manifest.as_bytes())
                .file("package/noise", noise)
        };
        let private = body().archive(archive());
        let public = body().archive(archive()).access("public");
        let mut lying = private.json();
        lying["versions"]["1.0.0"]["dist"]["shasum"] = "0".repeat(40).into();
        for (client, document, status) in [
            (&stranger, private.json(), 403),
            (&blind, private.json(), 401),
            (&reading, private.json(), 403),
            // The organisation's members create nothing public.
            (&member, public.json(), 403),
            (&stranger, lying.clone(), 403),
            (&world.owner, lying, 400),
        ] {
            let refused = client.put("/@acme%2ftools", &document).await;
            assert!(!refused.expect(status).error().is_empty());
            assert_eq!(world.app.kept().await, before, "{status}");
        }
        world.owner.get("/@acme%2ftools").await.expect(404);
    }
    body().publish(&member).await.expect(201);
    assert_eq!(world.app.kept().await.blobs, before.blobs + 1);
}
