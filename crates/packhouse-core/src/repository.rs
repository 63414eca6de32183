//! Repositories: objects of permissions and links. No git lives here.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::id::{AccountId, RepositoryId};
use crate::visibility::Visibility;

/// The name of a repository inside its owner: `[A-Za-z0-9._-]{1,100}`, not `.` or `..`, shown as
/// created and compared without case.
#[derive(Debug, Clone)]
pub struct RepositoryName {
    shown: String,
    key: String,
}

/// Reports a name that no repository can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad repository name {0:?}: use 1 to 100 letters, digits, dots, dashes and underscores")]
pub struct RepositoryNameError(pub String);

impl RepositoryName {
    /// Parses a name as a person typed it.
    ///
    /// # Errors
    /// When it breaks the grammar.
    pub fn parse(text: &str) -> Result<Self, RepositoryNameError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let good = (1..=100).contains(&text.len())
            && text.bytes().all(allowed)
            && !matches!(text, "." | "..");
        if !good {
            return Err(RepositoryNameError(text.to_owned()));
        }
        Ok(Self {
            shown: text.to_owned(),
            key: text.to_ascii_lowercase(),
        })
    }

    /// Gives the name as it was created.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// Gives the lower-case form by which names are compared.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for RepositoryName {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for RepositoryName {}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// A repository of an account.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its row.
    pub id: RepositoryId,
    /// The account it belongs to.
    pub owner: AccountId,
    /// Its name inside the owner.
    pub name: RepositoryName,
    /// Who may read it without a grant.
    pub visibility: Visibility,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_holds() {
        let long = "a".repeat(100);
        for good in ["a", "My.Repo_1-x", "...", long.as_str()] {
            assert!(RepositoryName::parse(good).is_ok(), "{good}");
        }
        let too_long = "a".repeat(101);
        for bad in ["", ".", "..", "a/b", "a b", "ü", too_long.as_str()] {
            assert!(RepositoryName::parse(bad).is_err(), "{bad}");
        }
    }
}
