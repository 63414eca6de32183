//! Manifests that are none.

use futures_util::stream;
use packhouse_testkit::app::{Answer, send};
use reqwest::Method;
use serde_json::{Value, json};

use crate::image::{
    CONFIG, DOCKER_IMAGE, IMAGE, INDEX, LAYER, config, descriptor, image as image_manifest, index,
    manifest,
};
use crate::world::{Image, World, bytes, message, refused, sha256};

async fn start() -> (World, Image, Value) {
    let mut world = World::new().await;
    let image = world.image("bad");
    image.push("good", "good").await;
    let layers = image.layers("next").await;
    world.mark().await;
    let next = serde_json::from_slice(&layers).unwrap();
    (world, image, next)
}

/// Insists on a refusal that says this, and that nothing is kept.
async fn check(world: &World, answer: Answer, status: u16, code: &str, text: &str) {
    let answer = refused(answer, status, code);
    let told = message(&answer);
    assert!(told.contains(text), "{told:?} does not say {text:?}");
    world.expect_untouched(text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_blobs_are_told_one_by_one() {
    let (world, image, mut next) = start().await;
    let missing = [b"one".as_slice(), b"two"];
    for blob in missing {
        let layers = next["layers"].as_array_mut().unwrap();
        layers.push(descriptor(LAYER, blob));
        // Named twice, told once.
        layers.push(descriptor(LAYER, blob));
    }
    let answer = image
        .put("bad", IMAGE, next.to_string().as_bytes())
        .await
        .expect(400);
    let body = answer.json();
    let errors = body["errors"].as_array().unwrap();
    let mut digests: Vec<&str> = Vec::new();
    for error in errors {
        assert_eq!(error["code"], "MANIFEST_BLOB_UNKNOWN");
        digests.push(error["detail"]["digest"].as_str().unwrap());
    }
    let mut wanted = missing.map(sha256);
    wanted.sort_unstable();
    digests.sort_unstable();
    assert_eq!(digests, wanted);
    world
        .expect_untouched("a manifest without its blobs is not kept")
        .await;
    image.head("manifests/bad").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_unknown_manifests_is_refused() {
    let (world, image, _) = start().await;
    let sparse = index(&[descriptor(IMAGE, b"{}"), descriptor(INDEX, b"[]")]).to_string();
    let answer = image.put("bad", INDEX, sparse.as_bytes()).await.expect(400);
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 2);
    // What another image has is unknown here.
    let other = world.image("other");
    let foreign = other.push("1", "foreign").await;
    let foreign = index(&[descriptor(IMAGE, &foreign)]).to_string();
    let answer = image.put("bad", INDEX, foreign.as_bytes()).await;
    refused(answer, 400, "MANIFEST_BLOB_UNKNOWN");
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_must_fit() {
    let (world, image, mut next) = start().await;
    next["layers"][0]["size"] = json!(201);
    let bytes = next.to_string();
    let answer = image.put("bad", IMAGE, bytes.as_bytes()).await;
    check(&world, answer, 400, "MANIFEST_INVALID", "200 bytes").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn types_must_agree() {
    let (world, image, next) = start().await;
    let bytes = next.to_string().into_bytes();
    for (header, text) in [
        (INDEX, "application/vnd.oci.image.index"),
        (DOCKER_IMAGE, "docker"),
        ("text/plain", "text/plain"),
        (
            "application/vnd.docker.distribution.manifest.v1+json",
            "schema",
        ),
        (
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            "schema",
        ),
        ("application/vnd.oci.artifact.manifest.v1+json", "withdrawn"),
    ] {
        let answer = image.put("bad", header, &bytes).await;
        check(&world, answer, 400, "MANIFEST_INVALID", text).await;
    }
    // With parameters, without any, and as no more than bytes, its own counts.
    for header in [
        &format!("{IMAGE}; charset=utf-8"),
        "application/octet-stream",
    ] {
        image.put("good-too", header, &bytes).await.expect(201);
        let got = image.get("manifests/good-too").await.expect(200);
        assert_eq!(got.header("content-type"), Some(IMAGE));
        image.delete("manifests/good-too").await.expect(202);
    }
    let request = image.request(Method::PUT, "manifests/good-too");
    send(request.body(bytes)).await.expect(201);
    // Without its own, the header counts.
    let mut plain = image_manifest(&config("next"), &[]);
    plain.as_object_mut().unwrap().remove("mediaType");
    let plain = plain.to_string().into_bytes();
    image.put("plain", IMAGE, &plain).await.expect(201);
    let got = image.get("manifests/plain").await.expect(200);
    assert_eq!(got.header("content-type"), Some(IMAGE));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_would_read_differently_is_refused() {
    let (world, image, next) = start().await;
    let with = |key: &str, value: Value| {
        let mut next = next.clone();
        next[key] = value;
        next.to_string()
    };
    let schema1 = json!({ "schemaVersion": 1, "name": "acme/bad", "fsLayers": [] }).to_string();
    let bad_digest = json!([{ "mediaType": LAYER, "digest": "md5:0a", "size": 1 }]);
    let no_size = json!([{ "mediaType": LAYER, "digest": sha256(b"x") }]);
    let negative = json!([{ "mediaType": LAYER, "digest": sha256(b"x"), "size": -1 }]);
    let twice = next
        .to_string()
        .replacen('{', "{\"mediaType\":\"text/html\",", 1);
    for (bytes, text) in [
        (schema1, "schema"),
        (with("schemaVersion", json!(1)), "schema"),
        (with("schemaVersion", Value::Null), "schemaVersion"),
        (with("manifests", json!([])), "ambiguous"),
        (with("config", Value::Null), "config"),
        (with("layers", bad_digest), "md5"),
        (with("layers", no_size), "size"),
        (with("layers", negative), "size"),
        (twice, "mediaType"),
        ("not JSON".to_owned(), "cannot be read"),
        (String::new(), "cannot be read"),
        ("[]".to_owned(), "cannot be read"),
    ] {
        let answer = image.put("bad", IMAGE, bytes.as_bytes()).await;
        let told = message(&refused(answer, 400, "MANIFEST_INVALID"));
        let (lower, wanted) = (told.to_lowercase(), text.to_lowercase());
        assert!(lower.contains(&wanted), "{told:?} does not say {text:?}");
    }
    let ambiguous = json!({
        "schemaVersion": 2, "mediaType": INDEX, "manifests": [], "layers": [],
    });
    let answer = image
        .put("bad", INDEX, ambiguous.to_string().as_bytes())
        .await;
    check(&world, answer, 400, "MANIFEST_INVALID", "ambiguous").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_over_four_megabytes_is_413() {
    let (world, image, mut next) = start().await;
    next["annotations"] = json!({ "fill": "x".repeat(4 * 1024 * 1024) });
    let large = next.to_string().into_bytes();
    let answer = image.put("bad", IMAGE, &large).await;
    check(&world, answer, 413, "MANIFEST_INVALID", "4194304").await;
    // Of a length that nobody told.
    let pieces = large
        .chunks(500_000)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()));
    let body = reqwest::Body::wrap_stream(stream::iter(pieces.collect::<Vec<_>>()));
    let request = image.request(Method::PUT, "manifests/bad");
    let answer = send(request.header("content-type", IMAGE).body(body)).await;
    check(&world, answer, 413, "MANIFEST_INVALID", "4194304").await;
    image.head("manifests/bad").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_of_a_hundred_thousand_layers_is_refused() {
    let (world, image, next) = start().await;
    let layer = next["layers"][0].clone();
    let with = |layers: Vec<Value>| {
        let mut next = next.clone();
        next["layers"] = layers.into();
        next.to_string()
    };
    // Real ones do not fit into the size; ones that fit are no descriptors, and too many.
    let answer = image
        .put("bad", IMAGE, with(vec![layer.clone(); 100_000]).as_bytes())
        .await;
    check(&world, answer, 413, "MANIFEST_INVALID", "4194304").await;
    let answer = image
        .put("bad", IMAGE, with(vec![json!({}); 100_000]).as_bytes())
        .await;
    refused(answer, 400, "MANIFEST_INVALID");
    let answer = image
        .put("bad", IMAGE, with(vec![layer; 10_001]).as_bytes())
        .await;
    check(&world, answer, 400, "MANIFEST_INVALID", "10000").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_json_is_refused() {
    let (world, image, next) = start().await;
    for depth in [70, 500_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let bytes = next
            .to_string()
            .replacen('{', &format!("{{\"deep\":{deep},"), 1);
        let answer = image.put("bad", IMAGE, bytes.as_bytes()).await;
        check(&world, answer, 400, "MANIFEST_INVALID", "deep").await;
        let answer = image
            .put("bad", IMAGE, "{\"a\":".repeat(depth).as_bytes())
            .await;
        check(&world, answer, 400, "MANIFEST_INVALID", "deep").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_configurations_are_no_reason_to_refuse_an_image() {
    let (_world, image, _) = start().await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000)).into_bytes();
    for odd in [
        b"".to_vec(),
        b"not JSON".to_vec(),
        b"\0\xff".to_vec(),
        deep,
        bytes("x", 5_000_000),
    ] {
        let layer = bytes("odd", 10);
        image.blob(&odd).await;
        image.blob(&layer).await;
        let manifest = manifest(&odd, &[&layer]);
        image.put("odd", IMAGE, &manifest).await.expect(201);
        assert_eq!(image.get("manifests/odd").await.expect(200).body, manifest);
        assert!(String::from_utf8_lossy(&manifest).contains(CONFIG));
    }
}
