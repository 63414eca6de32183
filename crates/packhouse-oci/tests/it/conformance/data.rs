//! Each set of data pushed, listed, pulled, asked about and deleted, under digests of both
//! algorithms.

use std::collections::BTreeMap;

use packhouse_testkit::app::Answer;
use serde_json::Value;

use super::sets::{self, Manifest, Set};
use crate::world::{Image, World, location};

/// Makes a test of each set and algorithm.
macro_rules! sets {
    ($($name:ident)*) => { $(
        mod $name {
            use super::{check, sets};
            use crate::world::Algorithm;

            #[tokio::test(flavor = "multi_thread")]
            async fn sha256() {
                check(sets::$name(Algorithm::Sha256)).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sha512() {
                check(sets::$name(Algorithm::Sha512)).await;
            }
        }
    )* };
}

sets! {
    image
    image_uncompressed
    docker_image
    docker_list
    large_manifest
    index
    nested_index
    empty_index
    artifact
    artifact_index
    artifact_without_layers
    artifacts_with_subject
    index_with_subject
    missing_subject
    data_field
    non_distributable_layers
    custom_fields
    no_layers
    buildkit_cache
    tag_param
}

async fn check(set: Set) {
    let world = World::new().await;
    let image = world.image("data");
    // Somebody else's referrers must not show.
    image.push("stranger", "stranger").await;
    push(&image, &set).await;
    list(&image, &set).await;
    pull(&image, &set).await;
    referrers(&image, &set).await;
    delete(&image, &set).await;
    assert_eq!(image.tags().await, ["stranger"]);
    image.get("manifests/stranger").await.expect(200);
}

async fn push(image: &Image, set: &Set) {
    for blob in &set.blobs {
        let at = image.begin().await;
        let digest = set.algorithm.of(blob);
        image.close(&at, &digest, blob, None).await.expect(201);
    }
    for manifest in &set.manifests {
        let digest = set.algorithm.of(&manifest.bytes);
        let mut reference = digest.clone();
        for (n, tag) in manifest.params.iter().enumerate() {
            let mark = if n == 0 { '?' } else { '&' };
            reference.push_str(&format!("{mark}tag={tag}"));
        }
        let pushed = image.put(&reference, &manifest.media_type, &manifest.bytes);
        let pushed = pushed.await.expect(201);
        accepted(image, manifest, &pushed, &digest).await;
        let tags = pushed.headers.get_all("oci-tag").iter();
        let tags: Vec<&str> = tags.map(|tag| tag.to_str().unwrap()).collect();
        assert_eq!(tags, manifest.params);
        if let Some(tag) = &manifest.tag {
            let pushed = image.put(tag, &manifest.media_type, &manifest.bytes);
            let pushed = pushed.await.expect(201);
            let sha256 = crate::world::sha256(&manifest.bytes);
            accepted(image, manifest, &pushed, &sha256).await;
        }
    }
}

/// Insists on the headers of an accepted manifest, whose Location leads to it.
async fn accepted(image: &Image, manifest: &Manifest, pushed: &Answer, digest: &str) {
    assert_eq!(pushed.header("docker-content-digest"), Some(digest));
    let subject = manifest
        .referrer
        .as_ref()
        .map(|(subject, _)| subject.as_str());
    assert_eq!(pushed.header("oci-subject"), subject);
    let at = location(pushed);
    assert_eq!(at, image.path(&format!("manifests/{digest}")));
    let got = image.client.get(&at).await.expect(200);
    assert_eq!(got.body, manifest.bytes);
    assert_eq!(
        got.header("content-type"),
        Some(manifest.media_type.as_str())
    );
}

/// Gives every tag with its manifest, in the order of bytes.
fn tags(set: &Set) -> BTreeMap<String, &Manifest> {
    let all = set.manifests.iter().flat_map(|manifest| {
        let tags = manifest.params.iter().chain(&manifest.tag);
        tags.map(move |tag| (tag.clone(), manifest))
    });
    all.collect()
}

async fn list(image: &Image, set: &Set) {
    let mut wanted: Vec<String> = tags(set).into_keys().collect();
    wanted.push("stranger".to_owned());
    wanted.sort_unstable();
    assert_eq!(image.tags().await, wanted);
    let half = wanted.len() / 2;
    let path = format!("tags/list?last={}", wanted[half - 1]);
    let rest = image.get(&path).await.expect(200).json();
    let rest: Vec<String> = serde_json::from_value(rest["tags"].clone()).unwrap();
    assert_eq!(rest, wanted[half..]);
}

async fn pull(image: &Image, set: &Set) {
    for manifest in &set.manifests {
        same(image, &set.algorithm.of(&manifest.bytes), manifest).await;
    }
    for (tag, manifest) in tags(set) {
        same(image, &tag, manifest).await;
    }
    for blob in &set.blobs {
        let path = format!("blobs/{}", set.algorithm.of(blob));
        let length = blob.len().to_string();
        let head = image.head(&path).await.expect(200);
        assert_eq!(head.header("content-length"), Some(length.as_str()));
        assert_eq!(&image.get(&path).await.expect(200).body, blob);
    }
}

async fn same(image: &Image, reference: &str, manifest: &Manifest) {
    let path = format!("manifests/{reference}");
    let head = image.head(&path).await.expect(200);
    let got = image.get(&path).await.expect(200);
    for answer in [&head, &got] {
        let length = manifest.bytes.len().to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()));
        let type_ = answer.header("content-type");
        assert_eq!(type_, Some(manifest.media_type.as_str()));
    }
    assert_eq!(got.body, manifest.bytes, "{reference}");
}

