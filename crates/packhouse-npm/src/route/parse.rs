//! From path segments to a [`Route`].

use super::{NotOffered, PackageRef, Route};

/// Reports an address that is none, or one that has no such method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// No client's address.
    #[error("there is nothing at this address")]
    NotFound,
    /// The address exists with other methods.
    #[error("this address has no such method, only {}", allow.join(", "))]
    MethodNotAllowed {
        /// The methods it has, for the `Allow` header.
        allow: Vec<&'static str>,
    },
}

/// The methods that any address may have, in the order of an `Allow` header.
const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE"];

/// How the address of an account begins.
pub(super) const USER_PREFIX: &str = "org.couchdb.user:";

impl Route {
    /// Finds the route of a method and the percent-decoded path segments after BASE. Empty
    /// segments are skipped. `base` holds the segments of BASE itself: some clients repeat them in
    /// tarball addresses and in DELETE (npm notes §1), which is tolerated.
    ///
    /// # Errors
    /// When no client has such an address, or only with other methods.
    pub fn parse(method: &str, segments: &[String], base: &[String]) -> Result<Self, RouteError> {
        let clean: Vec<&str> = segments
            .iter()
            .map(String::as_str)
            .filter(|segment| !segment.is_empty())
            .collect();
        if !clean.iter().all(|segment| is_acceptable(segment)) {
            return Err(RouteError::NotFound);
        }
        let method = if method == "HEAD" { "GET" } else { method };
        let found = find(method, &clean);
        if found.is_err()
            && let Some(rest) = without_base(&clean, base)
            && let Ok(route) = find(method, rest)
            && (method == "DELETE" || matches!(route, Self::Tarball { .. }))
        {
            return Ok(route);
        }
        found
    }
}

fn find(method: &str, segments: &[&str]) -> Result<Route, RouteError> {
    if let Some(route) = route(method, segments) {
        return Ok(route);
    }
    let mut allow = Vec::new();
    for candidate in METHODS.iter().copied() {
        if route(candidate, segments).is_some() {
            allow.push(candidate);
            if candidate == "GET" {
                allow.push("HEAD");
            }
        }
    }
    if allow.is_empty() {
        return Err(RouteError::NotFound);
    }
    Err(RouteError::MethodNotAllowed { allow })
}

/// Refuses what no address holds: control characters, backslashes, a percent sign (so encoded
/// twice), dot segments, and a slash except the one of `@scope/name`.
fn is_acceptable(segment: &str) -> bool {
    let plain = |c: char| !c.is_control() && c != '\\' && c != '%';
    let parts = || segment.split('/');
    segment.chars().all(plain)
        && parts().all(|part| !matches!(part, "" | "." | ".."))
        && match parts().count() {
            1 => true,
            2 => segment.starts_with('@') && !segment.starts_with("@/"),
            _ => false,
        }
}

fn without_base<'a, 's>(segments: &'a [&'s str], base: &[String]) -> Option<&'a [&'s str]> {
    let (head, rest) = segments.split_at_checked(base.len())?;
    (!base.is_empty() && head == base).then_some(rest)
}

fn route(method: &str, segments: &[&str]) -> Option<Route> {
    match segments {
        ["-", rest @ ..] => special(method, rest),
        ["_changes" | "_all_docs", ..] => {
            (method == "GET").then_some(Route::NotOffered(NotOffered::Replication))
        }
        _ => {
            let (package, rest) = take_package(segments)?;
            of_package(method, package, rest)
        }
    }
}

/// Takes `@scope/name`, `@scope` `name` or `name` off the front.
fn take_package<'a, 's>(segments: &'a [&'s str]) -> Option<(PackageRef, &'a [&'s str])> {
    let (first, rest) = segments.split_first()?;
    let Some(scoped) = first.strip_prefix('@') else {
        // Such names cannot exist, and every address of another kind starts like this.
        let name = !first.starts_with(['-', '_', '.']) && !first.contains('/');
        return name.then(|| (PackageRef::Unscoped((*first).to_owned()), rest));
    };
    let (owner, name, rest) = match scoped.split_once('/') {
        Some((owner, name)) => (owner, name, rest),
        None => {
            let (name, rest) = rest.split_first()?;
            (scoped, *name, rest)
        }
    };
    let good = !owner.is_empty() && !name.starts_with('-') && !name.contains('/');
    good.then(|| (PackageRef::scoped(owner, name), rest))
}

fn of_package(method: &str, package: PackageRef, rest: &[&str]) -> Option<Route> {
    let plain = |text: &str| !text.contains('/');
    let own = |text: &str| text.to_owned();
    Some(match (method, rest) {
        ("GET", []) => Route::Packument(package),
        ("PUT", []) => Route::Put(package),
        ("GET", ["-", file]) if plain(file) => Route::Tarball {
            package,
            file: own(file),
        },
        ("DELETE", ["-", file, "-rev", revision]) if plain(file) && plain(revision) => {
            Route::DeleteTarball {
                package,
                file: own(file),
                revision: own(revision),
            }
        }
        ("PUT", ["-rev", revision]) if plain(revision) => Route::PutRevision {
            package,
            revision: own(revision),
        },
        ("DELETE", ["-rev", revision]) if plain(revision) => Route::DeletePackage {
            package,
            revision: own(revision),
        },
        ("GET", [spec]) if plain(spec) && !spec.starts_with('-') => Route::Manifest {
            package,
            spec: own(spec),
        },
        _ => return None,
    })
}

