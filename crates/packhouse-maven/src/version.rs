//! Maven's order of versions (Maven notes §5; apache/maven-resolver, GenericVersion).
//!
//! A version is a row of numbers and words; neighbours of one kind form a run. Two versions are
//! compared run by run, the shorter run filled up with the neutral item of its kind, 0 or the empty
//! qualifier. So trailing zeros and empty qualifiers do not count, and the order is total.

mod item;

use std::cmp::Ordering;

use item::{Item, Qualifier};

/// Orders two versions, older first. Those that are equal to Maven (`1.0` and `1`) are ordered by
/// their text, so that only the same text is equal.
pub fn compare(a: &str, b: &str) -> Ordering {
    compare_items(&item::items(a), &item::items(b)).then_with(|| a.cmp(b))
}

/// Tells whether a version is a base version of snapshots: `SNAPSHOT` or ending in `-SNAPSHOT`.
pub fn is_snapshot(version: &str) -> bool {
    version == "SNAPSHOT" || version.ends_with("-SNAPSHOT")
}

/// Tells whether a version comes before a release: a snapshot, or one with a qualifier alpha, beta,
/// milestone, rc or cr, also as `a1`, `b1`, `m1`.
pub fn is_prerelease(version: &str) -> bool {
    let early = Item::Qualifier(Qualifier::Release);
    let is_early = |item: &Item| matches!(item, Item::Qualifier(_)) && *item < early;
    is_snapshot(version) || item::items(version).iter().any(is_early)
}

fn compare_items(a: &[Item], b: &[Item]) -> Ordering {
    // A version that begins with a word is older than any number.
    if let (Some(first), Some(second)) = (a.first(), b.first())
        && first.is_number() != second.is_number()
    {
        return first.cmp(second);
    }
    let (mut a, mut b) = (runs(a), runs(b));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (first, second) => compare_runs(first.unwrap_or_default(), second.unwrap_or_default()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn runs(items: &[Item]) -> impl Iterator<Item = &[Item]> {
    items.chunk_by(|a, b| a.is_number() == b.is_number())
}

fn compare_runs(a: &[Item], b: &[Item]) -> Ordering {
    let Some(neutral) = a.first().or(b.first()).map(Item::neutral) else {
        return Ordering::Equal;
    };
    (0..a.len().max(b.len()))
        .map(|place| {
            let a = a.get(place).unwrap_or(&neutral);
            a.cmp(b.get(place).unwrap_or(&neutral))
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests;
