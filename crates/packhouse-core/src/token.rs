//! Personal access tokens: their text, scopes and limits.
//!
//! A token is `pkp_`, 30 random base62 characters and 6 of checksum: CRC-32 (IEEE) of the 30, in
//! base62 `0-9A-Za-z`, most significant first (`management-api.md` §2). Only the sha256 of the 36
//! characters after the prefix is stored.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use ipnet::IpNet;

use crate::id::{AccountId, PackageId, RepositoryId, TokenId};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 30;
const BODY: usize = 36;

/// The prefix of a personal token.
pub const PREFIX: &str = "pkp_";

/// The 36 characters of a token after its prefix; well-formed, not necessarily known.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenBody(String);

impl TokenBody {
    /// Builds a token from 30 uniformly random numbers below 62.
    pub fn from_random(random: [u8; RANDOM]) -> Self {
        let mut body: String = random
            .iter()
            .map(|n| char::from(ALPHABET[usize::from(*n) % 62]))
            .collect();
        let sum = checksum(&body);
        body.push_str(&sum);
        Self(body)
    }

    /// Reads a whole token, prefix included; `ghp_` is an alias, since only the body is keyed and
    /// some clean-up tools insist on that prefix. `None` when prefix, length, alphabet or checksum
    /// do not fit, which costs no database work.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text
            .strip_prefix(PREFIX)
            .or_else(|| text.strip_prefix("ghp_"))?;
        let well_formed = body.len() == BODY
            && body.bytes().all(|b| b.is_ascii_alphanumeric())
            && checksum(&body[..RANDOM]) == body[RANDOM..];
        well_formed.then(|| Self(body.to_owned()))
    }

    /// Gives the 36 characters, from which the stored hash is made.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the whole token, to be shown once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }

    /// Gives the first four characters, kept for clients that find a token by its start.
    pub fn first4(&self) -> &str {
        &self.0[..4]
    }

    /// Gives the last four characters, kept to recognise it by.
    pub fn last4(&self) -> &str {
        &self.0[BODY - 4..]
    }
}

impl fmt::Debug for TokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenBody(…{})", self.last4())
    }
}

fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; BODY - RANDOM];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

/// One thing a token may do for its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Download and read metadata.
    ReadPackages,
    /// Publish and tag; implies reading.
    WritePackages,
    /// Delete; does not imply reading.
    DeletePackages,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [
        Self::ReadPackages,
        Self::WritePackages,
        Self::DeletePackages,
    ];

    /// Gives the wire and database value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadPackages => "read:packages",
            Self::WritePackages => "write:packages",
            Self::DeletePackages => "delete:packages",
        }
    }
}

/// Reports a scope that this server does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope {0:?}: use read:packages, write:packages and delete:packages")]
pub struct ScopeError(pub String);

/// A set of scopes, written with commas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Gives a set of these scopes.
    pub fn of(scopes: &[Scope]) -> Self {
        Self(
            scopes
                .iter()
                .fold(0, |bits, scope| bits | 1 << *scope as u8),
        )
    }

    /// Gives all of read, write and delete, which a login hands out.
    pub fn all() -> Self {
        Self::of(&Scope::ALL)
    }

    /// Tells whether the scope is here or implied: writing implies reading.
    pub fn allows(self, scope: Scope) -> bool {
        let has = |scope: Scope| self.0 & 1 << scope as u8 != 0;
        has(scope) || scope == Scope::ReadPackages && has(Scope::WritePackages)
    }

    /// Lists the scopes that were asked for.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |scope| self.0 & 1 << *scope as u8 != 0)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let mut scopes = Vec::new();
        for name in text
            .split([',', ' '])
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let scope = Scope::ALL.into_iter().find(|scope| scope.as_str() == name);
            scopes.push(scope.ok_or_else(|| ScopeError(name.to_owned()))?);
        }
        Ok(Self::of(&scopes))
    }
}

/// Where a token counts. An empty list sets no limit of its kind; limits of several kinds must all
/// hold; within a list one match is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct TokenLimits {
    /// Only things of these owners.
    #[serde(default)]
    pub owners: Vec<AccountId>,
    /// Only these repositories and the packages linked to them.
    #[serde(default)]
    pub repositories: Vec<RepositoryId>,
    /// Only these packages.
    #[serde(default)]
    pub packages: Vec<PackageId>,
    /// Only from these addresses.
    #[serde(default)]
    pub addresses: Vec<IpNet>,
}

impl TokenLimits {
    /// Tells whether an object lies inside the limits.
    pub fn cover(
        &self,
        owner: AccountId,
        repository: Option<RepositoryId>,
        package: Option<PackageId>,
    ) -> bool {
        (self.owners.is_empty() || self.owners.contains(&owner))
            && (self.repositories.is_empty()
                || repository.is_some_and(|id| self.repositories.contains(&id)))
            && (self.packages.is_empty() || package.is_some_and(|id| self.packages.contains(&id)))
    }

    /// Tells whether nothing but the account limits the token.
    pub fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }
}

/// A token row; its secret is gone.
#[derive(Debug, Clone)]
pub struct Token {
    /// Its row.
    pub id: TokenId,
    /// Whose rights it carries.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// The first four characters after the prefix: command-line clients find a token by its start.
    pub first4: String,
    /// The end of its text, to recognise it by.
    pub last4: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Where it counts.
    pub limits: TokenLimits,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last seen, to the minute or so.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_fits_the_published_vectors() {
        for (random, sum) in [
            ("0123456789abcdefghijABCDEFGHIJ", "3mpbCX"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "0uCPlr"),
            ("pad000000000000000000000000146", "00QRsl"),
        ] {
            assert_eq!(checksum(random), sum, "{random}");
            assert!(TokenBody::parse(&format!("pkp_{random}{sum}")).is_some());
            assert!(TokenBody::parse(&format!("ghp_{random}{sum}")).is_some());
            assert!(TokenBody::parse(&format!("pkp_{random}{}", "000000")).is_none());
            assert!(TokenBody::parse(&format!("xxx_{random}{sum}")).is_none());
        }
    }

    #[test]
    fn what_was_made_parses() {
        let body = TokenBody::from_random([61; RANDOM]);
        assert_eq!(TokenBody::parse(&body.reveal()), Some(body));
    }

    #[test]
    fn scopes_imply_and_print() {
        let scopes: Scopes = "write:packages, delete:packages".parse().unwrap();
        assert!(scopes.allows(Scope::ReadPackages));
        assert_eq!(scopes.to_string(), "write:packages,delete:packages");
        assert!(!Scopes::of(&[Scope::DeletePackages]).allows(Scope::ReadPackages));
        assert!("read:everything".parse::<Scopes>().is_err());
    }
}
