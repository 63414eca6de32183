//! The abbreviated packument: what installing needs.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Object, Times, deprecated, dist, dist_tags, person, string, time_text};
use super::{PackageView, RenderError, VersionView};

/// The fields of a manifest that the abbreviated form shows. No `scripts`: `hasInstallScript`
/// stands for them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    #[serde(borrow)]
    dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    accept_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    optional_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    dev_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    bundle_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    bundled_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    peer_dependencies: Option<&'a RawValue>,
    #[serde(borrow)]
    peer_dependencies_meta: Option<&'a RawValue>,
    #[serde(borrow)]
    bin: Option<&'a RawValue>,
    #[serde(borrow)]
    directories: Option<&'a RawValue>,
    #[serde(borrow)]
    engines: Option<&'a RawValue>,
    #[serde(borrow, rename = "_hasShrinkwrap")]
    has_shrinkwrap: Option<&'a RawValue>,
    #[serde(borrow)]
    has_install_script: Option<&'a RawValue>,
    #[serde(borrow)]
    funding: Option<&'a RawValue>,
    #[serde(borrow)]
    cpu: Option<&'a RawValue>,
    #[serde(borrow)]
    os: Option<&'a RawValue>,
    #[serde(borrow)]
    libc: Option<&'a RawValue>,
}

/// Appends the abbreviated packument, with `time`, which saves some clients a second request.
///
/// # Errors
/// When a stored manifest is damaged.
pub fn write_abbreviated<'v>(
    out: &mut Vec<u8>,
    package: &PackageView<'_>,
    versions: impl IntoIterator<Item = VersionView<'v>>,
) -> Result<(), RenderError> {
    let mut times = Times::new(package.created, package.modified);
    let mut top = Object::open(out);
    top.text("name", package.full_name);
    string(top.key("modified"), &time_text(package.modified));
    dist_tags(top.key("dist-tags"), package.dist_tags);
    let mut members = Object::open(top.key("versions"));
    for version in versions {
        write_version(members.key(version.name), package.full_name, &version)?;
        times.add(&version);
    }
    members.close();
    times.write(top.key("time"));
    top.close();
    Ok(())
}

fn write_version(
    out: &mut Vec<u8>,
    full_name: &str,
    version: &VersionView<'_>,
) -> Result<(), RenderError> {
    let fields: Fields<'_> =
        serde_json::from_str(version.manifest_json).map_err(|source| RenderError::Json {
            version: version.name.to_owned(),
            source,
        })?;
    let mut object = Object::open(out);
    object.text("name", full_name);
    object.text("version", version.name);
    deprecated(&mut object, version);
    object.raw("dependencies", fields.dependencies);
    object.raw("acceptDependencies", fields.accept_dependencies);
    object.raw("optionalDependencies", fields.optional_dependencies);
    object.raw("devDependencies", fields.dev_dependencies);
    object.raw("bundleDependencies", fields.bundle_dependencies);
    object.raw("bundledDependencies", fields.bundled_dependencies);
    object.raw("peerDependencies", fields.peer_dependencies);
    object.raw("peerDependenciesMeta", fields.peer_dependencies_meta);
    object.raw("bin", fields.bin);
    object.raw("directories", fields.directories);
    dist(object.key("dist"), version);
    object.raw("engines", fields.engines);
    object.raw("_hasShrinkwrap", fields.has_shrinkwrap);
    object.raw("hasInstallScript", fields.has_install_script);
    object.raw("funding", fields.funding);
    object.raw("cpu", fields.cpu);
    object.raw("os", fields.os);
    object.raw("libc", fields.libc);
    person(object.key("_npmUser"), version.publisher);
    object.close();
    Ok(())
}
