//! What shared code may ask about any package format.

use std::cmp::Ordering;
use std::fmt;

use crate::feed::Feed;
use crate::package::{Deprecation, PackageName, VersionName};

/// The short name of a format: database value, URL segment and metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FormatId(&'static str);

impl FormatId {
    /// Names a format; done once, in the crate of that format.
    pub const fn new(id: &'static str) -> Self {
        Self(id)
    }

    /// Gives the text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Reads a database value. Formats are few and fixed for a binary's life, so a name that no
    /// registered format has (a row of a newer release) is kept once for the process.
    pub fn from_row(id: &str) -> Self {
        use std::collections::BTreeSet;
        use std::sync::{Mutex, PoisonError};
        static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known.get(id) {
            return Self(text);
        }
        let text: &'static str = Box::leak(id.to_owned().into_boxed_str());
        known.insert(text);
        Self(text)
    }
}

impl fmt::Display for FormatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Reports a package name that its format does not allow; the text names the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(pub String);

/// Reports a version that its format does not allow; the text names the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VersionError(pub String);

/// What may come under the name of a deleted version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Nothing, ever.
    Never,
    /// In each of its files the bytes that were there; files that were not there may join.
    SameFiles,
    /// Anything.
    Any,
}

/// What people look for in a package, read from what its format keeps about a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// One line about it.
    pub description: Option<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// More text to find it by, which nobody is shown.
    pub more: Option<String>,
}

/// Why a version should not be used, as a person says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeprecationWish {
    /// The text for people.
    pub message: Option<String>,
    /// The format's own words for what is wrong with it.
    pub reasons: Vec<String>,
    /// The package to use instead.
    pub alternate: Option<String>,
}

/// What pages, REST, search, retention and jobs may ask about any format.
pub trait Format: Send + Sync + 'static {
    /// Gives the format's short name.
    fn id(&self) -> FormatId;

    /// Gives the name that people read: "npm", "NuGet", "Container".
    fn label(&self) -> &'static str;

    /// Turns a name as typed (without its owner) into the one that is stored.
    ///
    /// # Errors
    /// When the format's rules refuse it.
    fn normalize_name(&self, raw: &str) -> Result<PackageName, NameError>;

    /// Turns a version as typed into the one that is stored.
    ///
    /// # Errors
    /// When the format's rules refuse it.
    fn normalize_version(&self, raw: &str) -> Result<VersionName, VersionError>;

    /// Orders two versions, older first; a total order.
    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering;

    /// Tells whether the format calls this version a prerelease.
    fn is_prerelease(&self, version: &VersionName) -> bool;

    /// Reads the summary out of a version's stored metadata.
    fn summary(&self, metadata: &str) -> Summary;

    /// Says in a few words what a version is, from its stored metadata; nothing where its name
    /// says it.
    fn about(&self, _metadata: &str) -> Option<String> {
        None
    }

    /// Tells, from its stored metadata, whether a version can be nothing but a statement about
    /// another one, such as a signature: decided by what it holds, whatever it is called. Such a
    /// version is handed out also where only signed ones are.
    fn is_statement(&self, _metadata: &str) -> bool {
        false
    }

    /// Makes a deprecation out of what a person says about it. Most formats know a text alone.
    ///
    /// # Errors
    /// When something of it is not the format's, or the text is missing; the text says what.
    fn deprecation(&self, wish: &DeprecationWish) -> Result<Deprecation, String> {
        if !wish.reasons.is_empty() || wish.alternate.is_some() {
            let label = self.label();
            return Err(format!(
                "{label} keeps nothing but a text about a deprecation: say it all in the message"
            ));
        }
        match wish.message.as_deref().map(str::trim) {
            Some(text) if !text.is_empty() => Ok(Deprecation::new(text)),
            _ => Err("say in a message why the version should not be used".to_owned()),
        }
    }

    /// Gives the tag that a package always has while it has versions: npm's `latest`.
    fn default_tag(&self) -> Option<&'static str> {
        None
    }

    /// Tells whether a version's name is the digest of its bytes. Publishing it again is then the
    /// same version: its name comes back after a deletion, tags given with a repeat are set, and
    /// of two versions the younger one stands for the package.
    fn is_content_addressed(&self) -> bool {
        false
    }

    /// Says what may come under the name of a version after it was deleted (`design.md` §4).
    fn reuse(&self, _version: &VersionName) -> Reuse {
        match self.is_content_addressed() {
            true => Reuse::Any,
            false => Reuse::Never,
        }
    }

    /// Tells whether an open version, or one build of it, has all that it needs to be listed
    /// although its publisher did not say that it is complete: from its stored metadata and the
    /// parts that came. Formats whose versions come in one piece are never asked.
    fn is_complete(&self, _metadata: &str, _parts: &[String]) -> bool {
        true
    }

    /// Tells whether a tag belongs to another version, such as a signature's, so that rules
    /// against moving tags do not hold for it.
    fn is_derived_tag(&self, _tag: &str) -> bool {
        false
    }

    /// Gives what the format writes into a running list of all that an owner has, where its clients
    /// read one.
    fn feed(&self) -> Option<&dyn Feed> {
        None
    }

    /// Writes a whole package name as the format's users do: `@acme/x` for npm.
    fn show(&self, owner: &str, name: &PackageName) -> String {
        format!("{owner}/{name}")
    }
}
