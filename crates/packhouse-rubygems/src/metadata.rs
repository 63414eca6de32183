//! What is kept about a version: the gemspec as far as lists and pages show it, and what was measured
//! when it came.

use packhouse_core::format::Summary;
use packhouse_core::text;
use serde::{Deserialize, Serialize};

use crate::gemspec::Gemspec;

/// How much of a description people are shown in lists, in characters.
const SHOWN: usize = 1000;

/// What is kept about a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The length of the `.gem`, in bytes.
    pub size: u64,
    /// The SHA-256 of the `.gem`, in hex.
    pub sha256: String,
    /// The SHA-256 of the document of its gemspec, in hex.
    pub spec_sha256: String,
    /// What it says about itself.
    pub spec: Gemspec,
}

impl Metadata {
    /// Reads what was stored.
    ///
    /// # Errors
    /// When it is no such thing.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

/// Gives what people look for.
pub(crate) fn summary(stored: &str) -> Summary {
    // Shown where it can be read: what cannot is logged where it is needed whole.
    let Ok(Metadata { spec, .. }) = Metadata::parse(stored) else {
        return Summary::default();
    };
    let line = spec.summary.clone().or_else(|| spec.description.clone());
    Summary {
        description: line.map(|line| text::cut(line.trim(), SHOWN).to_owned()),
        keywords: Vec::new(),
        more: spec.description.filter(|_| spec.summary.is_some()),
    }
}
