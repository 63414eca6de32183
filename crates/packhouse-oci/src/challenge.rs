//! The one challenge of this protocol (OCI notes §3): Bearer, with the address where tokens are
//! had.

/// Why a token that came was not enough. Without a token there is nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChallengeError {
    /// It is no token of ours, or no longer one.
    InvalidToken,
    /// It is good, but was not made for this.
    InsufficientScope,
}

impl ChallengeError {
    /// Gives the word of RFC 6750.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

/// Gives the value of `WWW-Authenticate`: `Bearer realm="…",service="…",scope="…",error="…"`.
/// Every value is quoted, as clients expect; characters that could end a quotation or a header are
/// left out, and no name, host or scope that is one has any. Several scopes stand in one value,
/// separated by spaces.
pub fn challenge(
    realm: &str,
    service: &str,
    scope: Option<&str>,
    error: Option<ChallengeError>,
) -> String {
    let mut text = format!(
        "Bearer realm=\"{}\",service=\"{}\"",
        plain(realm),
        plain(service)
    );
    if let Some(scope) = scope {
        text.push_str(&format!(",scope=\"{}\"", plain(scope)));
    }
    if let Some(error) = error {
        text.push_str(&format!(",error=\"{}\"", error.as_str()));
    }
    text
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_values_are_quoted() {
        let realm = "https://registry.example/v2/token";
        assert_eq!(
            challenge(realm, "registry.example", None, None),
            "Bearer realm=\"https://registry.example/v2/token\",service=\"registry.example\""
        );
        assert_eq!(
            challenge(
                realm,
                "registry.example:8443",
                Some("repository:a/b:pull,push repository:a/c:pull"),
                Some(ChallengeError::InsufficientScope)
            ),
            "Bearer realm=\"https://registry.example/v2/token\",service=\"registry.example:8443\",\
             scope=\"repository:a/b:pull,push repository:a/c:pull\",error=\"insufficient_scope\""
        );
        assert!(
            challenge(realm, "s", None, Some(ChallengeError::InvalidToken))
                .ends_with(",error=\"invalid_token\"")
        );
    }

    proptest! {
        #[test]
        fn nothing_breaks_out_of_its_quotes(realm in ".*", service in ".*", scope in ".*") {
            let text = challenge(&realm, &service, Some(&scope), None);
            prop_assert_eq!(text.matches('"').count(), 6);
            prop_assert!(text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\'));
        }
    }
}