/// Gives what refers to a subject, and of what kind, as far as `left` manifests are there.
fn referring<'s>(set: &'s Set, subject: &str, left: usize) -> Vec<&'s Value> {
    let all = set.manifests[..left].iter();
    let mine = all.filter_map(|manifest| manifest.referrer.as_ref());
    let mine = mine.filter(|(to, _)| to == subject);
    mine.map(|(_, entry)| entry).collect()
}

fn subjects(set: &Set) -> Vec<String> {
    let mut all: Vec<String> = set
        .manifests
        .iter()
        .filter_map(|manifest| Some(manifest.referrer.as_ref()?.0.clone()))
        .collect();
    all.extend(set.manifests.iter().map(|one| set.algorithm.of(&one.bytes)));
    all.sort_unstable();
    all.dedup();
    all
}

async fn referrers(image: &Image, set: &Set) {
    let left = set.manifests.len();
    for subject in subjects(set) {
        let wanted = referring(set, &subject, left);
        let found = image.referrers(&subject).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted);
        for entry in &wanted {
            let Some(kind) = entry.get("artifactType") else {
                continue;
            };
            let query = format!(
                "referrers/{subject}?artifactType={}",
                kind.as_str().unwrap()
            );
            let answer = image.get(&query.replace('+', "%2B")).await.expect(200);
            let applied = answer.header("oci-filters-applied");
            assert_eq!(applied, Some("artifactType"));
            let mut wanted = wanted.clone();
            wanted.retain(|entry| entry.get("artifactType") == Some(kind));
            let found = answer.json()["manifests"].clone();
            assert_eq!(found.as_array().unwrap().iter().collect::<Vec<_>>(), wanted);
        }
    }
}

async fn delete(image: &Image, set: &Set) {
    for tag in tags(set).into_keys() {
        let path = format!("manifests/{tag}");
        image.delete(&path).await.expect(202);
        image.head(&path).await.expect(404);
    }
    for (left, manifest) in set.manifests.iter().enumerate().rev() {
        let path = format!("manifests/{}", set.algorithm.of(&manifest.bytes));
        image.delete(&path).await.expect(202);
        image.head(&path).await.expect(404);
        for subject in subjects(set) {
            let found = image.referrers(&subject).await;
            let wanted = referring(set, &subject, left);
            assert_eq!(found.iter().collect::<Vec<_>>(), wanted);
        }
    }
    for blob in &set.blobs {
        let path = format!("blobs/{}", set.algorithm.of(blob));
        image.delete(&path).await.expect(202);
        image.head(&path).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_may_leave_out_layers_and_type() {
    let world = World::new().await;
    let image = world.image("bare");
    let config = crate::image::config("bare");
    image.blob(&config).await;
    let mut bare = crate::image::image(&config, &[]);
    for key in ["mediaType", "layers"] {
        bare.as_object_mut().unwrap().remove(key);
        let bytes = bare.to_string().into_bytes();
        image
            .put("1", crate::image::IMAGE, &bytes)
            .await
            .expect(201);
        let path = format!("manifests/{}", crate::world::sha256(&bytes));
        let got = image.get(&path).await.expect(200);
        assert_eq!(got.header("content-type"), Some(crate::image::IMAGE));
        assert_eq!(got.body, bytes);
    }
}
