//! What says something about a manifest.

use packhouse_testkit::app::Answer;
use serde_json::{Value, json};

use crate::image::{EMPTY, IMAGE, INDEX, artifact, config, descriptor, image, index};
use crate::world::{Algorithm, Image, World, bytes, refused, sha256};

const SBOM: &str = "application/vnd.example.sbom";
const NOTE: &str = "application/vnd.example.note";

/// Pushes an artifact by digest and gives the descriptor that the list must have of it.
async fn attach(at: &Image, manifest: &Value, kind: Option<&str>) -> Value {
    let media_type = manifest["mediaType"].as_str().unwrap();
    let bytes = manifest.to_string().into_bytes();
    let pushed = at
        .put(&sha256(&bytes), media_type, &bytes)
        .await
        .expect(201);
    let subject = manifest["subject"]["digest"].as_str();
    assert_eq!(pushed.header("oci-subject"), subject);
    let mut entry = descriptor(media_type, &bytes);
    if let Some(kind) = kind {
        entry["artifactType"] = kind.into();
    }
    if let Some(annotations) = manifest.get("annotations") {
        entry["annotations"] = annotations.clone();
    }
    entry
}

async fn list(at: &Image, query: &str) -> Answer {
    let answer = at.get(&format!("referrers/{query}")).await.expect(200);
    assert_eq!(answer.header("content-type"), Some(INDEX));
    let body = answer.json();
    assert_eq!(body["schemaVersion"], 2);
    assert_eq!(body["mediaType"], INDEX);
    answer
}

