use proptest::prelude::*;

use super::*;

/// Compares as Maven does, without the tie-break by text.
fn maven(a: &str, b: &str) -> Ordering {
    compare_items(&item::items(a), &item::items(b))
}

#[test]
fn versions_ascend() {
    let known: &[&[&str]] = &[
        &[
            "1-alpha-1",
            "1-alpha-2",
            "1-beta-1",
            "1-milestone-1",
            "1-rc-1",
            "1-cr-2",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-abc",
            "1-xyz",
            "1-1",
            "1-2",
        ],
        &[
            "1.0-a1",
            "1.0-b1",
            "1.0-m1",
            "1.0-RC1",
            "1.0-RC1-x",
            "1.0-RC2",
            "1.0",
        ],
        &["1.0-a", "1.0-b", "1.0-m"],
        &["1.0", "1.0-a"],
        &["1.9", "1.10", "1.10.1", "1.100", "2"],
        &[
            "1.0-SNAPSHOT",
            "1.0",
            "1.0.1-SNAPSHOT",
            "1.0.1",
            "1.1-SNAPSHOT",
        ],
        &["1.2-RC1", "1.2-RC1.1", "1.2"],
        &[
            "999999999",
            "1000000000",
            "99999999999999999999",
            "100000000000000000000",
        ],
        &["foo", "0", "1"],
        &["alpha", "SNAPSHOT", "foo", "1-alpha"],
        &["1.0.min", "1.0", "1.0.1", "1.0.max"],
        &["1.min", "1-alpha", "1", "1-foo", "1.1", "1.max"],
        &[
            "31.0-android",
            "31.0-jre",
            "31.0.1-android",
            "31.0.1-jre",
            "31.1-android",
        ],
        &[
            "4.1.0.Beta1",
            "4.1.0.CR1",
            "4.1.0.Final",
            "4.1.0.SP1",
            "4.1.1.Final",
        ],
        &["2.13.0-M1", "2.13.0-RC1", "2.13.0"],
        &[
            "1.0-20240131.235959-7",
            "1.0-20240131.235959-10",
            "1.0-20240201.000000-1",
        ],
        &["20030203.000550", "20231013.1"],
        &["foo-0-bar", "foo-bar"],
    ];
    for row in known {
        for pair in row.windows(2) {
            assert_eq!(maven(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(maven(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        for (place, a) in row.iter().enumerate() {
            for b in &row[place + 1..] {
                assert_eq!(maven(a, b), Ordering::Less, "{a} {b}");
            }
        }
    }
}

#[test]
fn spellings_of_one_version() {
    for row in [
        &[
            "1",
            "1.0",
            "1.0.0",
            "1-ga",
            "1.0.0-ga",
            "1-FINAL",
            "1.release",
            "1-",
            "01",
            "1..0",
        ][..],
        &["1-rc1", "1.0-CR1", "1rc1", "1.0.rc.1", "1_rc-01"],
        &["1-a1", "1-alpha-1", "1alpha1", "1.0.Alpha.1", "1.A1"],
        &["1-1", "1.1", "1_1", "1.01.0"],
        &["", "0", ".", "0-ga"],
        &["1-x", "1x", "1.0-X", "1.0.0.x"],
        &["1.0-SNAPSHOT", "1-snapshot"],
    ] {
        for a in row {
            for b in row {
                assert_eq!(maven(a, b), Ordering::Equal, "{a} {b}");
                assert_eq!(compare(a, b), a.cmp(b), "{a} {b}");
            }
        }
    }
}

#[test]
fn what_comes_before_a_release() {
    for (version, snapshot, prerelease) in [
        ("1.0-SNAPSHOT", true, true),
        ("SNAPSHOT", true, true),
        ("1.0-snapshot", false, true),
        ("1.0SNAPSHOT", false, true),
        ("1.0-alpha", false, true),
        ("1.0-a1", false, true),
        ("1.0.b2", false, true),
        ("3.0.0-M5", false, true),
        ("1.0-RC1", false, true),
        ("4.1.0.CR2", false, true),
        ("2.0-milestone-1", false, true),
        ("1.0", false, false),
        ("1.0-a", false, false),
        ("4.1.0.Final", false, false),
        ("4.1.0.SP1", false, false),
        ("31.1-jre", false, false),
        ("1.0.min", false, false),
        ("", false, false),
    ] {
        assert_eq!(is_snapshot(version), snapshot, "{version}");
        assert_eq!(is_prerelease(version), prerelease, "{version}");
    }
}

fn any_version() -> impl Strategy<Value = String> {
    const TOKENS: [&str; 25] = [
        "",
        "0",
        "00",
        "1",
        "2",
        "10",
        "99999999999",
        "a",
        "b",
        "m",
        "alpha",
        "beta",
        "rc",
        "cr",
        "snapshot",
        "ga",
        "final",
        "sp",
        "foo",
        "X",
        "min",
        "max",
        ".",
        "-",
        "_é",
    ];
    prop::collection::vec(prop::sample::select(&TOKENS[..]), 0..7)
        .prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_order_is_total(a in any_version(), b in any_version(), c in any_version()) {
        for compare in [compare, maven] {
            prop_assert_eq!(compare(&a, &a), Ordering::Equal);
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le(), "{} {} {}", a, b, c);
            }
            if compare(&a, &b).is_eq() {
                prop_assert_eq!(compare(&a, &c), compare(&b, &c));
            }
        }
        prop_assert_eq!(compare(&a, &b).is_eq(), a == b);
    }

    #[test]
    fn any_text_has_its_place(a in ".{0,12}", b in ".{0,12}") {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
    }
}
