//! The fuzz targets on inputs made here, so that they cannot rot unnoticed: `fuzz/` is a workspace
//! of its own, and checking it whole would build OpenSSL and SQLite a second time.

use proptest::prelude::*;
use serde_json::json;

use crate::body::Body;

#[path = "../../../../fuzz/src/npm_publish_body.rs"]
mod npm_publish_body;
#[path = "../../../../fuzz/src/npm_route.rs"]
mod npm_route;

#[test]
fn publish_bodies_pass_in_whole_and_cut_anywhere() {
    let proved = Body::new("@acme/tools", "1.0.0").proved().json();
    for document in [proved, json!({}), json!({ "_attachments": {} })] {
        let text = document.to_string();
        for end in (0..text.len()).step_by(17).chain([text.len()]) {
            for piece in [1, 7, 255] {
                let mut input = vec![piece];
                input.extend_from_slice(&text.as_bytes()[..end]);
                npm_publish_body::run(&input);
            }
        }
    }
}

#[test]
fn every_address_passes() {
    for (_, route) in packhouse_npm::route::Route::samples() {
        for method in 0..6 {
            for prefix in ["", "/", "/npm/", "//"] {
                let mut input = vec![method];
                input.extend_from_slice(format!("{prefix}{}", route.path()).as_bytes());
                npm_route::run(&input);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_address_passes(
        method in 0_u8..6,
        path in prop::collection::vec(
            "(/|-|@|%2[fF]|%40|%2e|\\.\\.|%|%25|%00|npm|package|v1|-rev|-|user|.{0,3})", 0..12),
    ) {
        let mut input = vec![method];
        input.extend_from_slice(path.concat().as_bytes());
        npm_route::run(&input);
    }

    #[test]
    fn any_body_passes(
        piece in any::<u8>(),
        parts in prop::collection::vec(
            "(\\{|\\}|\\[|\\]|:|,|\"|\\\\|\"_attachments\":|\"data\":|\"a\\.tgz\":|QUJD|=|1| |.{0,2})",
            0..24),
    ) {
        let mut input = vec![piece];
        input.extend_from_slice(parts.concat().as_bytes());
        npm_publish_body::run(&input);
    }
}
