//! Publish bodies: no input may panic, pieces must not matter, and whatever is accepted must be
//! what `serde_json` and `base64` read as a whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_npm::publish_body::{BodyLimits, PublishBody, PublishDocument};
use serde_json::{Map, Value};

/// Runs one input: a length of pieces, then a body.
pub fn run(data: &[u8]) {
    let Some((piece, body)) = data.split_first() else {
        return;
    };
    let whole = read(body, body.len().max(1));
    let pieces = read(body, usize::from(*piece).max(1));
    assert_eq!(whole, pieces);
    if let Ok((document, tarball)) = whole {
        compare(body, document, &tarball);
    }
}

fn read(body: &[u8], piece: usize) -> Result<(PublishDocument, Vec<u8>), String> {
    let limits = BodyLimits {
        outside_attachments: 1 << 16,
    };
    let mut reader = PublishBody::new(limits);
    let mut tarball = Vec::new();
    for piece in body.chunks(piece) {
        reader
            .feed(piece, &mut tarball)
            .map_err(|error| error.to_string())?;
    }
    let document = reader.finish().map_err(|error| error.to_string())?;
    Ok((document, tarball))
}

fn compare(body: &[u8], document: PublishDocument, tarball: &[u8]) {
    let mut expect: Map<String, Value> = serde_json::from_slice(body).expect("accepted as JSON");
    let attachments = expect.shift_remove("_attachments");
    assert_eq!(document.document, expect);
    let data = |key: &str| {
        attachments
            .as_ref()
            .and_then(|all| all[key]["data"].as_str())
    };
    match document.tarball {
        Some(info) => {
            let text = data(&info.key).expect("the tarball's data");
            assert_eq!(STANDARD.decode(text).expect("base64"), tarball);
            assert_eq!(info.decoded, tarball.len() as u64);
        }
        None => assert!(tarball.is_empty()),
    }
}
