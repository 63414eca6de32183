//! The `text` of a search: words and qualifiers (npm notes §9).

/// The longest search text that is read; the rest is ignored.
pub const MAX_TEXT: usize = 512;

/// What a search asks for. All texts are in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Each must occur in the name, the description or a keyword.
    pub words: Vec<String>,
    /// The package must have one of these.
    pub keywords: Vec<String>,
    /// The name of the package's author.
    pub author: Option<String>,
    /// The account name of one who may write.
    pub maintainer: Option<String>,
    /// The owner, without `@`.
    pub scope: Option<String>,
    /// What the package must be.
    pub is: Vec<Flag>,
    /// What the package must not be.
    pub not: Vec<Flag>,
}

/// A property that `is:` and `not:` can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Its latest version is deprecated.
    Deprecated,
    /// Its latest version is below 1.0.0.
    Unstable,
    /// It has a known weakness. We keep no such data, so nothing is.
    Insecure,
}

impl SearchQuery {
    /// Reads a search text. Anything can be searched for, so nothing is an error: an unknown
    /// qualifier is a word, an unknown flag says nothing.
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

    /// Tells whether nothing was asked for; the answer to that is an empty list, not everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, part: &str) {
        let (qualifier, value) = part.split_once(':').unwrap_or(("", part));
        let value = value.trim_matches(['"', '\'']);
        if value.is_empty() {
            return;
        }
        let text = Some(value.to_owned());
        match qualifier {
            "author" => self.author = text,
            "maintainer" => self.maintainer = Some(value.trim_start_matches('~').to_owned()),
            "scope" => self.scope = Some(value.trim_start_matches('@').to_owned()),
            "keywords" => self.keywords.extend(list(value).map(str::to_owned)),
            "is" => self.is.extend(list(value).filter_map(Flag::parse)),
            "not" => self.not.extend(list(value).filter_map(Flag::parse)),
            _ => self.words.push(part.trim_matches(['"', '\'']).to_owned()),
        }
    }
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', '+']).filter(|item| !item.is_empty())
}

impl Flag {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "deprecated" => Some(Self::Deprecated),
            "unstable" => Some(Self::Unstable),
            "insecure" => Some(Self::Insecure),
            _ => None,
        }
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
            author: Some("ada".into()),
            maintainer: Some("bob".into()),
            scope: Some("acme".into()),
            is: vec![Flag::Insecure],
            not: vec![Flag::Deprecated, Flag::Unstable],
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
            ("", vec![]),
            (" \t ", vec![]),
            (":", vec![]),
        ] {
            assert_eq!(SearchQuery::parse(text).words, words, "{text}");
        }
        assert!(SearchQuery::parse(" ").is_empty());
        assert!(!SearchQuery::parse("scope:acme").is_empty());
        assert_eq!(
            SearchQuery::parse(&"ä".repeat(5000)).words[0].len(),
            MAX_TEXT
        );
    }
}
