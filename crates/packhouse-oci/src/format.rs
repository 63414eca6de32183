//! Containers as a [`Format`]: what shared code asks about names, versions and tags.

use std::cmp::Ordering;

use packhouse_core::digest::ContentDigest;
use packhouse_core::format::{Format, FormatId, NameError, Summary, VersionError};
use packhouse_core::package::{PackageName, VersionName};

use crate::metadata::{self, Metadata};
use crate::{name, reference};

/// The short name, as database value, address segment and metric label.
pub const CONTAINER: FormatId = FormatId::new("container");

/// The container format: images, charts and every other artifact.
#[derive(Debug, Clone, Copy, Default)]
pub struct Oci;

impl Format for Oci {
    fn id(&self) -> FormatId {
        CONTAINER
    }

    fn label(&self) -> &'static str {
        "Container"
    }

    fn normalize_name(&self, raw: &str) -> Result<PackageName, NameError> {
        name::parse_package(raw).map_err(|error| NameError(error.to_string()))
    }

    /// A version is a manifest, named by the sha256 of its bytes.
    fn normalize_version(&self, raw: &str) -> Result<VersionName, VersionError> {
        match raw.parse() {
            Ok(digest @ ContentDigest::Sha256(_)) => {
                let text = digest.to_string();
                Ok(VersionName::new(text.clone(), text))
            }
            Ok(ContentDigest::Sha512(_)) => {
                let text = "versions are named by their sha256 digest".to_owned();
                Err(VersionError(text))
            }
            Err(error) => Err(VersionError(error.to_string())),
        }
    }

    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        a.key().cmp(b.key())
    }

    fn is_prerelease(&self, _: &VersionName) -> bool {
        false
    }

    fn summary(&self, text: &str) -> Summary {
        metadata::summary(text)
    }

    fn about(&self, text: &str) -> Option<String> {
        Metadata::parse(text).ok().map(|kept| kept.about())
    }

    fn is_statement(&self, text: &str) -> bool {
        Metadata::parse(text).is_ok_and(|kept| kept.is_statement())
    }

    fn is_content_addressed(&self) -> bool {
        true
    }

    fn is_derived_tag(&self, tag: &str) -> bool {
        reference::is_derived_tag(tag)
    }
}
