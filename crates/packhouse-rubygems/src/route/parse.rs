//! From an address and method to a [`Route`].

use packhouse_http::protocol::RouteError;

use super::{Route, Specs, What, Written};

const READ: &[&str] = &["GET", "HEAD"];
const CHANGES: &[&str] = &["POST", "PUT", "DELETE"];

/// Reads percent-decoded segments below `/rubygems`. Clients join addresses as texts, so slashes too
/// many count for nothing (RubyGems notes §1).
pub(super) fn parse(method: &str, segments: &[String]) -> Result<Route, RouteError> {
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let mut parts = parts.into_iter().filter(|part| !part.is_empty());
    let owner = parts.next().ok_or(RouteError::NotFound)?;
    let below: Vec<&str> = parts.collect();
    let what = what(method, &below)?;
    Ok(Route {
        owner: owner.to_owned(),
        what,
    })
}

fn what(method: &str, below: &[&str]) -> Result<What, RouteError> {
    // A sign-in makes a key, which is no reading.
    let signs_in = method == "HEAD" && matches!(readable(below), Some(What::SignIn(_)));
    let found = match READ.contains(&method) {
        true => readable(below).filter(|_| !signs_in),
        false => changed(method, below),
    };
    if let Some(what) = found {
        return Ok(what);
    }
    let mut allow = Vec::new();
    match readable(below) {
        Some(What::SignIn(method)) => allow.push(method),
        Some(_) => allow.extend(READ),
        None => {}
    }
    allow.extend(
        CHANGES
            .iter()
            .filter(|other| changed(other, below).is_some()),
    );
    match allow.is_empty() {
        true => Err(RouteError::NotFound),
        false => Err(RouteError::MethodNotAllowed(allow)),
    }
}

/// What is read there. Names have dots, so what comes after one is taken off its end.
fn readable(below: &[&str]) -> Option<What> {
    Some(match below {
        [] => What::Root,
        ["versions"] => What::Versions,
        ["names"] => What::Names,
        ["info", name] => What::Info((*name).to_owned()),
        ["quick", "Marshal.4.8", file] => What::Quick(before(file, ".gemspec.rz")?),
        ["gems", file] => What::Gem(before(file, ".gem")?),
        ["api", "v1", rest @ ..] => api(rest)?,
        ["api", "v2", "rubygems", name, "versions", file] => {
            What::AboutVersion((*name).to_owned(), before(file, ".json")?)
        }
        [list] => What::Specs(Specs::ALL.into_iter().find(|one| one.segment() == *list)?),
        _ => return None,
    })
}

fn api(rest: &[&str]) -> Option<What> {
    Some(match rest {
        ["dependencies"] => What::Dependencies(Written::Marshal),
        ["dependencies.json"] => What::Dependencies(Written::Json),
        ["search.json"] => What::Search,
        ["api_key"] => What::SignIn("GET"),
        ["gems", file] => What::About(before(file, ".json")?),
        ["gems", name, "owners.yaml"] => What::Owners((*name).to_owned(), Written::Yaml),
        ["gems", name, "owners.json"] => What::Owners((*name).to_owned(), Written::Json),
        ["versions", name, "latest.json"] => What::LatestVersion((*name).to_owned()),
        ["versions", file] => What::AboutVersions(before(file, ".json")?),
        ["attestations", file] => What::Attestations(before(file, ".json")?),
        _ => return None,
    })
}

fn changed(method: &str, below: &[&str]) -> Option<What> {
    let ["api", "v1", rest @ ..] = below else {
        return None;
    };
    Some(match (method, rest) {
        ("POST", ["gems"]) => What::Push,
        ("DELETE", ["gems", "yank"]) => What::Yank,
        ("POST", ["gems", name, "owners"]) => What::ChangeOwners((*name).to_owned(), "POST"),
        ("DELETE", ["gems", name, "owners"]) => What::ChangeOwners((*name).to_owned(), "DELETE"),
        ("POST", ["api_key"]) => What::SignIn("POST"),
        ("PUT", ["api_key"]) => What::ChangeKey,
        _ => return None,
    })
}

fn before(file: &str, end: &str) -> Option<String> {
    let name = file.strip_suffix(end).filter(|name| !name.is_empty())?;
    Some(name.to_owned())
}
