//! Dist-tag names (npm notes §7).

use nodejs_semver::Range;

use crate::name::cut;

/// The longest dist-tag.
pub const MAX_TAG: usize = 214;

/// Reports a text that can be no dist-tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Nothing was given.
    #[error("the dist-tag is empty")]
    Empty,
    /// Longer than 214 characters.
    #[error("the dist-tag {0:?} is longer than 214 characters")]
    TooLong(String),
    /// A client would take it for a version range and never look it up as a tag.
    #[error("the dist-tag {0:?} reads as a version range: use a word, for example next")]
    Range(String),
    /// It would change on its way through an address.
    #[error("the dist-tag {0:?} has a character that cannot stand in an address")]
    Character(String),
}

/// Accepts a dist-tag: not empty, no SemVer range (`1`, `v1.4`, `x`, `*`, `^1`, `latest || 1`),
/// and equal to its own URL-component encoding.
///
/// # Errors
/// When one of these rules is broken.
pub fn check_tag(tag: &str) -> Result<(), TagError> {
    if tag.is_empty() {
        return Err(TagError::Empty);
    }
    if tag.len() > MAX_TAG {
        return Err(TagError::TooLong(cut(tag)));
    }
    if tag.split("||").any(is_range) {
        return Err(TagError::Range(tag.to_owned()));
    }
    // The characters that `encodeURIComponent` leaves alone.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b);
    if !tag.bytes().all(plain) {
        return Err(TagError::Character(tag.to_owned()));
    }
    Ok(())
}

fn is_range(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || is_partial(text) || Range::parse(text).is_ok()
}

/// Tells whether the text is a version with parts missing or `x`, with operators before it. The
/// range parser knows most of these; the rule must not hang on what one release of it accepts.
fn is_partial(text: &str) -> bool {
    let text = text.trim_start_matches(['~', '^', '>', '<', '=', 'v', ' ']);
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let mut parts = core.split('.');
    let part = |part: &str| {
        matches!(part, "x" | "X" | "*")
            || (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let all = parts.clone().all(part);
    let count = parts.by_ref().count();
    all && count <= 3 && (count == 3 || core.len() == text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_tags() {
        for tag in [
            "latest",
            "next",
            "beta",
            "v-next",
            "release-1.x",
            "2024-01",
            "a",
            "vx1",
            "1st",
            "stable_1",
            "canary!",
            "~'()~",
        ] {
            assert_eq!(check_tag(tag), Ok(()), "{tag}");
        }
    }

    #[test]
    fn ranges_are_no_tags() {
        for tag in [
            "1",
            "v1",
            "v1.4",
            "1.x",
            "x",
            "X",
            "*",
            "1.2.3",
            "v1.2.3-beta",
            "^1",
            "~1",
            ">=1 <2",
            "latest || 1",
            "||",
            " ",
            "=1",
            "1.2.3 - 2",
            "1.2.*",
            "v1.x.x",
            "1.2.3+b",
            "~1.2",
            ">1",
        ] {
            assert_eq!(
                check_tag(tag),
                Err(TagError::Range(tag.to_owned())),
                "{tag}"
            );
        }
    }

    #[test]
    fn other_texts_are_refused() {
        assert_eq!(check_tag(""), Err(TagError::Empty));
        for tag in ["a b", "a/b", "ä", "a%2f", "a+b", "@a", "a\n", "a:b"] {
            assert_eq!(
                check_tag(tag),
                Err(TagError::Character(tag.to_owned())),
                "{tag}"
            );
        }
        assert!(check_tag(&"t".repeat(MAX_TAG)).is_ok());
        assert!(matches!(
            check_tag(&"t".repeat(MAX_TAG + 1)),
            Err(TagError::TooLong(_))
        ));
    }
}
