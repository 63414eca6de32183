//! The fuzz targets on inputs made here, so that they cannot rot unnoticed: `fuzz/` is a workspace
//! of its own, and checking it whole would build OpenSSL and SQLite a second time.

use proptest::prelude::*;
use serde_json::json;

use crate::route::Route;

#[path = "../../../fuzz/src/oci_manifest.rs"]
mod oci_manifest;
#[path = "../../../fuzz/src/oci_route.rs"]
mod oci_route;

fn input(first: u8, rest: &str) -> Vec<u8> {
    let mut input = vec![first];
    input.extend_from_slice(rest.as_bytes());
    input
}

#[test]
fn every_address_passes() {
    for (_, route) in Route::samples() {
        let path = route.path();
        for method in 0..7 {
            for path in [&path[..], &path[3..], &path[4..]] {
                oci_route::run(&input(method, path));
            }
        }
    }
}

#[test]
fn manifests_pass_in_whole_and_cut_anywhere() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let part = json!({ "mediaType": "application/x", "digest": digest, "size": 1 });
    let image = json!({
        "schemaVersion": 2, "config": part, "layers": [part, part], "subject": part,
        "annotations": { "a": "b" },
    });
    let index = json!({ "schemaVersion": 2, "manifests": [part] });
    for document in [image, index, json!({})] {
        let text = document.to_string();
        for end in (0..text.len()).step_by(7).chain([text.len()]) {
            for kind in 0..5 {
                oci_manifest::run(&input(kind, &text[..end]));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_address_passes(
        method in 0_u8..7,
        path in prop::collection::vec(
            "(/|%2[fF]|%3A|\\.\\.|%|%25|%00|acme|blobs|uploads|manifests|tags/list|referrers|_oci/ext/discover|.{0,3})",
            0..12),
    ) {
        oci_route::run(&input(method, &path.concat()));
    }

    #[test]
    fn any_manifest_passes(
        kind in 0_u8..5,
        parts in prop::collection::vec(
            "(\\{|\\}|\\[|\\]|:|,|\"|\"schemaVersion\":2,|\"layers\":|\"manifests\":|\"config\":|null|1|.{0,2})",
            0..24),
    ) {
        oci_manifest::run(&input(kind, &parts.concat()));
    }
}
