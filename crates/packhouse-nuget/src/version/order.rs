//! The order of versions (NuGet notes §11; NuGet.Client, VersionComparer).

use std::cmp::Ordering;

use super::Version;

/// A label as .NET sees it: its parser of 32-bit integers takes a sign too, and gives up on larger
/// ones, which are then text like any other. The order of the variants is theirs.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Number(i32),
    Text(String),
}

impl Label {
    fn new(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Text(text.to_ascii_lowercase()),
        }
    }
}

/// Tells which version precedes: by numbers, then a prerelease before its release, then by labels
/// from the left, where fewer come first.
pub(super) fn precedence(a: &Version, b: &Version) -> Ordering {
    a.numbers
        .cmp(&b.numbers)
        .then_with(|| b.is_prerelease().cmp(&a.is_prerelease()))
        .then_with(|| labels(a).cmp(labels(b)))
}

/// Orders the labels as text.
pub(super) fn text(a: &Version, b: &Version) -> Ordering {
    let lower = |version: &Version| version.labels.to_ascii_lowercase();
    lower(a).cmp(&lower(b))
}

fn labels(version: &Version) -> impl Iterator<Item = Label> {
    let labels = version.labels.split('.');
    labels.filter(|label| !label.is_empty()).map(Label::new)
}
