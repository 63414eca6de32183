//! What a publish document says about itself, and whether it holds (npm notes §4, duties 3 to 5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::digest::{Digests, Sha1, Sha512};
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_core::visibility::Visibility;
use packhouse_http::{HttpError, Result};
use serde_json::{Map, Value};

use crate::name::ScopedName;
use crate::publish_body::PublishDocument;
use crate::tag::check_tag;
use crate::version;

/// The claims of a document about the one version it publishes.
pub(super) struct Claims<'d> {
    pub version: VersionName,
    pub manifest: &'d Value,
    pub tags: Vec<String>,
    pub visibility: Option<Visibility>,
}

/// Reads the claims. Old npm, after a conflict, sends the whole packument with one attachment:
/// only the version that the attachment belongs to is published.
pub(super) fn read<'d>(name: &ScopedName, document: &'d PublishDocument) -> Result<Claims<'d>> {
    let fields = &document.document;
    check_name(name, fields)?;
    let versions = fields
        .get("versions")
        .and_then(Value::as_object)
        .filter(|versions| !versions.is_empty())
        .ok_or_else(|| HttpError::invalid("the document has no versions"))?;
    let key = document
        .tarball
        .as_ref()
        .map(|tarball| tarball.key.as_str())
        .unwrap_or_default();
    let (raw, manifest) = published(name, versions, key)?;
    let (version, _) =
        version::canonical(raw).map_err(|error| HttpError::invalid(error.to_string()))?;
    Ok(Claims {
        tags: tags(fields, versions.len() == 1, raw)?,
        visibility: visibility(fields)?,
        version,
        manifest,
    })
}

fn check_name(name: &ScopedName, fields: &Map<String, Value>) -> Result<()> {
    let expected = name.full();
    let claimed = fields
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let id = fields.get("_id").and_then(Value::as_str).unwrap_or(claimed);
    let same = |text: &str| text.eq_ignore_ascii_case(&expected);
    let id_fits = same(id) || id.rsplit_once('@').is_some_and(|(id, _)| same(id));
    if same(claimed) && id_fits {
        return Ok(());
    }
    let found: String = if same(claimed) { id } else { claimed }
        .chars()
        .take(214)
        .collect();
    Err(HttpError::invalid(format!(
        "the document is about {found:?}, but the address names {expected}: publish to its own \
         address"
    )))
}

/// Finds the version that the attachment belongs to: `FULLNAME-VERSION.tgz`.
fn published<'d>(
    name: &ScopedName,
    versions: &'d Map<String, Value>,
    key: &str,
) -> Result<(&'d str, &'d Value)> {
    if versions.len() == 1
        && let Some((raw, manifest)) = versions.iter().next()
    {
        return Ok((raw, manifest));
    }
    let full = name.full();
    let raw = key
        .get(..full.len())
        .filter(|start| start.eq_ignore_ascii_case(&full))
        .and_then(|_| key[full.len()..].strip_prefix('-')?.strip_suffix(".tgz"));
    let found = raw.and_then(|raw| versions.get_key_value(raw));
    found
        .map(|(raw, manifest)| (raw.as_str(), manifest))
        .ok_or_else(|| {
            let key: String = key.chars().take(300).collect();
            HttpError::invalid(format!(
                "the attachment {key:?} belongs to none of the versions"
            ))
        })
}

/// Takes the dist-tags that point to the version. A document of one version has no others.
fn tags(fields: &Map<String, Value>, single: bool, raw: &str) -> Result<Vec<String>> {
    let Some(all) = fields.get("dist-tags").and_then(Value::as_object) else {
        return Ok(Vec::new());
    };
    let mut tags = Vec::new();
    for (tag, target) in all {
        let target = target.as_str().unwrap_or_default();
        if target != raw {
            if single {
                return Err(HttpError::invalid(format!(
                    "the dist-tag {tag:?} points to {target:?}, but {raw} is being published"
                )));
            }
            continue;
        }
        check_tag(tag).map_err(|error| HttpError::invalid(error.to_string()))?;
        tags.push(tag.clone());
    }
    Ok(tags)
}

/// Reads `access`. It counts for a new package only; null leaves things as they are.
fn visibility(fields: &Map<String, Value>) -> Result<Option<Visibility>> {
    match fields.get("access") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => access(text).map(Some),
        Some(_) => Err(HttpError::invalid("access must be public or restricted")),
    }
}

/// Reads npm's word for a visibility.
///
/// # Errors
/// When it is none.
pub(crate) fn access(text: &str) -> Result<Visibility> {
    match text {
        "public" => Ok(Visibility::Public),
        "restricted" | "private" => Ok(Visibility::Private),
        _ => Err(HttpError::invalid(format!(
            "unknown access {:?}: use public or restricted",
            text.chars().take(40).collect::<String>()
        ))),
    }
}

/// What npm's documents say of a tarball's bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct TarballDigests {
    pub sha512: Sha512,
    pub sha1: Sha1,
    pub size: u64,
}

impl TarballDigests {
    /// Takes them from an upload, which was begun with all digests.
    pub fn of(digests: &Digests) -> Result<Self> {
        let (Some(sha512), Some(sha1)) = (digests.sha512, digests.sha1) else {
            let message = "the tarball was not hashed as npm needs it";
            return Err(HttpError::new(ErrorKind::Internal, message));
        };
        Ok(Self {
            sha512,
            sha1,
            size: digests.size,
        })
    }
}

/// Checks length, shasum and integrity against what came.
pub(super) fn check_digests(
    claims: &Claims<'_>,
    document: &PublishDocument,
    digests: &TarballDigests,
) -> Result<()> {
    let length = document.tarball.as_ref().and_then(|tarball| tarball.length);
    if let Some(length) = length.filter(|length| *length != digests.size) {
        return Err(HttpError::invalid(format!(
            "the tarball has {} bytes, but the document says {length}",
            digests.size
        )));
    }
    let dist = claims.manifest.get("dist");
    let field = |name: &str| dist.and_then(|dist| dist.get(name)).and_then(Value::as_str);
    let sha1 = digests.sha1.to_string();
    if let Some(shasum) = field("shasum").filter(|text| !text.eq_ignore_ascii_case(&sha1)) {
        return Err(HttpError::invalid(format!(
            "the tarball's shasum is {sha1}, but the document says {}",
            shasum.chars().take(64).collect::<String>()
        )));
    }
    let integrity = field("integrity").ok_or_else(|| {
        HttpError::invalid("the document has no dist.integrity: update the client")
    })?;
    let expected = STANDARD.encode(digests.sha512.bytes());
    let mut hashes = integrity
        .split_whitespace()
        .filter_map(|hash| hash.strip_prefix("sha512-"));
    let fits = |hash: &str| hash.split('?').next() == Some(expected.as_str());
    match hashes.next() {
        Some(first) if fits(first) && hashes.all(fits) => Ok(()),
        _ => Err(HttpError::invalid(format!(
            "the tarball's integrity is sha512-{expected}, but the document says {}",
            integrity.chars().take(200).collect::<String>()
        ))),
    }
}

/// Makes a text fit for a header: printable ASCII, not too long.
pub(crate) fn header_text(text: &str) -> String {
    let printable = |c: char| {
        if c == ' ' || c.is_ascii_graphic() {
            c
        } else {
            '?'
        }
    };
    text.chars().take(500).map(printable).collect()
}
