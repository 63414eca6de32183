//! Every address under the registry URL (npm notes §1), as data.
//!
//! Addresses are parsed from percent-decoded path segments, so that the four spellings of
//! `@scope/name` that clients use (`%2f`, `%2F`, a plain slash, `%40`) are one.

mod parse;
mod path;
mod samples;

use std::fmt;

pub use parse::RouteError;

/// A package as an address names it: raw text, not yet checked against the rules for names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PackageRef {
    /// `@owner/name`.
    Scoped {
        /// The scope without `@`, as written.
        owner: String,
        /// The part after the slash, as written.
        name: String,
    },
    /// A name without scope. None can exist here, but the address is one: reading answers that
    /// there is no such package, publishing what names look like.
    Unscoped(String),
}

impl PackageRef {
    /// Names a package in a scope.
    pub fn scoped(owner: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Scoped {
            owner: owner.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for PackageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scoped { owner, name } => write!(f, "@{owner}/{name}"),
            Self::Unscoped(name) => f.write_str(name),
        }
    }
}

/// An address together with what the method asks of it. HEAD is the same route as GET.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// GET `PKG`: the packument, full or abbreviated.
    Packument(PackageRef),
    /// GET `PKG/SPEC`: one version's manifest, by dist-tag or version.
    Manifest {
        /// Whose.
        package: PackageRef,
        /// A dist-tag or a version.
        spec: String,
    },
    /// GET `PKG/-/FILE`: a tarball.
    Tarball {
        /// Whose.
        package: PackageRef,
        /// The file's name, `name-version.tgz`.
        file: String,
    },
    /// PUT `PKG`: publish, deprecate or star; the body tells.
    Put(PackageRef),
    /// PUT `PKG/-rev/REV`: unpublish one version, or change owners; the body tells.
    PutRevision {
        /// Whose.
        package: PackageRef,
        /// The revision that the client read, or `undefined`.
        revision: String,
    },
    /// DELETE `PKG/-rev/REV`: unpublish everything.
    DeletePackage {
        /// Which.
        package: PackageRef,
        /// The revision that the client read, or `undefined`.
        revision: String,
    },
    /// DELETE `PKG/-/FILE/-rev/REV`: the last step of unpublishing one version.
    DeleteTarball {
        /// Whose.
        package: PackageRef,
        /// The file's name.
        file: String,
        /// The revision that the client read, or `undefined`.
        revision: String,
    },
    /// GET `-/package/PKG/dist-tags`: all dist-tags.
    DistTags(PackageRef),
    /// PUT `-/package/PKG/dist-tags/TAG`: point a dist-tag to a version.
    PutDistTag {
        /// Whose.
        package: PackageRef,
        /// Which.
        tag: String,
    },
    /// DELETE `-/package/PKG/dist-tags/TAG`.
    DeleteDistTag {
        /// Whose.
        package: PackageRef,
        /// Which.
        tag: String,
    },
    /// GET `-/package/PKG/visibility`.
    Visibility(PackageRef),
    /// GET `-/package/PKG/collaborators`.
    Collaborators(PackageRef),
    /// POST `-/package/PKG/access`: change the visibility.
    SetAccess(PackageRef),
    /// GET `-/npm/v1/attestations/PKG@VERSION`.
    Attestations {
        /// Whose.
        package: PackageRef,
        /// Which version.
        version: String,
    },
    /// GET `-/npm/v1/keys`: the public keys of the registry's signatures.
    Keys,
    /// GET `-/ping`.
    Ping,
    /// GET `-/whoami`.
    WhoAmI,
    /// GET `-/v1/search`.
    Search,
    /// GET `-/user/org.couchdb.user:NAME`: an account, for `npm owner`.
    User(String),
    /// PUT `-/user/org.couchdb.user:NAME`: sign in with name and password.
    Login(String),
    /// POST `-/v1/login`: begin to sign in with a browser.
    WebLogin,
    /// GET `-/v1/done/SESSION`: ask whether the browser is through.
    WebLoginDone(String),
    /// DELETE `-/user/token/TOKEN`: sign out. The address holds a secret.
    Logout(String),
    /// GET `-/npm/v1/tokens`.
    Tokens,
    /// POST `-/npm/v1/tokens`.
    CreateToken,
    /// DELETE `-/npm/v1/tokens/token/KEY`. The key may be the token itself, a secret.
    DeleteToken(String),
    /// GET `-/npm/v1/user`.
    Profile,
    /// POST `-/npm/v1/user`.
    UpdateProfile,
    /// POST `-/npm/v1/security/advisories/bulk`.
    AuditBulk,
    /// POST `-/npm/v1/security/audits/quick`.
    AuditQuick,
    /// POST `-/npm/v1/security/audits`.
    AuditFull,
    /// GET `-/org/OWNER/package`, also `-/user/OWNER/package`: packages and the asker's rights.
    OwnerPackages(String),
    /// GET `-/org/OWNER/user`: members and their roles.
    OrgMembers(String),
    /// GET `-/org/OWNER/team`: the names of the teams.
    OrgTeams(String),
    /// GET `-/team/OWNER/TEAM/user`: the names of the members.
    TeamMembers {
        /// The organisation.
        owner: String,
        /// The team.
        team: String,
    },
    /// GET `-/team/OWNER/TEAM/package`: packages and the team's rights.
    TeamPackages {
        /// The organisation.
        owner: String,
        /// The team.
        team: String,
    },
    /// An address that clients know and this server answers with a refusal that says so.
    NotOffered(NotOffered),
}

/// What clients may ask for and is not to be had here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotOffered {
    /// POST `-/npm/v1/oidc/token/exchange/package/PKG`. Its Authorization is never to be logged.
    OidcExchange,
    /// `-/package/PKG/trust[/UUID]`.
    Trust,
    /// `-/stage…`.
    Staging,
    /// GET `-/_view/starredByUser`.
    Stars,
    /// Changes under `-/team/…` and `-/org/…`.
    TeamWrites,
    /// PUT `-/user/…/-rev/REV`: changing an account through the registry.
    AccountChange,
    /// GET `-/all`: everything at once.
    AllPackages,
    /// `_changes`, `_all_docs`: replication.
    Replication,
}

impl NotOffered {
    /// Every one of them.
    pub const ALL: &[Self] = &[
        Self::OidcExchange,
        Self::Trust,
        Self::Staging,
        Self::Stars,
        Self::TeamWrites,
        Self::AccountChange,
        Self::AllPackages,
        Self::Replication,
    ];

    /// Names it in words, with the way out where there is one.
    pub fn what(self) -> &'static str {
        match self {
            Self::OidcExchange => {
                "exchanging a CI identity for a token is not offered here: use an access token"
            }
            Self::Trust => "trusted publishers are not offered here: use an access token",
            Self::Staging => "staged publishing is not offered here: publish directly",
            Self::Stars => "stars are not offered here",
            Self::TeamWrites => {
                "teams and members cannot be changed through the npm client: use the web pages or \
                 `packhouse admin`"
            }
            Self::AccountChange => {
                "accounts cannot be changed through the npm client: use the web pages"
            }
            Self::AllPackages => "a list of all packages is not offered here: use the search",
            Self::Replication => "replication is not offered here",
        }
    }
}

#[cfg(test)]
mod tests;
