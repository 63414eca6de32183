//! How texts become words, the same way for what is stored and what is asked, on both engines.

/// More words than this say nothing new about a package; positions on PostgreSQL end at 16,383.
const MAX_WORDS: usize = 1000;
/// Longer words are cut, on both sides, so that a cut word still finds itself.
const MAX_WORD_CHARS: usize = 100;
/// Nobody asks with more words than this.
const MAX_PHRASES: usize = 32;

/// What search looks at of one package, cut into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) name: Vec<String>,
    pub(crate) description: Vec<String>,
    /// The words of each keyword, then the keyword as one marked word.
    pub(crate) keywords: Vec<String>,
}

impl Document {
    pub(crate) fn new(name: &str, description: Option<&str>, keywords: &[String]) -> Self {
        let keywords = keywords.iter().flat_map(|keyword| {
            let words = words(keyword);
            let marked = marked(&words);
            words.into_iter().chain(marked)
        });
        Self {
            name: (words(name).into_iter().chain(humps(name)))
                .take(MAX_WORDS)
                .collect(),
            description: description.map_or_else(Vec::new, words),
            keywords: keywords.take(MAX_WORDS).collect(),
        }
    }
}

/// Words in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) words: Vec<String>,
    /// The last word may go on.
    pub(crate) prefix: bool,
}

/// What a document must hold, all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) phrases: Vec<Phrase>,
    /// Marked keywords.
    pub(crate) keywords: Vec<String>,
}

impl Terms {
    /// Cuts what was asked. `None` when something was asked that has no word in it at all, which
    /// nothing matches.
    pub(crate) fn new(asked: &[String], keywords: &[String]) -> Option<Self> {
        let mut phrases: Vec<_> = (asked.iter())
            .map(|text| words(text))
            .filter(|words| !words.is_empty())
            .take(MAX_PHRASES)
            .map(|words| Phrase {
                words,
                prefix: false,
            })
            .collect();
        if phrases.is_empty() && !asked.is_empty() {
            return None;
        }
        if let Some(last) = phrases.last_mut() {
            last.prefix = true;
        }
        let keywords = (keywords.iter().take(MAX_PHRASES))
            .map(|keyword| marked(&words(keyword)))
            .collect::<Option<_>>()?;
        Some(Self { phrases, keywords })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.phrases.is_empty() && self.keywords.is_empty()
    }
}

/// Lower-case runs of letters and digits.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(|word| word.chars().take(MAX_WORD_CHARS).collect())
        .collect()
}

/// The parts of words in camel case, `FooBarJSON2`: `foo`, `bar`, `json2`. Words that are one part are
/// found as they are.
fn humps(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_alphanumeric());
    runs.filter(|run| !run.is_empty())
        .map(parts)
        .filter(|parts| parts.len() > 1)
        .flatten()
        .flat_map(|part| words(&part))
        .take(MAX_WORDS)
        .collect()
}

fn parts(run: &str) -> Vec<String> {
    let chars: Vec<char> = run.chars().collect();
    let mut parts = vec![String::new()];
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| chars[before]);
        let next = chars.get(index + 1);
        // A capital begins a part, and so does the last one of several before a small letter.
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || next.is_some_and(|next| next.is_lowercase())
            });
        if begins {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(*c);
        }
    }
    parts
}

/// A whole keyword as one word that no text contains, `_date_picker`; `None` without words.
fn marked(words: &[String]) -> Option<String> {
    if words.is_empty() {
        return None;
    }
    let joined: String = words.iter().flat_map(|word| ["_", word]).collect();
    Some(joined.chars().take(MAX_WORD_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn documents_hold_lower_case_words_and_marked_keywords() {
        let document = Document::new(
            "@acme/Left-Pad",
            Some("Pads \"strings\"; it's 2x_fast"),
            &texts(&["Date-Picker", "--", "ui"]),
        );
        assert_eq!(document.name, texts(&["acme", "left", "pad"]));
        assert_eq!(
            document.description,
            texts(&["pads", "strings", "it", "s", "2x", "fast"])
        );
        assert_eq!(
            document.keywords,
            texts(&["date", "picker", "_date_picker", "ui", "_ui"])
        );
    }

    #[test]
    fn the_last_phrase_is_open_and_signs_alone_match_nothing() {
        let terms = Terms::new(&texts(&["Left-Pad", "-", "st*"]), &texts(&["ui"])).unwrap();
        let phrases: Vec<_> = terms
            .phrases
            .iter()
            .map(|phrase| (phrase.words.join(" "), phrase.prefix))
            .collect();
        assert_eq!(
            phrases,
            [("left pad".to_owned(), false), ("st".to_owned(), true)]
        );
        assert_eq!(terms.keywords, texts(&["_ui"]));
        assert_eq!(
            Terms::new(&texts(&["\" OR *"]), &[]).unwrap().phrases.len(),
            1
        );
        assert!(Terms::new(&texts(&["\"", "*"]), &[]).is_none());
        assert!(Terms::new(&[], &texts(&["--"])).is_none());
        assert!(Terms::new(&[], &[]).unwrap().is_empty());
    }

    #[test]
    fn camel_case_is_found_by_its_parts() {
        let name = |text| Document::new(text, None, &[]).name;
        assert_eq!(
            name("acme/NewtonsoftJson"),
            texts(&["acme", "newtonsoftjson", "newtonsoft", "json"])
        );
        assert_eq!(
            name("XMLHttpRequest2.Core"),
            texts(&["xmlhttprequest2", "core", "xml", "http", "request2"])
        );
        assert_eq!(name("plain-name"), texts(&["plain", "name"]));
        assert_eq!(name("ALLCAPS"), texts(&["allcaps"]));
    }

    #[test]
    fn sizes_are_capped() {
        let long = "x".repeat(10_000);
        assert_eq!(words(&long)[0].len(), MAX_WORD_CHARS);
        assert_eq!(words(&"y ".repeat(5_000)).len(), MAX_WORDS);
        let many: Vec<_> = (0..100).map(|n| format!("w{n}")).collect();
        assert_eq!(Terms::new(&many, &[]).unwrap().phrases.len(), MAX_PHRASES);
    }
}
