//! RubyGems as a [`Format`]: what shared code asks about names and versions, and what goes into the
//! running lists of the compact index.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use packhouse_core::feed::{Change, Feed};
use packhouse_core::format::{Format, FormatId, NameError, Summary, VersionError};
use packhouse_core::package::{PackageName, VersionName};

use crate::full_name::Build;
use crate::name::GemName;
use crate::serve::Documents;
use crate::{address, info, metadata, versions};

/// RubyGems' short name, as database value, address segment and metric label.
pub const RUBYGEMS: FormatId = FormatId::new("rubygems");

/// The RubyGems format.
#[derive(Clone, Default)]
pub struct RubyGems {
    pub(crate) documents: Documents,
}

impl Format for RubyGems {
    fn id(&self) -> FormatId {
        RUBYGEMS
    }

    fn label(&self) -> &'static str {
        "RubyGems"
    }

    fn normalize_name(&self, raw: &str) -> Result<PackageName, NameError> {
        let name = GemName::parse(raw).map_err(|error| NameError(error.to_string()))?;
        Ok(address::package_name(name.as_str()))
    }

    fn normalize_version(&self, raw: &str) -> Result<VersionName, VersionError> {
        let build = Build::parse(raw).map_err(|error| VersionError(error.to_string()))?;
        Ok(address::version_name(&build))
    }

    /// Orders by number, then with the build for every platform last: it stands for the gem where a
    /// version has several.
    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        // Names that are stored were versions once; a total order needs an answer for others too.
        match (Build::parse(a.key()), Build::parse(b.key())) {
            (Ok(a), Ok(b)) => {
                let numbers = a.number.compare(&b.number);
                numbers.then_with(|| a.platform.is_ruby().cmp(&b.platform.is_ruby()))
            }
            (a, b) => a.is_ok().cmp(&b.is_ok()),
        }
        .then_with(|| a.key().cmp(b.key()))
    }

    fn is_prerelease(&self, version: &VersionName) -> bool {
        Build::parse(version.key()).is_ok_and(|version| version.number.is_prerelease())
    }

    fn summary(&self, text: &str) -> Summary {
        metadata::summary(text)
    }

    fn feed(&self) -> Option<&dyn Feed> {
        Some(self)
    }
}

impl Feed for RubyGems {
    fn begin(&self, at: DateTime<Utc>) -> String {
        versions::header(at)
    }

    fn version_line(&self, line: &str, at: DateTime<Utc>) -> String {
        info::with_date(line, at)
    }

    fn line(&self, package: &PackageName, change: Change<'_>, lines: &[String]) -> String {
        let md5 = info::md5_hex(info::document(lines.iter().map(String::as_str)).as_bytes());
        let name = package.as_str();
        match change {
            Change::Came(version) => versions::line_of_push(name, version.as_str(), &md5),
            Change::Went(version) => versions::line_of_yank(name, version.as_str(), &md5),
            Change::All(all) => {
                let all = all.iter().map(VersionName::as_str);
                // There is at least one, or there is nothing to say.
                versions::line_of_summary(name, all, &md5).unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_as_a_trait_object() {
        let gems = RubyGems::default();
        let format: &dyn Format = &gems;
        assert_eq!((format.id().as_str(), format.label()), ("rubygems", "RubyGems"));
        let name = format.normalize_name("My_Gem").unwrap();
        assert_eq!((name.as_str(), name.key()), ("My_Gem", "my_gem"));
        assert!(format.normalize_name("a/b").is_err());
        let version = |text: &str| format.normalize_version(text).unwrap();
        let java = version("1.0-java");
        assert_eq!((java.as_str(), java.key()), ("1.0-java", "1.0-java"));
        assert!(!format.is_prerelease(&java) && format.is_prerelease(&version("1.0.rc1-java")));
        let compare = |a: &str, b: &str| format.compare_versions(&version(a), &version(b));
        assert_eq!(compare("1.9", "1.10"), Ordering::Less);
        assert_eq!(compare("1.0", "1.0-java"), Ordering::Greater);
        assert_eq!(compare("1.0-java", "1.0.1.a"), Ordering::Less);
        assert!(format.normalize_version("one").is_err());
    }

    #[test]
    fn lists_tell_of_each_change() {
        let gems = RubyGems::default();
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let line = gems.version_line("1.0 |checksum:aa", at);
        assert_eq!(line, "1.0 |checksum:aa,created_at:2023-11-14T22:13:20Z");
        let name = address::package_name("a");
        let version = gems.normalize_version("1.0").unwrap();
        let came = gems.line(&name, Change::Came(&version), std::slice::from_ref(&line));
        let md5 = info::md5_hex(format!("---\n{line}\n").as_bytes());
        assert_eq!(came, format!("a 1.0 {md5}\n"));
        let went = gems.line(&name, Change::Went(&version), &[]);
        assert_eq!(went, format!("a -1.0 {}\n", info::md5_hex(b"---\n")));
    }
}
