//! Documents as gzip, where a client takes it.

use std::io::Write;

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use packhouse_registry::Error;

/// Tells whether a client takes gzip.
pub fn is_wanted(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING);
    values.filter_map(|value| value.to_str().ok()).any(accepts)
}

fn accepts(text: &str) -> bool {
    text.split(',').any(|part| {
        let mut parts = part.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Packs a document.
///
/// # Errors
/// A fault of ours when packing fails.
pub fn gzip(body: &[u8]) -> packhouse_registry::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::new(5));
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    let packed = written.map_err(|error| Error::Internal(format!("gzip failed: {error}")))?;
    // Lists of similar entries pack a hundredfold: what is kept must not hold the room left over.
    Ok(packed.into_boxed_slice().into())
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for text in ["gzip", "gzip, deflate", "deflate;q=1, GZIP;q=0.5"] {
            assert!(accepts(text), "{text}");
        }
        for text in ["", "deflate", "gzip;q=0", "x-gzip", "identity, gzip; q=0.0"] {
            assert!(!accepts(text), "{text}");
        }
    }
}
