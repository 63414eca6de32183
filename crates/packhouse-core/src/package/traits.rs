//! Words by which a format tells versions apart in lists and searches.

/// A set of words such as `semver2`, kept as one text with a space on both sides of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Traits(String);

impl Traits {
    /// Makes a set of words. Spaces would end a word, so each becomes a `-`.
    pub fn of<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Self {
        let mut text = String::new();
        for word in words {
            let word = word.as_ref();
            if word.is_empty() {
                continue;
            }
            if text.is_empty() {
                text.push(' ');
            }
            text.extend(
                word.chars()
                    .map(|c| if c.is_whitespace() { '-' } else { c }),
            );
            text.push(' ');
        }
        Self(text)
    }

    /// Reads the database value.
    pub fn from_row(text: String) -> Self {
        Self(text)
    }

    /// Gives the database value: each word between spaces, or nothing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split_ascii_whitespace()
    }

    /// Tells whether a word is in the set.
    pub fn has(&self, word: &str) -> bool {
        self.words().any(|one| one == word)
    }
}

#[cfg(test)]
mod tests {
    use super::Traits;

    #[test]
    fn words_stand_between_spaces() {
        let traits = Traits::of(["semver2", "", "type:my tool"]);
        assert_eq!(traits.as_str(), " semver2 type:my-tool ");
        assert!(traits.has("semver2") && traits.has("type:my-tool"));
        assert!(!traits.has("semver") && !traits.has("tool"));
        assert_eq!(Traits::of([""; 2]).as_str(), "");
        assert_eq!(Traits::from_row(traits.as_str().to_owned()), traits);
    }
}
