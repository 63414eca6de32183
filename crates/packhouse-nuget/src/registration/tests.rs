use chrono::DateTime;
use packhouse_core::id::VersionId;
use packhouse_core::package::Traits;
use packhouse_registry::rows::VersionSummary;

use super::{MAX_PAGE, PAGE, between, pages};
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
fn each_page_is_found_by_its_ends_in_any_spelling() {
    let versions = versions(3_609);
    for (hive, count) in [(Hive::SemVer2, 57), (Hive::SemVer1, 38)] {
        let all = pages(&versions, hive);
        assert_eq!(all.len(), count);
        for page in &all {
            let (lower, upper) = (format!("{}.0", page.lower), format!("{}+x", page.upper));
            let found = between(&versions, hive, &lower, &upper).unwrap();
            assert_eq!(
                (&found.lower, &found.upper, &found.ids),
                (&page.lower, &page.upper, &page.ids)
            );
        }
    }
    let second = between(&versions, Hive::SemVer2, "1.64.0", "1.127.0").unwrap();
    assert_eq!(second.ids.len(), PAGE);
}

#[test]
fn an_address_that_was_kept_stands_for_what_lies_within_it() {
    let versions = versions(200);
    let ids = |lower, upper| {
        let found = between(&versions, Hive::SemVer2, lower, upper);
        found.map(|found| found.ids.iter().map(|id| id.0).collect::<Vec<_>>())
    };
    // Ends that are no version any more, or not yet.
    assert_eq!(ids("1.9.5", "1.12.1"), Some(vec![10, 11, 12]));
    assert_eq!(ids("0.1.0", "1.0.0"), Some(vec![0]));
    for (lower, upper) in [("1.3.1", "1.3.2"), ("2.0.0", "3.0.0"), ("1.9.0", "1.8.0")] {
        assert_eq!(ids(lower, upper), None, "{lower} {upper}");
    }
    assert_eq!(ids("latest", "1.0.0"), None);
    let versions = self::versions(MAX_PAGE as i64 + 1);
    assert!(between(&versions, Hive::SemVer2, "1.0.0", "2.0.0").is_none());
}
