//! The platform, which builders write in three ways (RubyGems notes §12.6).

use super::fields::Fields;
use super::texts;
use crate::gemspec::GemspecError;
use crate::platform::Platform;
use crate::yaml::{Class, Node, Tag};

/// Reads the platform: what the builder was given, when it says so, else what it made of it.
pub(super) fn read(fields: &Fields<'_>) -> Result<Platform, GemspecError> {
    let platform = one(fields.get("platform"), "platform")?.unwrap_or_else(Platform::ruby);
    let Some(original) = one(fields.get("original_platform"), "original_platform")? else {
        return Ok(platform);
    };
    if original.normalized() != platform.normalized() {
        return Err(GemspecError::TwoPlatforms {
            original: original.original().to_owned(),
            platform: platform.original().to_owned(),
        });
    }
    Ok(original)
}

/// Reads one of them. RubyGems 3.6.0 and 3.6.1 may write an empty one.
fn one(node: Option<&Node>, field: &'static str) -> Result<Option<Platform>, GemspecError> {
    let Some(node) = node else {
        return Ok(None);
    };
    let text = match node.tag {
        Tag::Object(Class::Platform) => parts(node, field)?,
        _ => texts::text(node, field)?.to_owned(),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let platform = Platform::parse(&text);
    platform
        .map(Some)
        .map_err(|source| GemspecError::Platform { field, source })
}

/// Reads a `Gem::Platform`, whose parts are those of its text.
fn parts(node: &Node, field: &'static str) -> Result<String, GemspecError> {
    let fields = Fields::of(node, field)?;
    let mut parts = Vec::new();
    for part in ["cpu", "os", "version"] {
        if let Some(node) = fields.get(part) {
            parts.push(texts::text(node, field)?);
        }
    }
    Ok(parts.join("-"))
}