fn special(method: &str, rest: &[&str]) -> Option<Route> {
    Some(match (method, rest) {
        ("GET", ["ping"]) => Route::Ping,
        ("GET", ["whoami"]) => Route::WhoAmI,
        ("GET", ["v1", "search"]) => Route::Search,
        ("POST", ["v1", "login"]) => Route::WebLogin,
        ("GET", ["v1", "done", session]) => Route::WebLoginDone((*session).to_owned()),
        ("GET", ["all", ..]) => Route::NotOffered(NotOffered::AllPackages),
        ("GET", ["_view", "starredByUser"]) => Route::NotOffered(NotOffered::Stars),
        ("GET" | "POST" | "DELETE", ["stage", ..]) => Route::NotOffered(NotOffered::Staging),
        (_, ["package", rest @ ..]) => {
            let (package, rest) = take_package(rest)?;
            package_setting(method, package, rest)?
        }
        (_, ["npm", "v1", rest @ ..]) => registry_api(method, rest)?,
        (_, ["user", rest @ ..]) => user(method, rest)?,
        (_, ["org", owner, rest @ ..]) => organisation(method, owner, rest)?,
        (_, ["team", owner, team, rest @ ..]) => team_address(method, owner, team, rest)?,
        _ => return None,
    })
}

fn package_setting(method: &str, package: PackageRef, rest: &[&str]) -> Option<Route> {
    Some(match (method, rest) {
        ("GET", ["dist-tags"]) => Route::DistTags(package),
        ("PUT", ["dist-tags", tag]) => Route::PutDistTag {
            package,
            tag: (*tag).to_owned(),
        },
        ("DELETE", ["dist-tags", tag]) => Route::DeleteDistTag {
            package,
            tag: (*tag).to_owned(),
        },
        ("GET", ["visibility"]) => Route::Visibility(package),
        ("GET", ["collaborators"]) => Route::Collaborators(package),
        ("POST", ["access"]) => Route::SetAccess(package),
        ("GET" | "POST", ["trust"]) | ("DELETE", ["trust", _]) => {
            Route::NotOffered(NotOffered::Trust)
        }
        _ => return None,
    })
}

fn registry_api(method: &str, rest: &[&str]) -> Option<Route> {
    Some(match (method, rest) {
        ("GET", ["keys"]) => Route::Keys,
        ("GET", ["attestations", spec @ ..]) => attestations(spec)?,
        ("GET", ["tokens"]) => Route::Tokens,
        ("POST", ["tokens"]) => Route::CreateToken,
        ("DELETE", ["tokens", "token", key]) => Route::DeleteToken((*key).to_owned()),
        ("GET", ["user"]) => Route::Profile,
        ("POST", ["user"]) => Route::UpdateProfile,
        ("POST", ["security", "advisories", "bulk"]) => Route::AuditBulk,
        ("POST", ["security", "audits", "quick"]) => Route::AuditQuick,
        ("POST", ["security", "audits"]) => Route::AuditFull,
        ("POST", ["oidc", "token", "exchange", "package", package @ ..]) => {
            let (_, rest) = take_package(package)?;
            rest.is_empty()
                .then_some(Route::NotOffered(NotOffered::OidcExchange))?
        }
        _ => return None,
    })
}

/// Reads `@scope/name@version`, in one segment or in two.
fn attestations(spec: &[&str]) -> Option<Route> {
    let (package, rest) = take_package(spec)?;
    let split = |text: &str| {
        let (name, version) = text.split_once('@')?;
        let full = !name.is_empty() && !version.is_empty();
        full.then(|| (name.to_owned(), version.to_owned()))
    };
    let (package, version) = match package {
        PackageRef::Scoped { owner, name } => {
            let (name, version) = split(&name)?;
            (PackageRef::Scoped { owner, name }, version)
        }
        PackageRef::Unscoped(name) => {
            let (name, version) = split(&name)?;
            (PackageRef::Unscoped(name), version)
        }
    };
    rest.is_empty()
        .then_some(Route::Attestations { package, version })
}

fn user(method: &str, rest: &[&str]) -> Option<Route> {
    let name = |segment: &str| {
        let name = segment.strip_prefix(USER_PREFIX)?;
        (!name.is_empty()).then(|| name.to_owned())
    };
    Some(match (method, rest) {
        ("GET", [user]) => Route::User(name(user)?),
        ("PUT", [user]) => Route::Login(name(user)?),
        ("PUT", [user, "-rev", _]) => {
            name(user).map(|_| Route::NotOffered(NotOffered::AccountChange))?
        }
        ("DELETE", ["token", token]) => Route::Logout((*token).to_owned()),
        ("GET", [owner, "package"]) => Route::OwnerPackages(account(owner)?),
        _ => return None,
    })
}

fn organisation(method: &str, owner: &str, rest: &[&str]) -> Option<Route> {
    let owner = account(owner)?;
    Some(match (method, rest) {
        ("GET", ["package"]) => Route::OwnerPackages(owner),
        ("GET", ["user"]) => Route::OrgMembers(owner),
        ("GET", ["team"]) => Route::OrgTeams(owner),
        ("PUT" | "DELETE", ["user"]) | ("PUT", ["team"]) => {
            Route::NotOffered(NotOffered::TeamWrites)
        }
        _ => return None,
    })
}

fn team_address(method: &str, owner: &str, team: &str, rest: &[&str]) -> Option<Route> {
    let owner = account(owner)?;
    let team = team.to_owned();
    Some(match (method, rest) {
        ("GET", ["user"]) => Route::TeamMembers { owner, team },
        ("GET", ["package"]) => Route::TeamPackages { owner, team },
        ("DELETE", []) | ("PUT" | "DELETE", ["user" | "package"]) => {
            Route::NotOffered(NotOffered::TeamWrites)
        }
        _ => return None,
    })
}

/// Takes an account's name, with or without the `@` that people put in front.
fn account(text: &str) -> Option<String> {
    let name = text.strip_prefix('@').unwrap_or(text);
    (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
}
