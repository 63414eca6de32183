//! Cookies of this server: read from a request, written to an answer.

use std::time::Duration;

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use url::Url;

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Holds the secret of a session.
    Session,
    /// Holds what a form sent without a session must carry.
    Form,
}

/// How cookies are named and marked, which depends on the public URL. Over https the prefix
/// `__Host-` keeps other hosts of the domain from setting them (RFC 6265bis §4.1.3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookies {
    secure: bool,
}

impl Cookies {
    pub fn of(public_url: &Url) -> Self {
        Self {
            secure: public_url.scheme() == "https",
        }
    }

    fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Session, false) => "packhouse_session",
            (Cookie::Session, true) => "__Host-packhouse_session",
            (Cookie::Form, false) => "packhouse_form",
            (Cookie::Form, true) => "__Host-packhouse_form",
        }
    }

    /// Reads a cookie; an empty one counts as absent.
    pub fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        headers
            .get_all(COOKIE)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, value)| *name == self.name(cookie) && !value.is_empty())
            .map(|(_, value)| value)
    }

    /// Writes a cookie that ends with the browser, or after `max_age`. The value must be one of our
    /// secrets, or empty.
    pub fn write(self, cookie: Cookie, value: &str, max_age: Option<Duration>) -> HeaderValue {
        let age = max_age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name(cookie);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        // Our secrets are URL-safe characters, so this is always a header value.
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// Takes a cookie from the browser.
    pub fn clear(self, cookie: Cookie) -> HeaderValue {
        self.write(cookie, "", Some(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_come_back_under_their_names() {
        let secure = Cookies::of(&Url::parse("https://registry.example/").unwrap());
        let plain = Cookies::of(&Url::parse("http://registry.example/").unwrap());
        let written = secure.write(Cookie::Session, "s", Some(Duration::from_secs(9)));
        let expected =
            "__Host-packhouse_session=s; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=9";
        assert_eq!(written, expected);
        assert_eq!(
            plain.clear(Cookie::Form),
            "packhouse_form=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("a=b; packhouse_session=s;packhouse_form="),
        );
        headers.append(COOKIE, HeaderValue::from_static("packhouse_form=f"));
        assert_eq!(plain.read(&headers, Cookie::Session), Some("s"));
        assert_eq!(plain.read(&headers, Cookie::Form), Some("f"));
        assert_eq!(secure.read(&headers, Cookie::Session), None);
    }
}
