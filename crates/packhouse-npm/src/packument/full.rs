//! The full packument, and the manifest of one version.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Object, Times, deprecated, dist, dist_tags, people, person};
use super::{PackageView, RenderError, VersionView};

/// What the top level repeats from the latest version.
#[derive(Deserialize)]
struct Hoisted<'a> {
    #[serde(borrow)]
    author: Option<&'a RawValue>,
    #[serde(borrow)]
    bugs: Option<&'a RawValue>,
    #[serde(borrow)]
    contributors: Option<&'a RawValue>,
    #[serde(borrow)]
    description: Option<&'a RawValue>,
    #[serde(borrow)]
    homepage: Option<&'a RawValue>,
    #[serde(borrow)]
    keywords: Option<&'a RawValue>,
    #[serde(borrow)]
    license: Option<&'a RawValue>,
    #[serde(borrow)]
    repository: Option<&'a RawValue>,
}

/// Appends the full packument. Versions come in the order in which they are to be listed; without
/// any there is no packument to write, so the caller answers 404 before.
///
/// # Errors
/// When a stored manifest is damaged.
pub fn write_full<'v>(
    out: &mut Vec<u8>,
    package: &PackageView<'_>,
    versions: impl IntoIterator<Item = VersionView<'v>>,
) -> Result<(), RenderError> {
    let mut times = Times::new(package.created, package.modified);
    let latest_name = package.dist_tags.get("latest").map(String::as_str);
    let mut latest = None;

    let mut top = Object::open(out);
    top.text("_id", package.full_name);
    top.text("_rev", package.rev);
    top.text("name", package.full_name);
    dist_tags(top.key("dist-tags"), package.dist_tags);
    let mut members = Object::open(top.key("versions"));
    for version in versions {
        write_manifest(members.key(version.name), package.full_name, &version)?;
        times.add(&version);
        if Some(version.name) == latest_name {
            latest = Some(version);
        }
    }
    members.close();
    times.write(top.key("time"));
    Object::open(top.key("users")).close();
    people(
        top.key("maintainers"),
        package.maintainers.iter().map(String::as_str),
    );
    if let Some(version) = latest {
        hoist(&mut top, &version)?;
    }
    top.text("readme", package.readme.unwrap_or_default());
    if let Some(file) = package.readme_file {
        top.text("readmeFilename", file);
    }
    top.close();
    Ok(())
}

fn hoist(top: &mut Object<'_>, version: &VersionView<'_>) -> Result<(), RenderError> {
    let fields: Hoisted<'_> =
        serde_json::from_str(version.manifest_json).map_err(|source| RenderError::Json {
            version: version.name.to_owned(),
            source,
        })?;
    top.raw("author", fields.author);
    top.raw("bugs", fields.bugs);
    top.raw("contributors", fields.contributors);
    top.raw("description", fields.description);
    top.raw("homepage", fields.homepage);
    top.raw("keywords", fields.keywords);
    top.raw("license", fields.license);
    top.raw("repository", fields.repository);
    Ok(())
}

/// Appends the full manifest of one version: everything that is stored, then what only the
/// registry says.
///
/// # Errors
/// When the stored manifest is no object.
pub fn write_manifest(
    out: &mut Vec<u8>,
    full_name: &str,
    version: &VersionView<'_>,
) -> Result<(), RenderError> {
    let open = version
        .manifest_json
        .trim()
        .strip_suffix('}')
        .map(str::trim_end)
        .filter(|text| text.starts_with('{') && !text.ends_with(','))
        .ok_or_else(|| RenderError::NotAnObject {
            version: version.name.to_owned(),
        })?;
    out.extend_from_slice(open.as_bytes());
    let mut object = Object::resume(out, open.trim_end() == "{");
    deprecated(&mut object, version);
    object.text("_id", &format!("{full_name}@{}", version.name));
    person(object.key("_npmUser"), version.publisher);
    people(object.key("maintainers"), [version.publisher]);
    dist(object.key("dist"), version);
    object.close();
    Ok(())
}
