use chrono::DateTime;
use packhouse_core::id::VersionId;
use packhouse_core::package::Traits;
use packhouse_registry::rows::VersionSummary;

use super::{PAGE, page_from, pages};
use crate::address;
use crate::metadata::SEMVER2;
use crate::route::Hive;
use crate::versions::Versions;

/// Versions 1.0.0, 1.1.0, …, of which every third needs SemVer 2.
fn versions(count: i64) -> Versions {
    let summary = |number: i64| VersionSummary {
        id: VersionId(number),
        name: address::version(&format!("1.{number}.0")).unwrap(),
        prerelease: false,
        deprecation: None,
        listed: true,
        traits: Traits::of((number % 3 == 0).then(|| SEMVER2.to_owned())),
        created_at: DateTime::UNIX_EPOCH,
    };
    Versions::of((0..count).map(summary).collect())
}

#[test]
fn each_page_is_found_by_its_beginning_in_any_spelling() {
    let versions = versions(3_609);
    for (hive, count) in [(Hive::SemVer2, 57), (Hive::SemVer1, 38)] {
        let all = pages(&versions, hive);
        assert_eq!(all.len(), count);
        for page in &all {
            let asked = format!("{}.0", page.lower);
            let found = page_from(&versions, hive, &asked).unwrap();
            assert_eq!(
                (found.number, &found.lower, &found.upper, &found.ids),
                (page.number, &page.lower, &page.upper, &page.ids)
            );
        }
    }
    let second = page_from(&versions, Hive::SemVer2, "1.64.0").unwrap();
    assert_eq!(
        (second.number, second.upper.as_str(), second.ids.len()),
        (1, "1.127.0", PAGE)
    );
}

#[test]
fn no_page_begins_with_another_version() {
    let versions = versions(200);
    for lower in ["1.1.0", "1.200.0", "2.0.0", "latest", ""] {
        assert!(
            page_from(&versions, Hive::SemVer2, lower).is_none(),
            "{lower}"
        );
    }
    // Every third is missing here, so that other versions begin the pages.
    assert!(page_from(&versions, Hive::SemVer1, "1.64.0").is_none());
}
