//! What is kept about a version besides its files: the manifest that is served, and what `dist`
//! adds to it.

use packhouse_core::format::Summary;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The stored form, JSON. The manifest stays raw text, so that nothing of it is lost.
#[derive(Debug, Serialize, Deserialize)]
pub struct Metadata<'a> {
    /// The tarball's sha1 in hex.
    pub shasum: String,
    /// The tarball's sha512, `sha512-BASE64`.
    pub integrity: String,
    /// How many files the tarball holds.
    pub file_count: u64,
    /// How many bytes they have together.
    pub unpacked_size: u64,
    /// Key ids and signatures of `name@version:integrity`.
    pub signatures: Vec<(String, String)>,
    /// The predicate type of the provenance that came with it.
    #[serde(default)]
    pub provenance: Option<String>,
    /// The readme's file name.
    #[serde(default)]
    pub readme_file: Option<String>,
    /// The manifest that is served.
    #[serde(borrow)]
    pub manifest: &'a RawValue,
}

impl<'a> Metadata<'a> {
    /// Reads the stored form.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    description: Option<serde_json::Value>,
    #[serde(default)]
    keywords: Option<serde_json::Value>,
}

/// Reads description and keywords out of the stored form; what is not as clients write it counts
/// as absent.
pub fn summary(text: &str) -> Summary {
    let found = Metadata::parse(text)
        .ok()
        .and_then(|metadata| serde_json::from_str::<Found>(metadata.manifest.get()).ok());
    let Some(found) = found else {
        return Summary::default();
    };
    let texts = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text
            .split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        serde_json::Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    Summary {
        description: found
            .description
            .and_then(|value| value.as_str().map(str::to_owned)),
        keywords: found.keywords.map(texts).unwrap_or_default(),
        more: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_survives_odd_fields() {
        let stored = |manifest: &str| {
            format!(
                r#"{{"shasum":"","integrity":"","file_count":1,"unpacked_size":1,
                "signatures":[],"manifest":{manifest}}}"#
            )
        };
        let check = |manifest: &str, description: Option<&str>, keywords: &[&str]| {
            let found = summary(&stored(manifest));
            assert_eq!(found.description.as_deref(), description, "{manifest}");
            assert_eq!(found.keywords, keywords, "{manifest}");
        };
        check(
            r#"{"description":"d","keywords":["a",1,"b"]}"#,
            Some("d"),
            &["a", "b"],
        );
        check(r#"{"description":7,"keywords":"a, b"}"#, None, &["a", "b"]);
        check("{}", None, &[]);
        assert_eq!(summary("damaged"), Summary::default());
    }
}
