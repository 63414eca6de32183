//! Kinds of words on the command line; one that cannot be meant is wrong usage.

use std::str::FromStr;

use chrono::Duration;
use packhouse_core::account::{AccountName, OrganisationRole, TeamName};
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_registry::visibility::AccessSource;

/// Stands for "no longer".
const NONE: &str = "none";

/// `ORG/TEAM`.
#[derive(Debug, Clone)]
pub struct TeamAddress {
    /// The organisation.
    pub organisation: AccountName,
    /// Its team.
    pub name: TeamName,
}

impl FromStr for TeamAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (organisation, name) = text.split_once('/').ok_or("use ORG/TEAM")?;
        Ok(Self {
            organisation: AccountName::parse(organisation).map_err(|error| error.to_string())?,
            name: TeamName::parse(name).map_err(|error| error.to_string())?,
        })
    }
}

/// A role, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleOrNone<R>(pub Option<R>);

impl FromStr for RoleOrNone<Role> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == NONE {
            return Ok(Self(None));
        }
        let role: Role = text.parse().map_err(|_| "use read, write, admin or none")?;
        Ok(Self(Some(role)))
    }
}

impl FromStr for RoleOrNone<OrganisationRole> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == NONE {
            return Ok(Self(None));
        }
        let role = OrganisationRole::parse(text).ok_or("use owner, member or none")?;
        Ok(Self(Some(role)))
    }
}

/// A place in a team: `member`, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamPlace(pub bool);

impl FromStr for TeamPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "member" => Ok(Self(true)),
            NONE => Ok(Self(false)),
            _ => Err("use member or none"),
        }
    }
}

/// A repository, or `none`.
#[derive(Debug, Clone)]
pub struct RepositoryOrNone(pub Option<RepositoryAddress>);

impl FromStr for RepositoryOrNone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // No repository is called so: its address has a slash.
        if text == NONE {
            return Ok(Self(None));
        }
        repository(text).map(|address| Self(Some(address)))
    }
}

/// A package as typed, before its format looks at the name: `OWNER/NAME`, with `@OWNER` as npm's
/// users write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageText {
    /// The owner.
    pub owner: String,
    /// Everything after the first slash.
    pub name: String,
}

impl FromStr for PackageText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (owner, name) = text.split_once('/').ok_or("use OWNER/NAME")?;
        let owner = owner.strip_prefix('@').unwrap_or(owner);
        let owner = AccountName::parse(owner).map_err(|error| error.to_string())?;
        Ok(Self {
            owner: owner.key().to_owned(),
            name: name.to_owned(),
        })
    }
}

/// `TYPE:OWNER/NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPackage {
    /// The format's short name.
    pub kind: String,
    /// The package.
    pub package: PackageText,
}

impl FromStr for TypedPackage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, package) = text.split_once(':').ok_or("use TYPE:OWNER/NAME")?;
        Ok(Self {
            kind: kind.to_owned(),
            package: package.parse()?,
        })
    }
}

/// Reads `OWNER/NAME` of a repository.
///
/// # Errors
/// When a name breaks its rule.
pub fn repository(text: &str) -> Result<RepositoryAddress, String> {
    RepositoryAddress::parse(text).map_err(|error| error.to_string())
}

/// Reads `inherit` or a visibility.
///
/// # Errors
/// When it is neither.
pub fn access_source(text: &str) -> Result<AccessSource, String> {
    if text == "inherit" {
        return Ok(AccessSource::Inherit);
    }
    let visibility: Visibility = text
        .parse()
        .map_err(|_| "use inherit, private, internal or public")?;
    Ok(AccessSource::Own(visibility))
}

/// Reads a time span: a number with `s`, `m`, `h`, `d` or `w`.
///
/// # Errors
/// When it is something else, nothing, or over a hundred years.
pub fn duration(text: &str) -> Result<Duration, String> {
    let bad = || format!("bad time span {text:?}: use a number with s, m, h, d or w, such as 30d");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let seconds: i64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        _ => return Err(bad()),
    };
    let number: i64 = number.parse().map_err(|_| bad())?;
    let most = Duration::days(100 * 366);
    number
        .checked_mul(seconds)
        .and_then(Duration::try_seconds)
        .filter(|span| !span.is_zero() && *span <= most)
        .ok_or_else(bad)
}
