//! Digests as descriptors and addresses write them (OCI notes §2): `algorithm:hex`.

pub use packhouse_core::digest::{ContentDigest, ContentDigestError};

/// Gives the tag under which clients without the referrers API list what refers to a digest
/// (distribution-spec, Referrers Tag Schema): the digits are cut to 64.
pub fn fallback_tag(digest: &ContentDigest) -> String {
    let mut encoded = digest.encoded();
    encoded.truncate(64);
    format!("{}-{encoded}", digest.algorithm())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fallback_tags_have_at_most_64_digits() {
        let tag = |text: &str| fallback_tag(&text.parse().unwrap());
        let sha256 = format!("sha256:{}", "0a".repeat(32));
        let sha512 = format!("sha512:{}", "f1".repeat(64));
        assert_eq!(tag(&sha256), format!("sha256-{}", "0a".repeat(32)));
        assert_eq!(tag(&sha512), format!("sha512-{}", "f1".repeat(32)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(sha256:[0-9a-f]{60,66}|sha512:.{0,9}|.{0,20})") {
            if let Ok(digest) = text.parse::<ContentDigest>() {
                prop_assert_eq!(digest.to_string(), text);
            }
        }
    }
}
