//! Pages of long lists (OCI notes §8): `?n=` entries after `?last=`, and the `Link` to the next.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::text::shown;

/// The largest page that can be asked for, in entries; more is cut to this.
pub const MAX_N: usize = 1_000;

/// How many entries come when no number is asked for.
pub const DEFAULT_N: usize = 10_000;

/// What may stand unencoded in `last`. Some clients split a `Link` at `;` and `,`.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    n: Option<usize>,
    last: Option<String>,
}

/// Reports a page that cannot be (`PAGINATION_NUMBER_INVALID`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// A page size that is none.
    #[error("bad page size {}: `n` is a number, 0 or more", shown(text))]
    Size {
        /// What was given.
        text: String,
    },
    /// No entry has a control character, and PostgreSQL refuses a text with a NUL.
    #[error("bad start of a page {}: `last` is an entry of the list", shown(text))]
    Last {
        /// What was given.
        text: String,
    },
}

impl Page {
    /// Reads `n` and `last` of a query, as it stands in the address.
    ///
    /// # Errors
    /// When `n` is not a number, or `last` holds a control character. A number too large is cut to
    /// [`MAX_N`].
    pub fn parse(query: &str) -> Result<Self, PageError> {
        let mut page = Self {
            n: None,
            last: None,
        };
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "n" if page.n.is_none() => page.n = Some(number(&value)?),
                "last" if page.last.is_none() && !value.is_empty() => {
                    let text = value.into_owned();
                    if text.chars().any(char::is_control) {
                        return Err(PageError::Last { text });
                    }
                    page.last = Some(text);
                }
                _ => {}
            }
        }
        Ok(page)
    }

    /// Gives how many entries are to come; none when 0 were asked for.
    pub fn limit(&self) -> usize {
        self.n.unwrap_or(DEFAULT_N)
    }

    /// Gives the entry after which to begin, which need not exist any more.
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Gives the `Link` to what follows the entry `last` of the list at `path`, with as many
    /// entries as this page.
    pub fn next_link(&self, path: &str, last: &str) -> String {
        let last = utf8_percent_encode(last, VALUE);
        match self.n {
            Some(n) => format!("<{path}?n={n}&last={last}>; rel=\"next\""),
            None => format!("<{path}?last={last}>; rel=\"next\""),
        }
    }
}

fn number(text: &str) -> Result<usize, PageError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PageError::Size {
            text: text.to_owned(),
        });
    }
    // Digits that do not fit the type are more than the largest page, too.
    Ok(text.parse().map_or(MAX_N, |n: usize| n.min(MAX_N)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_cut() {
        for (query, limit, last) in [
            ("", DEFAULT_N, None),
            ("n=0", 0, None),
            ("n=7&last=1.0", 7, Some("1.0")),
            ("last=acme%2Fweb", DEFAULT_N, Some("acme/web")),
            ("n=1000000000", MAX_N, None),
            ("n=99999999999999999999999999", MAX_N, None),
            ("n=5&n=x&other=1&last=", 5, None),
        ] {
            let page = Page::parse(query).unwrap();
            assert_eq!((page.limit(), page.last()), (limit, last), "{query}");
        }
        for bad in ["n=", "n=-1", "n=x", "n=1.0", "n=%2B1", "n=0x1"] {
            assert!(Page::parse(bad).is_err(), "{bad}");
        }
        for bad in ["last=%00", "last=%00/a", "n=2&last=a%0A"] {
            let refused = Page::parse(bad);
            assert!(matches!(refused, Err(PageError::Last { .. })), "{bad}");
        }
    }

    #[test]
    fn links_hold_nothing_that_clients_split_at() {
        let page = Page::parse("n=2").unwrap();
        assert_eq!(
            page.next_link("/v2/acme/web/tags/list", "1.0_a-b"),
            "</v2/acme/web/tags/list?n=2&last=1.0_a-b>; rel=\"next\""
        );
        let link = page.next_link("/v2/_catalog", "a/b;c,d>\"&n=9");
        assert_eq!(
            link,
            "</v2/_catalog?n=2&last=a%2Fb%3Bc%2Cd%3E%22%26n%3D9>; rel=\"next\""
        );
        let all = Page::parse("").unwrap();
        assert_eq!(
            all.next_link("/v2/_catalog", "a/b"),
            "</v2/_catalog?last=a%2Fb>; rel=\"next\""
        );
    }
}
