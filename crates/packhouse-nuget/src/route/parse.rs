//! From an address and method to a [`Route`].

use packhouse_http::protocol::RouteError;

use super::{Feed, Hive, Route, VersionRef, What};
use crate::{address, odata};

const READ: &[&str] = &["GET", "HEAD"];

/// Reads percent-decoded segments below `/nuget`. A slash at the end is as good as none.
pub(super) fn parse(method: &str, segments: &[String]) -> Result<Route, RouteError> {
    let mut parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    if parts.last() == Some(&"") {
        parts.pop();
    }
    let Some((owner, below)) = parts.split_first() else {
        return Err(RouteError::NotFound);
    };
    if owner.is_empty() || below.contains(&"") {
        return Err(RouteError::NotFound);
    }
    let what = what(method, below)?;
    Ok(Route {
        owner: (*owner).to_owned(),
        what,
    })
}

fn what(method: &str, below: &[&str]) -> Result<What, RouteError> {
    let reads = READ.contains(&method);
    let all = readable(below);
    let changed = written(method, below);
    match (reads, all, changed) {
        (true, Some(what), _) | (false, _, Some(what)) => Ok(what),
        (_, read, _) => {
            let mut allow = if read.is_some() {
                READ.to_vec()
            } else {
                Vec::new()
            };
            for other in ["PUT", "POST", "DELETE"] {
                if written(other, below).is_some() && !is_alias(below) {
                    allow.push(other);
                }
            }
            match allow.is_empty() {
                true => Err(RouteError::NotFound),
                false => Err(RouteError::MethodNotAllowed(allow)),
            }
        }
    }
}

fn at(id: &str, version: &str) -> VersionRef {
    VersionRef {
        id: id.to_owned(),
        version: version.to_owned(),
    }
}

/// What is read there.
fn readable(below: &[&str]) -> Option<What> {
    Some(match below {
        ["index.json"] => What::Index,
        ["download", id, "index.json"] => What::Versions((*id).to_owned()),
        ["download", id, version, file] => flat(id, version, file)?,
        [hive, rest @ ..] if hive_of(hive).is_some() => registration(hive_of(hive)?, rest)?,
        ["query"] => What::Query,
        ["autocomplete"] => What::Autocomplete,
        ["vulnerabilities", "index.json"] => What::Vulnerabilities,
        ["vulnerabilities", page] => {
            What::VulnerabilityPage(page.strip_suffix(".json")?.to_owned())
        }
        ["symbols", file, key, again] if file.to_lowercase() == again.to_lowercase() => {
            What::Symbols {
                file: (*file).to_owned(),
                key: (*key).to_owned(),
            }
        }
        ["v2", rest @ ..] => v2(rest)?,
        // Sources without `.json` at their end are spoken to as old ones.
        rest => v2(rest)?,
    })
}

/// Tells whether an address is one at which old clients delete and nobody does anything else: any two
/// words are one.
fn is_alias(below: &[&str]) -> bool {
    matches!(below, [first, _] | ["v2", first, _] if !["v2", "package"].contains(first))
}

/// What is changed there, by method.
fn written(method: &str, below: &[&str]) -> Option<What> {
    let below = match below {
        ["v2", rest @ ..] => rest,
        rest => rest,
    };
    match (method, below) {
        ("PUT", [] | ["package"]) => Some(What::Push),
        ("PUT", ["symbolpackage"]) => Some(What::PushSymbols),
        ("DELETE", [id, version] | ["package", id, version]) => Some(What::Unlist(at(id, version))),
        ("POST", ["$batch"]) => Some(What::V2Batch),
        ("POST", ["package", id, version]) => Some(What::Relist(at(id, version))),
        _ => None,
    }
}

fn flat(id: &str, version: &str, file: &str) -> Option<What> {
    let at = at(id, version);
    let lower = file.to_ascii_lowercase();
    match lower.as_str() {
        "readme" => return Some(What::Readme(at)),
        "icon" => return Some(What::Icon(at)),
        "license" => return Some(What::License(at)),
        _ => {}
    }
    let stem = id.to_ascii_lowercase();
    match lower.strip_prefix(&stem)? {
        ".nuspec" => Some(What::Nuspec(at)),
        rest => {
            // Named by the version as it is written there, or in any other spelling of it.
            let named = rest.strip_prefix('.')?.strip_suffix(".nupkg")?;
            address::same_version(named, version).then_some(What::Nupkg(at))
        }
    }
}

fn hive_of(segment: &str) -> Option<Hive> {
    Hive::ALL.into_iter().find(|hive| hive.segment() == segment)
}

fn registration(hive: Hive, rest: &[&str]) -> Option<What> {
    Some(match rest {
        [id, "index.json"] => What::Registration(hive, (*id).to_owned()),
        [id, "page", lower, upper] => {
            let upper = upper.strip_suffix(".json")?;
            let (lower, upper) = ((*lower).to_owned(), upper.to_owned());
            What::RegistrationPage(hive, (*id).to_owned(), lower, upper)
        }
        [id, version] => What::RegistrationLeaf(hive, at(id, version.strip_suffix(".json")?)),
        _ => return None,
    })
}

fn v2(rest: &[&str]) -> Option<What> {
    Some(match rest {
        [] => What::V2Root,
        ["$metadata"] => What::V2Metadata,
        ["package", id] => What::V2Download {
            id: (*id).to_owned(),
            version: None,
        },
        ["package", id, version] => What::V2Download {
            id: (*id).to_owned(),
            version: Some((*version).to_owned()),
        },
        [name] => match feed(name) {
            Some(feed) => What::V2Feed { feed, count: false },
            None => entry(name)?,
        },
        [name, "$count"] => What::V2Feed {
            feed: feed(name)?,
            count: true,
        },
        _ => return None,
    })
}

fn feed(name: &str) -> Option<Feed> {
    let name = name.strip_suffix("()").unwrap_or(name);
    Feed::ALL.into_iter().find(|feed| feed.name() == name)
}

/// `Packages(Id='X',Version='1.0')`.
fn entry(name: &str) -> Option<What> {
    let call = odata::Call::parse(name).ok()?;
    if call.name != Feed::Packages.name() {
        return None;
    }
    let (id, version) = (call.argument("Id")?, call.argument("Version")?);
    Some(What::V2Entry(at(id, version)))
}
