//! What clients print beside the outcome of a request: each value of this header is a warning of its
//! own (NuGet notes §6).

use actix_web::http::header::HeaderValue;

/// The header.
pub(crate) const HEADER: &str = "x-nuget-warning";
/// How long a warning is at most, in bytes.
const MAX: usize = 512;

/// Gives a text as a header value: one line of ASCII.
pub(crate) fn value(text: &str) -> HeaderValue {
    let plain = text.chars().map(|c| match c {
        ' '..='~' => c,
        _ if c.is_whitespace() => ' ',
        _ => '?',
    });
    let plain: String = plain.take(MAX).collect();
    // Printable ASCII always makes a header value.
    HeaderValue::from_str(plain.trim()).unwrap_or_else(|_| HeaderValue::from_static("refused"))
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn any_text_becomes_one_line() {
        assert_eq!(value("a\r\nb: \u{e4}\0"), "a  b: ??");
        assert_eq!(value(&"x".repeat(600)).len(), 512);
        assert_eq!(value(""), "");
    }
}