async fn subject() -> (World, Image, Vec<u8>) {
    let world = World::new().await;
    let image = world.image("subject");
    image.blob(b"{}").await;
    let subject = image.push("1", "one").await;
    (world, image, subject)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_referrer_is_listed_with_its_own_facts_oldest_first() {
    let (_world, at, subject) = subject().await;
    let mut entries = Vec::new();
    for (at_, kind) in [SBOM, NOTE, SBOM].into_iter().enumerate() {
        let mut referrer = artifact(kind, Some(&subject));
        referrer["annotations"] = json!({ "org.example.n": at_.to_string() });
        // Not to be copied: it describes the layer.
        referrer["layers"][0]["annotations"] = json!({ "org.example.layer": "x" });
        entries.push(attach(&at, &referrer, Some(kind)).await);
    }
    // Without a type of its own, that of its configuration counts.
    let (config, layer) = (config("referrer"), bytes("referrer", 50));
    at.blob(&config).await;
    at.blob(&layer).await;
    let mut plain = image(&config, &[&layer]);
    plain["subject"] = descriptor(IMAGE, &subject);
    let kind = plain["config"]["mediaType"].as_str().unwrap().to_owned();
    entries.push(attach(&at, &plain, Some(&kind)).await);
    // An index has none then.
    let mut list_ = index(&[]);
    list_["subject"] = descriptor(IMAGE, &subject);
    list_["annotations"] = json!({ "org.example.index": "yes" });
    entries.push(attach(&at, &list_, None).await);
    let answer = list(&at, &sha256(&subject)).await;
    assert!(answer.header("oci-filters-applied").is_none());
    assert_eq!(answer.json()["manifests"], Value::from(entries));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_leaves_one_kind_or_several() {
    let (_world, at, subject) = subject().await;
    let sbom = attach(&at, &artifact(SBOM, Some(&subject)), Some(SBOM)).await;
    let note = attach(&at, &artifact(NOTE, Some(&subject)), Some(NOTE)).await;
    let third = "application/vnd.example.third";
    attach(&at, &artifact(third, Some(&subject)), Some(third)).await;
    let digest = sha256(&subject);
    let filtered = |query: String| {
        let at = at.clone();
        async move {
            let answer = list(&at, &query).await;
            let applied = answer.header("oci-filters-applied");
            assert_eq!(applied, Some("artifactType"), "{query}");
            answer.json()["manifests"].clone()
        }
    };
    let one = filtered(format!("{digest}?artifactType={SBOM}")).await;
    assert_eq!(one, json!([sbom]));
    let query = format!("{digest}?artifactType={NOTE}&artifactType={SBOM}");
    assert_eq!(filtered(query).await, json!([sbom, note]));
    let none = filtered(format!("{digest}?artifactType=text/none")).await;
    assert_eq!(none, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_need_not_be_there() {
    let world = World::new().await;
    let at = world.image("missing");
    at.blob(b"{}").await;
    let subject = at.layers("later").await;
    let entry = attach(&at, &artifact(SBOM, Some(&subject)), Some(SBOM)).await;
    let (digest, wanted) = (sha256(&subject), [entry]);
    assert_eq!(at.referrers(&digest).await, wanted);
    refused(
        at.get(&format!("manifests/{digest}")).await,
        404,
        "MANIFEST_UNKNOWN",
    );
    // It may come later, and may go.
    at.put("1", IMAGE, &subject).await.expect(201);
    assert_eq!(at.referrers(&digest).await, wanted);
    at.delete(&format!("manifests/{digest}")).await.expect(202);
    assert_eq!(at.referrers(&digest).await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_may_be_named_by_any_size_and_type() {
    let (_world, at, _) = subject().await;
    let mut referrer = artifact(SBOM, None);
    let digest = sha256(b"unknown");
    referrer["subject"] = json!({ "mediaType": EMPTY, "digest": digest, "size": 0 });
    let entry = attach(&at, &referrer, Some(SBOM)).await;
    assert_eq!(at.referrers(&digest).await, [entry]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_referrer_is_gone_at_once() {
    let (_world, at, subject) = subject().await;
    let entry = attach(&at, &artifact(SBOM, Some(&subject)), Some(SBOM)).await;
    let stays = attach(&at, &artifact(NOTE, Some(&subject)), Some(NOTE)).await;
    let gone = format!("manifests/{}", entry["digest"].as_str().unwrap());
    at.delete(&gone).await.expect(202);
    assert_eq!(at.referrers(&sha256(&subject)).await, [stays]);
}

#[tokio::test(flavor = "multi_thread")]
async fn subjects_are_found_under_the_digest_they_are_named_with() {
    let (_world, at, subject) = subject().await;
    let mut referrer = artifact(SBOM, Some(&subject));
    let sha512 = Algorithm::Sha512.of(&subject);
    referrer["subject"]["digest"] = sha512.clone().into();
    let entry = attach(&at, &referrer, Some(SBOM)).await;
    assert_eq!(at.referrers(&sha512).await, [entry]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_known_about_unknown_digests() {
    let (_world, at, subject) = subject().await;
    for algorithm in Algorithm::ALL {
        assert!(at.referrers(&algorithm.of(b"unknown")).await.is_empty());
        assert!(at.referrers(&algorithm.of(&subject)).await.is_empty());
    }
    for bad in ["sha256:short", "latest", "md5:0a"] {
        let answer = at.get(&format!("referrers/{bad}")).await;
        refused(answer, 400, "DIGEST_INVALID");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_come_in_pages_of_four_megabytes() {
    let (_world, at, subject) = subject().await;
    let mut wanted = Vec::new();
    for n in 0..5 {
        let mut referrer = artifact(SBOM, Some(&subject));
        referrer["annotations"] = json!({ "n": n.to_string(), "fill": "x".repeat(1_000_000) });
        let entry = attach(&at, &referrer, Some(SBOM)).await;
        wanted.push(entry["digest"].clone());
    }
    let mut found = Vec::new();
    let first = format!(
        "/acme/subject/referrers/{}?artifactType={SBOM}",
        sha256(&subject)
    );
    let (mut path, mut pages) = (first, 0);
    loop {
        let answer = at.client.get(&path).await.expect(200);
        assert!(answer.body.len() < 4 * 1024 * 1024);
        assert_eq!(answer.header("oci-filters-applied"), Some("artifactType"));
        let body = answer.json();
        let entries = body["manifests"].as_array().unwrap();
        found.extend(entries.iter().map(|entry| entry["digest"].clone()));
        pages += 1;
        let Some(link) = answer.header("link") else {
            break;
        };
        path = super::discovery::next(link).to_owned();
    }
    assert_eq!((found, pages), (wanted, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_fallback_tag_neither_adds_nor_hides() {
    let (_world, at, subject) = subject().await;
    let entry = attach(&at, &artifact(SBOM, Some(&subject)), Some(SBOM)).await;
    // The list that clients kept under a tag names one that is about nothing as well.
    let stray = artifact(NOTE, None).to_string().into_bytes();
    at.put(&sha256(&stray), IMAGE, &stray).await.expect(201);
    let kept = index(&[entry.clone(), descriptor(IMAGE, &stray)]).to_string();
    let tag = sha256(&subject).replace(':', "-");
    at.put(&tag, INDEX, kept.as_bytes()).await.expect(201);
    assert_eq!(at.referrers(&sha256(&subject)).await, [entry]);
    assert_eq!(at.tags().await, ["1", &tag]);
}
