//! From a [`Route`] back to an address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::parse::USER_PREFIX;
use super::{NotOffered, PackageRef, Route};

/// What `encodeURIComponent` encodes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

fn enc(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

impl PackageRef {
    /// Gives the form that stands in most addresses: `@scope%2fname`.
    fn escaped(&self) -> String {
        match self {
            Self::Scoped { owner, name } => format!("@{}%2f{}", enc(owner), enc(name)),
            Self::Unscoped(name) => enc(name),
        }
    }

    /// Gives the form that stands in tarball addresses, with a plain slash: yarn berry takes
    /// another one for a foreign address and writes it into lockfiles (npm notes §3).
    fn literal(&self) -> String {
        match self {
            Self::Scoped { owner, name } => format!("@{}/{}", enc(owner), enc(name)),
            Self::Unscoped(name) => enc(name),
        }
    }
}

impl Route {
    /// Gives the address relative to BASE, encoded, without a slash in front.
    pub fn path(&self) -> String {
        match self {
            Self::Packument(package) | Self::Put(package) => package.escaped(),
            Self::Manifest { package, spec } => format!("{}/{}", package.escaped(), enc(spec)),
            Self::Tarball { package, file } => format!("{}/-/{}", package.literal(), enc(file)),
            Self::PutRevision { package, revision } | Self::DeletePackage { package, revision } => {
                format!("{}/-rev/{}", package.escaped(), enc(revision))
            }
            Self::DeleteTarball {
                package,
                file,
                revision,
            } => format!(
                "{}/-/{}/-rev/{}",
                package.literal(),
                enc(file),
                enc(revision)
            ),
            Self::DistTags(package) => format!("-/package/{}/dist-tags", package.escaped()),
            Self::PutDistTag { package, tag } | Self::DeleteDistTag { package, tag } => {
                format!("-/package/{}/dist-tags/{}", package.escaped(), enc(tag))
            }
            Self::Visibility(package) => format!("-/package/{}/visibility", package.escaped()),
            Self::Collaborators(package) => {
                format!("-/package/{}/collaborators", package.escaped())
            }
            Self::SetAccess(package) => format!("-/package/{}/access", package.escaped()),
            Self::Attestations { package, version } => format!(
                "-/npm/v1/attestations/{}@{}",
                package.escaped(),
                enc(version)
            ),
            Self::Keys => "-/npm/v1/keys".into(),
            Self::Ping => "-/ping".into(),
            Self::WhoAmI => "-/whoami".into(),
            Self::Search => "-/v1/search".into(),
            Self::User(name) | Self::Login(name) => format!("-/user/{USER_PREFIX}{}", enc(name)),
            Self::WebLogin => "-/v1/login".into(),
            Self::WebLoginDone(session) => format!("-/v1/done/{}", enc(session)),
            Self::Logout(token) => format!("-/user/token/{}", enc(token)),
            Self::Tokens | Self::CreateToken => "-/npm/v1/tokens".into(),
            Self::DeleteToken(key) => format!("-/npm/v1/tokens/token/{}", enc(key)),
            Self::Profile | Self::UpdateProfile => "-/npm/v1/user".into(),
            Self::AuditBulk => "-/npm/v1/security/advisories/bulk".into(),
            Self::AuditQuick => "-/npm/v1/security/audits/quick".into(),
            Self::AuditFull => "-/npm/v1/security/audits".into(),
            Self::OwnerPackages(owner) => format!("-/org/{}/package", enc(owner)),
            Self::OrgMembers(owner) => format!("-/org/{}/user", enc(owner)),
            Self::OrgTeams(owner) => format!("-/org/{}/team", enc(owner)),
            Self::TeamMembers { owner, team } => {
                format!("-/team/{}/{}/user", enc(owner), enc(team))
            }
            Self::TeamPackages { owner, team } => {
                format!("-/team/{}/{}/package", enc(owner), enc(team))
            }
            Self::NotOffered(what) => what.example().1.into(),
        }
    }

    /// Gives the method that the route answers; HEAD too where it is GET.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Packument(_)
            | Self::Manifest { .. }
            | Self::Tarball { .. }
            | Self::DistTags(_)
            | Self::Visibility(_)
            | Self::Collaborators(_)
            | Self::Attestations { .. }
            | Self::Keys
            | Self::Ping
            | Self::WhoAmI
            | Self::Search
            | Self::User(_)
            | Self::WebLoginDone(_)
            | Self::Tokens
            | Self::Profile
            | Self::OwnerPackages(_)
            | Self::OrgMembers(_)
            | Self::OrgTeams(_)
            | Self::TeamMembers { .. }
            | Self::TeamPackages { .. } => "GET",
            Self::Put(_) | Self::PutRevision { .. } | Self::PutDistTag { .. } | Self::Login(_) => {
                "PUT"
            }
            Self::DeletePackage { .. }
            | Self::DeleteTarball { .. }
            | Self::DeleteDistTag { .. }
            | Self::Logout(_)
            | Self::DeleteToken(_) => "DELETE",
            Self::SetAccess(_)
            | Self::WebLogin
            | Self::CreateToken
            | Self::UpdateProfile
            | Self::AuditBulk
            | Self::AuditQuick
            | Self::AuditFull => "POST",
            Self::NotOffered(what) => what.example().0,
        }
    }

    /// Gives the address with names in place of values, for logs and metrics.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Packument(_) | Self::Put(_) => "{package}",
            Self::Manifest { .. } => "{package}/{spec}",
            Self::Tarball { .. } => "{package}/-/{file}",
            Self::PutRevision { .. } | Self::DeletePackage { .. } => "{package}/-rev/{revision}",
            Self::DeleteTarball { .. } => "{package}/-/{file}/-rev/{revision}",
            Self::DistTags(_) => "-/package/{package}/dist-tags",
            Self::PutDistTag { .. } | Self::DeleteDistTag { .. } => {
                "-/package/{package}/dist-tags/{tag}"
            }
            Self::Visibility(_) => "-/package/{package}/visibility",
            Self::Collaborators(_) => "-/package/{package}/collaborators",
            Self::SetAccess(_) => "-/package/{package}/access",
            Self::Attestations { .. } => "-/npm/v1/attestations/{package}@{version}",
            Self::Keys => "-/npm/v1/keys",
            Self::Ping => "-/ping",
            Self::WhoAmI => "-/whoami",
            Self::Search => "-/v1/search",
            Self::User(_) | Self::Login(_) => "-/user/org.couchdb.user:{name}",
            Self::WebLogin => "-/v1/login",
            Self::WebLoginDone(_) => "-/v1/done/{session}",
            Self::Logout(_) => "-/user/token/{token}",
            Self::Tokens | Self::CreateToken => "-/npm/v1/tokens",
            Self::DeleteToken(_) => "-/npm/v1/tokens/token/{key}",
            Self::Profile | Self::UpdateProfile => "-/npm/v1/user",
            Self::AuditBulk => "-/npm/v1/security/advisories/bulk",
            Self::AuditQuick => "-/npm/v1/security/audits/quick",
            Self::AuditFull => "-/npm/v1/security/audits",
            Self::OwnerPackages(_) => "-/org/{owner}/package",
            Self::OrgMembers(_) => "-/org/{owner}/user",
            Self::OrgTeams(_) => "-/org/{owner}/team",
            Self::TeamMembers { .. } => "-/team/{owner}/{team}/user",
            Self::TeamPackages { .. } => "-/team/{owner}/{team}/package",
            Self::NotOffered(what) => what.template(),
        }
    }
}

impl NotOffered {
    /// Gives one method and address of it.
    fn example(self) -> (&'static str, &'static str) {
        match self {
            Self::OidcExchange => ("POST", "-/npm/v1/oidc/token/exchange/package/@acme%2ftools"),
            Self::Trust => ("GET", "-/package/@acme%2ftools/trust"),
            Self::Staging => ("GET", "-/stage"),
            Self::Stars => ("GET", "-/_view/starredByUser"),
            Self::TeamWrites => ("PUT", "-/org/acme/team"),
            Self::AccountChange => ("PUT", "-/user/org.couchdb.user:ada/-rev/1-a"),
            Self::AllPackages => ("GET", "-/all"),
            Self::Replication => ("GET", "_changes"),
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::OidcExchange => "-/npm/v1/oidc/token/exchange/package/{package}",
            Self::Trust => "-/package/{package}/trust",
            Self::Staging => "-/stage",
            Self::Stars => "-/_view/starredByUser",
            Self::TeamWrites => "-/{org or team}/…",
            Self::AccountChange => "-/user/{name}/-rev/{revision}",
            Self::AllPackages => "-/all",
            Self::Replication => "_changes",
        }
    }
}
