//! Accounts: users and organisations, which own repositories and packages.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::id::{AccountId, TeamId};
use crate::permission::Role;
use crate::visibility::Visibility;

/// First path segments that pages and protocols use; no account may be called so.
pub const RESERVED: &[&str] = &[
    "about",
    "account",
    "accounts",
    "admin",
    "api",
    "apis",
    "assets",
    "audit",
    "auth",
    "blob",
    "blobs",
    "bundle",
    "cargo",
    "container",
    "containers",
    "dashboard",
    "docs",
    "events",
    "explore",
    "favicon",
    "feeds",
    "gem",
    "gems",
    "gradle",
    "health",
    "help",
    "home",
    "jobs",
    "join",
    "login",
    "logout",
    "maven",
    "maven2",
    "me",
    "metrics",
    "new",
    "npm",
    "nuget",
    "oci",
    "org",
    "organisations",
    "organizations",
    "orgs",
    "packages",
    "packhouse",
    "ping",
    "public",
    "pypi",
    "ready",
    "repos",
    "robots",
    "rubygems",
    "search",
    "security",
    "session",
    "sessions",
    "settings",
    "setup",
    "signup",
    "site",
    "static",
    "status",
    "system",
    "team",
    "teams",
    "token",
    "tokens",
    "user",
    "users",
    "v1",
    "v2",
    "v3",
    "webhooks",
    "well-known",
    "www",
];

/// The name of an account: `[a-z0-9]` with single inner dashes, up to 39 characters, shown as
/// created and compared without case.
#[derive(Debug, Clone)]
pub struct AccountName {
    shown: String,
    key: String,
}

/// Reports a name that no account can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountNameError {
    /// Breaks the grammar.
    #[error("bad account name {0:?}: use 1 to 39 letters, digits and single inner dashes")]
    Grammar(String),
    /// Is used by an address of the server.
    #[error("the account name {0:?} is reserved")]
    Reserved(String),
}

impl AccountName {
    /// Parses a name as a person typed it.
    ///
    /// # Errors
    /// When it breaks the grammar or is reserved.
    pub fn parse(text: &str) -> Result<Self, AccountNameError> {
        let key = text.to_ascii_lowercase();
        let grammar = !key.is_empty()
            && key.len() <= 39
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !key.starts_with('-')
            && !key.ends_with('-')
            && !key.contains("--");
        if !grammar {
            return Err(AccountNameError::Grammar(text.to_owned()));
        }
        if RESERVED.binary_search(&key.as_str()).is_ok() {
            return Err(AccountNameError::Reserved(text.to_owned()));
        }
        Ok(Self {
            shown: text.to_owned(),
            key,
        })
    }

    /// Reads a database value: an account keeps its name when a newer release reserves it. `None`
    /// when it breaks the grammar.
    pub fn from_row(text: &str) -> Option<Self> {
        match Self::parse(text) {
            Err(AccountNameError::Grammar(_)) => None,
            Ok(_) | Err(AccountNameError::Reserved(_)) => Some(Self {
                shown: text.to_owned(),
                key: text.to_ascii_lowercase(),
            }),
        }
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

impl PartialEq for AccountName {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for AccountName {}

impl std::hash::Hash for AccountName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// A person or robot that signs in.
    User,
    /// A group with owners, members and teams; it cannot sign in.
    Organisation,
}

impl AccountKind {
    /// Gives the database value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organisation => "organisation",
        }
    }

    /// Reads the database value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Organisation]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A user or an organisation.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its row.
    pub id: AccountId,
    /// User or organisation.
    pub kind: AccountKind,
    /// Its name.
    pub name: AccountName,
    /// Address for people; shown in npm profiles to the account itself only.
    pub email: Option<String>,
    /// May do everything everywhere.
    pub site_admin: bool,
    /// Cannot sign in; its tokens do not work.
    pub disabled: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rules of an organisation; ignored for users.
    pub policy: OrganisationPolicy,
}

/// What an organisation lets its members do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationPolicy {
    /// What each member may do on the organisation's repositories; `None` gives nothing.
    pub base_role: Option<Role>,
    /// Whether a package linked at its first publish takes access and visibility from its
    /// repository.
    pub packages_inherit: bool,
    /// With which visibility members (not owners) may create packages.
    pub member_visibilities: Vec<Visibility>,
}

impl Default for OrganisationPolicy {
    /// A new organisation: members read its repositories and create private and internal packages.
    fn default() -> Self {
        Self {
            base_role: Some(Role::Read),
            packages_inherit: true,
            member_visibilities: vec![Visibility::Private, Visibility::Internal],
        }
    }
}

/// A person's place in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrganisationRole {
    /// Sees what grants and the base role give.
    Member,
    /// May do everything in the organisation.
    Owner,
}

impl OrganisationRole {
    /// Gives the database and command-line value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Owner => "owner",
        }
    }

    /// Reads the database and command-line value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == text)
    }
}

/// A team of an organisation.
#[derive(Debug, Clone)]
pub struct Team {
    /// Its row.
    pub id: TeamId,
    /// The organisation it belongs to.
    pub organisation: AccountId,
    /// Its name, under the rules of account names.
    pub name: TeamName,
}

/// The name of a team inside its organisation: the grammar of account names, nothing reserved.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TeamName {
    shown: String,
    key: String,
}

impl TeamName {
    /// Parses a name as a person typed it.
    ///
    /// # Errors
    /// When it breaks the grammar of account names.
    pub fn parse(text: &str) -> Result<Self, AccountNameError> {
        match AccountName::parse(text) {
            Ok(name) => Ok(Self {
                shown: name.shown,
                key: name.key,
            }),
            Err(AccountNameError::Reserved(_)) => Ok(Self {
                shown: text.to_owned(),
                key: text.to_ascii_lowercase(),
            }),
            Err(error) => Err(error),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_and_the_reserved_words_hold() {
        let long = "a".repeat(39);
        for good in ["a", "Acme", "a-b-c", "0x", long.as_str()] {
            assert!(AccountName::parse(good).is_ok(), "{good}");
        }
        let too_long = "a".repeat(40);
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "a_b",
            "a.b",
            "a b",
            "é",
            too_long.as_str(),
        ] {
            assert!(
                matches!(AccountName::parse(bad), Err(AccountNameError::Grammar(_))),
                "{bad}"
            );
        }
        assert_eq!(AccountName::from_row("Admin").unwrap().key(), "admin");
        assert!(AccountName::from_row("a--b").is_none());
        assert!(matches!(
            AccountName::parse("NPM"),
            Err(AccountNameError::Reserved(_))
        ));
        assert_eq!(
            AccountName::parse("ACME").unwrap(),
            AccountName::parse("acme").unwrap()
        );
    }

    #[test]
    fn reserved_words_are_sorted_for_the_search() {
        assert!(RESERVED.is_sorted());
    }
}
