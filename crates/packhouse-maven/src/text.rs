//! Showing what a client sent in a message about it.

pub(crate) use packhouse_core::text::{cut, shown};

/// Gives a text as one line of so many characters: any space and control characters in a row become
/// one space, those at the ends go. `None` when nothing is left.
pub(crate) fn line(text: &str, characters: usize) -> Option<String> {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = text.split(blank).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| cut(&words.join(" "), characters))
}

/// Gives an address that may be made a link of: http or https, with a host.
pub(crate) fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let plain =
        text.len() <= MAX_LINK && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let url = url::Url::parse(text).ok().filter(|_| plain)?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| text.to_owned())
}

/// How long an address may be, in bytes.
const MAX_LINK: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_one_line() {
        assert_eq!(line(" a\n\t b\u{0}c ", 9), Some("a b c".to_owned()));
        assert_eq!(line("abc", 2), Some("ab".to_owned()));
        assert_eq!(line(" \n", 9), None);
    }

    #[test]
    fn only_web_addresses_are_links() {
        for text in [
            "http://a.example",
            " https://a.example/x?y#z\n",
            "HTTPS://a.example:8/",
        ] {
            assert_eq!(link(text).as_deref(), Some(text.trim()));
        }
        let long = format!("https://a.example/{}", "x".repeat(MAX_LINK));
        for text in [
            "",
            "a.example",
            "javascript:alert(1)",
            "ftp://a.example",
            "scm:git:https://a.example",
            "https://",
            "https://a.example/a b",
            "java\nscript:x",
            "https://a.example/\n/x",
            &long,
        ] {
            assert_eq!(link(text), None, "{text:?}");
        }
    }
}
