//! Digests as descriptors and addresses write them (OCI notes §2): `algorithm:hex`.

pub use packhouse_core::digest::{ContentDigest, ContentDigestError};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(sha256:[0-9a-f]{60,66}|sha512:.{0,9}|.{0,20})") {
            if let Ok(digest) = text.parse::<ContentDigest>() {
                prop_assert_eq!(digest.to_string(), text);
            }
        }
    }
}
