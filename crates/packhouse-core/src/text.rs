//! Showing what a client sent in a message about it.

/// How much of a text a message repeats, in characters.
const SHOWN: usize = 80;

/// Gives a text as a message may repeat it: its beginning, quoted, control characters escaped.
pub fn shown(text: &str) -> String {
    let start = cut(text, SHOWN);
    if start.len() == text.len() {
        format!("{start:?}")
    } else {
        format!("{start:?}…")
    }
}

/// Cuts a text to so many characters.
pub fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_texts_are_tamed() {
        assert_eq!(shown("a\n"), r#""a\n""#);
        let long = shown(&"é".repeat(100));
        assert_eq!(long.chars().count(), SHOWN + 3);
        assert!(long.ends_with("\"…"));
        assert_eq!(cut("éab", 2), "éa");
    }
}
