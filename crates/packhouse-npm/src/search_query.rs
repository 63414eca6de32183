//! The `text` of a search: words and qualifiers (npm notes §9; `docs/NPM-SEARCH.md` tells users
//! what each does here).

use packhouse_registry::search::Property;

/// The longest search text that is read; the rest is ignored.
pub const MAX_TEXT: usize = 512;

/// What a search asks for. All texts are in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Each must occur in the name, the description or a keyword.
    pub words: Vec<String>,
    /// The package must have each of these.
    pub keywords: Vec<String>,
    /// Accounts that published a live version: both `maintainer:` and `author:`. What a manifest
    /// says of its author is a text that anyone may write, so nobody is found by it.
    pub publishers: Vec<String>,
    /// The owner, without `@`.
    pub scope: Option<String>,
    /// What the package must be.
    pub is: Vec<Property>,
    /// What the package must not be.
    pub not: Vec<Property>,
    /// It was asked for what no package is: `is:insecure`. We keep no advisories, so nothing is
    /// known to be insecure.
    pub nothing: bool,
}

impl SearchQuery {
    /// Reads a search text. Anything can be searched for, so nothing is an error: an unknown
    /// qualifier is a word, an unknown property says nothing.
    pub fn parse(text: &str) -> Self {
        let end = (0..=MAX_TEXT.min(text.len()))
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        let mut query = Self::default();
        for part in text[..end].to_lowercase().split_whitespace() {
            query.add(part);
        }
        query
    }

    fn add(&mut self, part: &str) {
        let (qualifier, value) = part.split_once(':').unwrap_or(("", part));
        let value = value.trim_matches(['"', '\'']);
        if value.is_empty() {
            return;
        }
        match qualifier {
            "author" | "maintainer" => {
                let name = value.trim_start_matches('~').to_owned();
                self.publishers.push(name);
            }
            "scope" => self.scope = Some(value.trim_start_matches('@').to_owned()),
            "keywords" => self.keywords.extend(list(value).map(str::to_owned)),
            "is" => {
                self.nothing |= list(value).any(|item| item == "insecure");
                self.is.extend(list(value).filter_map(property));
            }
            "not" => self.not.extend(list(value).filter_map(property)),
            // Whether a whole name comes first; here it always does.
            "boost-exact" => {}
            _ => self.words.push(part.trim_matches(['"', '\'']).to_owned()),
        }
    }
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', '+']).filter(|item| !item.is_empty())
}

fn property(text: &str) -> Option<Property> {
    match text {
        "deprecated" => Some(Property::Deprecated),
        "unstable" => Some(Property::Unstable),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_qualifiers_are_told_apart() {
        let query = SearchQuery::parse(
            "  HTTP client author:Ada maintainer:bob scope:@acme keywords:web,rest not:deprecated,unstable is:insecure",
        );
        let expect = SearchQuery {
            words: vec!["http".into(), "client".into()],
            keywords: vec!["web".into(), "rest".into()],
            publishers: vec!["ada".into(), "bob".into()],
            scope: Some("acme".into()),
            is: vec![],
            not: vec![Property::Deprecated, Property::Unstable],
            nothing: true,
        };
        assert_eq!(query, expect);
    }

    #[test]
    fn odd_texts_are_answered() {
        for (text, words) in [
            ("@acme/x", vec!["@acme/x"]),
            ("\"quoted text\"", vec!["quoted", "text"]),
            ("other:thing", vec!["other:thing"]),
            ("author:", vec![]),
            ("is:whatever", vec![]),
            ("boost-exact:false x", vec!["x"]),
            ("not:insecure", vec![]),
            ("", vec![]),
            (" \t ", vec![]),
            (":", vec![]),
        ] {
            assert_eq!(SearchQuery::parse(text).words, words, "{text}");
        }
        for text in ["is:whatever", "not:insecure", "not:whatever", " "] {
            assert_eq!(SearchQuery::parse(text), SearchQuery::default(), "{text}");
        }
        assert_eq!(
            SearchQuery::parse(&"ä".repeat(5000)).words[0].len(),
            MAX_TEXT
        );
    }
}
