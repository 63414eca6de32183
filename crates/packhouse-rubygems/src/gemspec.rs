//! What a gem says about itself.

mod error;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dependency::Dependency;
use crate::name::GemName;
use crate::number::Number;
use crate::platform::Platform;
use crate::requirement::Requirement;

pub use error::GemspecError;

/// The part of a gemspec that lists, documents and pages show; everything else in it is for the
/// installing client alone. All texts are whole and valid UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gemspec {
    /// Its name, as written.
    pub name: GemName,
    /// Its version, as written.
    pub version: Number,
    /// What it runs on, as written and in the form clients ask for.
    pub platform: Platform,
    /// The day in it, `2024-07-09`: what its builder said, never when it was published.
    pub date: Option<String>,
    /// One line about it.
    pub summary: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// Where its home page is.
    pub homepage: Option<String>,
    /// Who made it.
    pub authors: Vec<String>,
    /// Where its makers can be reached.
    pub email: Vec<String>,
    /// Names of its licences.
    pub licenses: Vec<String>,
    /// Which versions of Ruby it needs.
    pub required_ruby_version: Requirement,
    /// Which versions of RubyGems it needs.
    pub required_rubygems_version: Requirement,
    /// What it needs, at run time and for its development, in the order of the gemspec.
    pub dependencies: Vec<Dependency>,
    /// Further words about it: addresses, where it may be pushed to.
    pub metadata: BTreeMap<String, String>,
    /// The version of RubyGems that built it.
    pub rubygems_version: String,
    /// Whether it brings a chain of certificates.
    pub signed: bool,
}

#[cfg(test)]
pub(crate) use read::tests;
