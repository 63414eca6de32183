//! Manifests: no bytes may panic, what is accepted must be what `serde_json` reads, and all that is
//! made of it must survive.

use packhouse_oci::manifest::{self, MediaType};
use packhouse_oci::metadata::Metadata;
use packhouse_oci::signature;
use serde_json::Value;

/// Runs one input: a media type to send it as, then a manifest.
pub fn run(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else {
        return;
    };
    let header = MediaType::ALL
        .get(usize::from(*kind) % (MediaType::ALL.len() + 1))
        .map(|kind| kind.as_str());
    let Ok(manifest) = manifest::parse(bytes, header) else {
        return;
    };
    let document: Value = serde_json::from_slice(bytes).expect("accepted as JSON");
    assert_eq!(document["schemaVersion"], 2);
    let length = |key: &str| document[key].as_array().map_or(0, Vec::len);
    assert_eq!(manifest.layers.len(), length("layers"));
    assert_eq!(manifest.children.len(), length("manifests"));
    assert_eq!(manifest.config.is_some(), document["config"].is_object());
    assert_eq!(manifest.subject.is_some(), document["subject"].is_object());
    for (place, layer) in manifest.layers.iter().enumerate() {
        assert_eq!(document["layers"][place]["size"], layer.size);
        let digest = layer.digest.to_string();
        assert_eq!(document["layers"][place]["digest"], digest);
    }
    let metadata = Metadata::new(&manifest, bytes.len() as u64, None);
    let stored = metadata.render().expect("metadata as JSON");
    assert_eq!(Metadata::parse(&stored).ok(), Some(metadata));
    manifest::referrer_entry(&manifest, "sha256:00", 1);
    assert_eq!(signature::bundle(&manifest, bytes), []);
}
