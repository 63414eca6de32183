//! Whether a form was sent from a page of ours.

use actix_web::http::header::HeaderMap;
use packhouse_core::error::ErrorKind;
use packhouse_http::{HttpError, Result};
use subtle::ConstantTimeEq;
use url::Url;

/// Refuses a POST that says it comes from another site. Browsers tell so in `Sec-Fetch-Site` (over
/// https and to loopback) and in `Origin`; from our own pages the latter is `null`, because they
/// send no referrer (Fetch standard, "append a request `Origin` header"), so `null` proves nothing
/// either way and the token decides.
///
/// # Errors
/// `Forbidden`.
pub(crate) fn check_site(headers: &HeaderMap, public_url: &Url) -> Result<()> {
    if let Some(site) = headers.get("sec-fetch-site") {
        let ours = matches!(site.as_bytes(), b"same-origin" | b"none");
        return if ours { Ok(()) } else { Err(refused()) };
    }
    let Some(origin) = headers.get("origin") else {
        return Ok(());
    };
    let origin = origin.to_str().map_err(|_| refused())?;
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let asked = origin.split_once("://").map(|(_, authority)| authority);
    let ours = origin == "null"
        || origin.eq_ignore_ascii_case(&public_url.origin().ascii_serialization())
        || asked
            .zip(host)
            .is_some_and(|(asked, host)| asked.eq_ignore_ascii_case(host));
    if ours { Ok(()) } else { Err(refused()) }
}

/// Refuses a form whose token is not the one its page was given.
///
/// # Errors
/// `Forbidden`.
pub(crate) fn check_token(given: &str, expected: Option<&str>) -> Result<()> {
    let fits = expected.is_some_and(|expected| {
        !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
    });
    if fits { Ok(()) } else { Err(refused()) }
}

fn refused() -> HttpError {
    let text = "this form is too old or was not sent from this server's own page (which needs \
                cookies): open the page again and send it from there";
    HttpError::new(ErrorKind::Forbidden, text)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn site(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        check_site(&headers, &Url::parse("https://registry.example/").unwrap()).is_ok()
    }

    #[test]
    fn other_sites_are_refused() {
        assert!(site(&[]));
        assert!(site(&[("origin", "null")]));
        assert!(site(&[("origin", "https://registry.example")]));
        assert!(site(&[
            ("origin", "http://localhost:1"),
            ("host", "localhost:1")
        ]));
        assert!(site(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "null")
        ]));
        assert!(!site(&[("sec-fetch-site", "same-site")]));
        assert!(!site(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "null")
        ]));
        assert!(!site(&[
            ("origin", "https://other.example"),
            ("host", "registry.example")
        ]));
        assert!(!site(&[("origin", "https://registry.example.other")]));
    }

    #[test]
    fn tokens_must_be_there_and_equal() {
        assert!(check_token("a", Some("a")).is_ok());
        assert!(check_token("b", Some("a")).is_err());
        assert!(check_token("", Some("")).is_err());
        assert!(check_token("", None).is_err());
    }
}
