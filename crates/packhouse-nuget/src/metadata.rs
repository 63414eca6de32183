//! What is kept about a version as JSON, and what shared code may read out of it.

use packhouse_core::format::Summary;
use packhouse_core::package::Traits;
use serde::{Deserialize, Serialize};

use crate::nuspec::{LicenseKind, Nuspec};

/// The trait of versions that clients must know SemVer 2 for.
pub const SEMVER2: &str = "semver2";

/// How much of a description goes into lists, in characters.
const MAX_LINE: usize = 300;

/// What is kept about a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// What its nuspec says.
    pub nuspec: Nuspec,
    /// The length of its `.nupkg`, in bytes.
    pub size: u64,
    /// The SHA-512 of its `.nupkg`, in base64.
    pub sha512: String,
    /// Whether a picture came in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub icon: bool,
    /// Whether a readme came in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub readme: bool,
}

impl Metadata {
    /// Reads the stored form.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Gives the expression or file by which it is licensed.
    pub fn license(&self, kind: LicenseKind) -> Option<&str> {
        let license = self.nuspec.license.as_ref()?;
        (license.kind == kind).then_some(license.value.as_str())
    }

    /// Gives the words by which lists and searches tell it from other versions.
    pub fn traits(&self) -> Traits {
        let types = self.nuspec.types().map(type_trait);
        let semver2 = self.nuspec.is_semver2().then(|| SEMVER2.to_owned());
        Traits::of(types.chain(semver2))
    }
}

/// Gives the trait of versions of a package type.
pub fn type_trait(name: &str) -> String {
    format!("type:{}", name.to_lowercase())
}

/// Reads the summary out of the stored form; of damaged metadata nothing.
pub fn summary(text: &str) -> Summary {
    let Ok(Metadata { nuspec, .. }) = Metadata::parse(text) else {
        return Summary::default();
    };
    let more = [
        nuspec.title.as_deref(),
        nuspec.summary.as_deref(),
        Some(nuspec.description.as_str()),
        Some(nuspec.authors.as_str()),
    ];
    let more: Vec<_> = more.into_iter().flatten().collect();
    let line = nuspec.summary.as_deref().unwrap_or(&nuspec.description);
    Summary {
        description: Some(line.lines().next().unwrap_or_default())
            .map(|line| line.trim().chars().take(MAX_LINE).collect::<String>())
            .filter(|line| !line.is_empty()),
        keywords: nuspec.tags.clone(),
        more: Some(more.join(" ")),
    }
}
