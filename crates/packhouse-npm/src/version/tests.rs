use proptest::prelude::*;

use super::*;

fn name(text: &str) -> VersionName {
    VersionName::new(text, text)
}

#[test]
fn canonical_text_has_no_build_metadata() {
    for (raw, expect, cut) in [
        ("1.2.3", "1.2.3", false),
        ("0.0.0", "0.0.0", false),
        ("1.2.3-beta.1", "1.2.3-beta.1", false),
        ("1.2.3-0a.x-y.0", "1.2.3-0a.x-y.0", false),
        ("1.2.3--", "1.2.3--", false),
        ("1.2.3+b1", "1.2.3", true),
        ("1.2.3-rc.1+001.x-y", "1.2.3-rc.1", true),
        ("1.2.3+a-b", "1.2.3", true),
        (
            "1.0.0-20231120101010123456789",
            "1.0.0-20231120101010123456789",
            false,
        ),
        ("9007199254740991.0.0", "9007199254740991.0.0", false),
    ] {
        let (version, was_cut) = canonical(raw).unwrap();
        assert_eq!((version.as_str(), was_cut), (expect, cut));
    }
}

#[test]
fn other_texts_are_refused_with_the_rule() {
    let long = format!("1.2.3-{}", "x".repeat(MAX_VERSION));
    for (raw, rule) in [
        ("", "MAJOR.MINOR.PATCH"),
        ("1", "MAJOR.MINOR.PATCH"),
        ("1.2", "MAJOR.MINOR.PATCH"),
        ("1.2.3.4", "MAJOR.MINOR.PATCH"),
        ("v1.2.3", "MAJOR.MINOR.PATCH"),
        ("=1.2.3", "MAJOR.MINOR.PATCH"),
        (" 1.2.3", "MAJOR.MINOR.PATCH"),
        ("1.2.x", "MAJOR.MINOR.PATCH"),
        ("1..3", "MAJOR.MINOR.PATCH"),
        ("latest", "MAJOR.MINOR.PATCH"),
        ("01.2.3", "starts with 0"),
        ("1.2.03", "starts with 0"),
        ("1.2.3-01", "prerelease starts with 0"),
        ("1.2.3-", "identifiers"),
        ("1.2.3-a..b", "identifiers"),
        ("1.2.3-a_b", "identifiers"),
        ("1.2.3+", "identifiers"),
        ("1.2.3+a+b", "identifiers"),
        ("1.2.3-ä", "identifiers"),
        ("1.2.3 ", "MAJOR.MINOR.PATCH"),
        ("9007199254740992.0.0", "2^53-1"),
        ("99999999999999999999999.0.0", "2^53-1"),
        (long.as_str(), "256"),
    ] {
        let error = canonical(raw).unwrap_err().to_string();
        assert!(error.contains(rule), "{raw}: {error}");
    }
}

#[test]
fn order_follows_semver() {
    let sorted = [
        "damaged",
        "0.0.1",
        "0.9.0",
        "0.10.0",
        "1.0.0-0",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-20231120101010123456789",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "2.0.0",
    ];
    for (i, a) in sorted.iter().enumerate() {
        for (j, b) in sorted.iter().enumerate() {
            assert_eq!(compare(&name(a), &name(b)), i.cmp(&j), "{a} {b}");
        }
    }
    assert!(is_prerelease(&name("1.0.0-0")));
    assert!(!is_prerelease(&name("1.0.0")));
}

fn version_text() -> impl Strategy<Value = String> {
    let pre = prop::option::of(
        "(0|[1-9][0-9]{0,3}|[a-z][a-z0-9-]{0,3})(\\.(0|[1-9][0-9]{0,3}|[a-z]{1,3})){0,2}",
    );
    ((0u64..4, 0u64..4, 0u64..4), pre).prop_map(|((a, b, c), pre)| match pre {
        Some(pre) => format!("{a}.{b}.{c}-{pre}"),
        None => format!("{a}.{b}.{c}"),
    })
}

proptest! {
    #[test]
    fn order_is_total(a in version_text(), b in version_text(), c in version_text()) {
        let (a, b, c) = (name(&a), name(&b), name(&c));
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert_eq!(compare(&a, &b) == Ordering::Equal, a == b);
        if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
            prop_assert!(compare(&a, &c).is_le());
        }
    }

    #[test]
    fn canonical_is_a_fixed_point(text in version_text()) {
        let (version, cut) = canonical(&text).unwrap();
        prop_assert_eq!(version.as_str(), text.as_str());
        prop_assert!(!cut);
    }

    #[test]
    fn any_text_is_answered(text in ".{0,40}") {
        let _ = canonical(&text);
        prop_assert_eq!(compare(&name(&text), &name(&text)), Ordering::Equal);
    }
}
