//! Reading single elements and attributes, with their limits.

use packhouse_core::text::cut;
use packhouse_xml::{Element, Namespace};

use super::NuspecError;

/// How long what has no limit of its own may be, in characters.
pub(super) const MAX_TEXT: usize = 4_000;

/// How long names, frameworks and the like may be, in characters.
pub(super) const MAX_WORD: usize = 256;

/// Gives the elements of this name directly inside, where they are in the same namespace: those of
/// another do not exist to clients.
pub(super) fn all<'a>(
    parent: &'a Element,
    name: &'static str,
) -> impl Iterator<Item = &'a Element> {
    parent
        .all(name)
        .filter(|child| child.shares_namespace(parent))
}

/// Gives the element of this name directly inside.
pub(super) fn only<'a>(
    parent: &'a Element,
    name: &'static str,
) -> Result<Option<&'a Element>, NuspecError> {
    let mut found = all(parent, name);
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(NuspecError::Duplicate(name)),
    }
}

/// Gives the text of the element of this name, `None` when it is missing or empty.
pub(super) fn text(
    parent: &Element,
    name: &'static str,
    max: usize,
) -> Result<Option<String>, NuspecError> {
    let Some(element) = only(parent, name)? else {
        return Ok(None);
    };
    if !element.children.is_empty() {
        return Err(NuspecError::NotText(name));
    }
    within(name, element.text.trim(), max)
}

/// Gives an attribute, `None` when it is missing or empty.
pub(super) fn attribute(
    element: &Element,
    name: &str,
    what: &'static str,
    max: usize,
) -> Result<Option<String>, NuspecError> {
    within(
        what,
        element.attribute(name).unwrap_or_default().trim(),
        max,
    )
}

/// Tells whether the element of this name says true.
pub(super) fn flag(parent: &Element, name: &'static str) -> Result<bool, NuspecError> {
    let text = text(parent, name, MAX_TEXT)?;
    Ok(text.is_some_and(|text| text.eq_ignore_ascii_case("true")))
}

fn within(what: &'static str, text: &str, max: usize) -> Result<Option<String>, NuspecError> {
    let length = text.chars().count();
    if length > max {
        return Err(NuspecError::TooLong { what, length, max });
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Checks that all prefixes in a document are declared.
pub(super) fn check_prefixes(element: &Element) -> Result<(), NuspecError> {
    if element.namespace == Namespace::Unknown {
        return Err(NuspecError::UnknownPrefix(cut(&element.name, 80)));
    }
    element.children.iter().try_for_each(check_prefixes)
}
