//! A format of plain names and numbers.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use packhouse_core::feed::{Change, Feed};
use packhouse_core::format::{Format, FormatId, NameError, Summary, VersionError};
use packhouse_core::package::{PackageName, VersionName};

pub(crate) const FORMAT: FormatId = FormatId::new("test");

/// Versions are `1.2.3` or `1.2.3-word`; metadata is `{"description": …, "keywords": […]}`.
pub(crate) struct TestFormat;

type Number = (Vec<u64>, bool, String);

fn number(version: &VersionName) -> Number {
    let (numbers, word) = version.key().split_once('-').unwrap_or((version.key(), ""));
    let numbers = numbers.split('.').map(|part| part.parse().unwrap());
    (numbers.collect(), word.is_empty(), word.to_owned())
}

pub(crate) fn version(text: &str) -> VersionName {
    VersionName::new(text, text.to_lowercase())
}

impl Format for TestFormat {
    fn id(&self) -> FormatId {
        FORMAT
    }

    fn label(&self) -> &'static str {
        "Test"
    }

    fn normalize_name(&self, raw: &str) -> Result<PackageName, NameError> {
        Ok(PackageName::new(raw, raw.to_lowercase()))
    }

    fn normalize_version(&self, raw: &str) -> Result<VersionName, VersionError> {
        Ok(version(raw))
    }

    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        number(a).cmp(&number(b))
    }

    fn is_prerelease(&self, version: &VersionName) -> bool {
        version.key().contains('-')
    }

    fn summary(&self, metadata: &str) -> Summary {
        let value: serde_json::Value =
            serde_json::from_str(metadata).expect("the metadata of a draft is JSON");
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let keywords = value["keywords"].as_array().into_iter().flatten();
        Summary {
            more: None,
            description: text(&value["description"]),
            keywords: keywords.filter_map(text).collect(),
        }
    }

    fn feed(&self) -> Option<&dyn Feed> {
        Some(self)
    }

    fn default_tag(&self) -> Option<&'static str> {
        Some("latest")
    }
}

/// A line says what happened, and which versions the package's own list has then.
impl Feed for TestFormat {
    fn begin(&self, at: DateTime<Utc>) -> String {
        format!("begun at {}\n", at.timestamp())
    }

    fn version_line(&self, line: &str, at: DateTime<Utc>) -> String {
        format!("{line}@{}", at.timestamp() - 1_750_000_000)
    }

    fn line(&self, package: &PackageName, change: Change<'_>, lines: &[String]) -> String {
        let all = lines.join(",");
        match change {
            Change::Came(version) => format!("{package} +{version} [{all}]\n"),
            Change::Went(version) => format!("{package} -{version} [{all}]\n"),
            Change::All(versions) => format!("{package} ={} [{all}]\n", versions.len()),
        }
    }
}
