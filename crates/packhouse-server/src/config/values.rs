//! Kinds of values that a file writes as TOML and the environment as text.

use serde::Deserialize;

/// One text or several: `"a"`, `["a", "b"]`, or with commas, as in the environment, `"a,b"`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMany")]
pub struct List(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for List {
    fn from(given: OneOrMany) -> Self {
        let texts = match given {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        };
        let parts = texts.iter().flat_map(|text| text.split(','));
        Self(
            parts
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect(),
        )
    }
}

/// Yes or no: `true`, `false`, or as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BoolOrText")]
pub struct Flag(pub bool);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected true or false")]
enum BoolOrText {
    Bool(bool),
    Text(String),
}

impl TryFrom<BoolOrText> for Flag {
    type Error = &'static str;

    fn try_from(given: BoolOrText) -> Result<Self, Self::Error> {
        match given {
            BoolOrText::Bool(flag) => Ok(Self(flag)),
            BoolOrText::Text(text) => match text.as_str() {
                "true" | "1" => Ok(Self(true)),
                "false" | "0" => Ok(Self(false)),
                _ => Err("expected true or false"),
            },
        }
    }
}
