//! The manifest that is served for a version (npm notes §4 step 7, §2, §17).
//!
//! What decides an installation comes from the package.json in the tarball, never from the
//! request, so that nobody can be shown other dependencies or scripts than they get. Everything
//! else is kept as sent, since clients add fields of their own. What only a registry may say is
//! dropped.

mod bin;

use serde_json::{Map, Value};

use packhouse_core::package::VersionName;

use crate::name::{ScopedName, cut};
use crate::tarball::TarballInfo;
use crate::version;

/// Fields that are taken from the file, in the order in which missing ones are added.
const FROM_FILE: &[&str] = &[
    "bin",
    "directories",
    "scripts",
    "gypfile",
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "acceptDependencies",
    "bundleDependencies",
    "bundledDependencies",
    "engines",
    "os",
    "cpu",
    "libc",
    "overrides",
    "hasInstallScript",
];

/// Maps of names to texts; anything else in their place would break clients.
const TEXT_MAPS: &[&str] = &[
    "scripts",
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "acceptDependencies",
];

/// What only the registry may say. All keys that start with `_` belong here too, except the two
/// that name the publisher's tools.
const UNTRUSTED: &[&str] = &[
    "dist",
    "maintainers",
    "readme",
    "readmeFilename",
    "users",
    "time",
    "deprecated",
    "signatures",
    "attestations",
    "versions",
    "dist-tags",
];

const KEPT_UNDERSCORES: &[&str] = &["_nodeVersion", "_npmVersion"];

/// Reports a manifest that does not fit its tarball or address.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file is not JSON.
    #[error("the tarball's package.json is not valid JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// Not a JSON object.
    #[error("{0} is not a JSON object")]
    NotAnObject(&'static str),
    /// Another name.
    #[error("the name in {place} is {found:?}, but the package is {expected:?}")]
    Name {
        /// Where it stands.
        place: &'static str,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// Another version.
    #[error("the version in {place} is {found:?}, but {expected:?} is being published")]
    Version {
        /// Where it stands.
        place: &'static str,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
}

const IN_REQUEST: &str = "the published manifest";
const IN_FILE: &str = "the tarball's package.json";

/// Reads the bytes of a package.json; a byte order mark in front is allowed.
///
/// # Errors
/// When they are not JSON.
pub fn parse_package_json(bytes: &[u8]) -> Result<Value, ManifestError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(ManifestError::Json)
}

/// Builds the manifest to store for a version: `name` and `version` first, then the fields of the
/// request in their order. `dist`, `_id`, `_npmUser`, `maintainers` and `deprecated` are added when
/// it is rendered.
///
/// # Errors
/// When one of the two is no object, or names another package or version.
pub fn served_manifest(
    request_manifest: &Value,
    file_package_json: &Value,
    info: &TarballInfo,
    name: &ScopedName,
    version: &VersionName,
) -> Result<Map<String, Value>, ManifestError> {
    let request = checked(request_manifest, IN_REQUEST, name, version)?;
    let file = checked(file_package_json, IN_FILE, name, version)?;
    let mut from_file = install_fields(file, request, info, name);
    let mut served = Map::new();
    served.insert("name".into(), name.full().into());
    served.insert("version".into(), version.as_str().into());
    for (key, value) in request {
        if matches!(key.as_str(), "name" | "version") || is_untrusted(key) {
            continue;
        }
        match FROM_FILE.contains(&key.as_str()) {
            true => served.extend(from_file.shift_remove_entry(key)),
            false => served.extend([(key.clone(), value.clone())]),
        }
    }
    served.extend(from_file);
    if info.has_shrinkwrap {
        served.insert("_hasShrinkwrap".into(), true.into());
    }
    Ok(served)
}

fn is_untrusted(key: &str) -> bool {
    UNTRUSTED.contains(&key) || (key.starts_with('_') && !KEPT_UNDERSCORES.contains(&key))
}

fn checked<'v>(
    value: &'v Value,
    place: &'static str,
    name: &ScopedName,
    version: &VersionName,
) -> Result<&'v Map<String, Value>, ManifestError> {
    let fields = value.as_object().ok_or(ManifestError::NotAnObject(place))?;
    let text = |key: &str| match fields.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let expected = name.full();
    let found = text("name");
    if !is_same_name(&found, name) {
        return Err(ManifestError::Name {
            place,
            found: cut(&found),
            expected,
        });
    }
    let found = text("version");
    if clean_version(&found).as_ref() != Some(version) {
        return Err(ManifestError::Version {
            place,
            found: cut(&found),
            expected: version.to_string(),
        });
    }
    Ok(fields)
}

/// Accounts are compared without case, so the scope is; the name itself must be equal.
fn is_same_name(found: &str, name: &ScopedName) -> bool {
    found
        .trim()
        .strip_prefix('@')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(owner, rest)| {
            owner.eq_ignore_ascii_case(&name.owner) && rest == name.name.as_str()
        })
}

/// Reads a version as npm cleans it before it publishes: `v` and `=` in front and build metadata
/// are left behind in the file.
fn clean_version(text: &str) -> Option<VersionName> {
    let text = text.trim().trim_start_matches(['=', 'v', ' ']);
    version::canonical(text).ok().map(|(version, _)| version)
}

fn install_fields(
    file: &Map<String, Value>,
    request: &Map<String, Value>,
    info: &TarballInfo,
    name: &ScopedName,
) -> Map<String, Value> {
    let mut fields = Map::new();
    for key in FROM_FILE.iter().copied() {
        let value = match key {
            "bin" => bin::served_bin(file, request, name),
            "hasInstallScript" => has_install_script(file, info).then_some(Value::Bool(true)),
            key if TEXT_MAPS.contains(&key) => file.get(key).and_then(text_map),
            key => file.get(key).filter(|value| !value.is_null()).cloned(),
        };
        fields.extend(value.map(|value| (key.to_owned(), value)));
    }
    fields
}

/// Keeps the entries of a map that are texts; other shapes are dropped, as npm does.
fn text_map(value: &Value) -> Option<Value> {
    let entries = value.as_object()?.iter();
    let texts = entries.filter(|(_, text)| text.is_string());
    Some(Value::Object(
        texts
            .map(|(key, text)| (key.clone(), text.clone()))
            .collect(),
    ))
}

/// Tells whether installing runs something: a script of its own, or node-gyp because of a
/// binding.gyp that the package did not opt out of.
fn has_install_script(file: &Map<String, Value>, info: &TarballInfo) -> bool {
    let has = |script: &str| {
        file.get("scripts")
            .and_then(|scripts| scripts.get(script))
            .is_some_and(|text| text.as_str().is_some_and(|text| !text.is_empty()))
    };
    let builds = info.has_root_gyp && file.get("gypfile") != Some(&Value::Bool(false));
    builds
        || ["preinstall", "install", "postinstall"]
            .into_iter()
            .any(has)
}

#[cfg(test)]
mod tests;
