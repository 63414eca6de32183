use proptest::prelude::*;

use super::*;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn versions_are_normalised() {
    for (text, normalized) in [
        ("1", "1.0.0"),
        ("1.0", "1.0.0"),
        ("1.0.0.0", "1.0.0"),
        ("01.2.03", "1.2.3"),
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3.04", "1.2.3.4"),
        ("1.0.0-RC+5", "1.0.0-RC"),
        (" 1.0.0 \r\n", "1.0.0"),
        ("1.0-beta01", "1.0.0-beta01"),
        ("1.0-0a", "1.0.0-0a"),
        ("1.0-0", "1.0.0-0"),
        ("1.0-a--b.-", "1.0.0-a--b.-"),
        ("1.0--5", "1.0.0--5"),
        ("1.0.0.1-x.1+01.a-b", "1.0.0.1-x.1"),
        ("2147483647.0.0.2147483647", "2147483647.0.0.2147483647"),
        ("000000000000000001.0", "1.0.0"),
    ] {
        assert_eq!(version(text).normalized(), normalized, "{text}");
        assert_eq!(version(text).to_string(), normalized);
        assert_eq!(version(text).lower(), normalized.to_lowercase());
    }
    assert_eq!(version("1.0-RC+Build.01").full(), "1.0.0-RC+Build.01");
    assert_eq!(version("1.0-RC+Build.01").metadata(), Some("Build.01"));
    assert_eq!(version("1.0-RC").full(), "1.0.0-RC");
}

#[test]
fn what_is_no_version_is_refused() {
    let long = format!("1.0.0-{}", "a".repeat(MAX_LENGTH));
    let grows = format!("1-{}", "a".repeat(MAX_LENGTH - 2));
    for (text, reason) in [
        ("", Reason::Empty),
        (" \t", Reason::Empty),
        (&*long, Reason::TooLong),
        (&*grows, Reason::TooLong),
        ("a", Reason::Numbers),
        ("v1.0", Reason::Numbers),
        (".1", Reason::Numbers),
        ("1.", Reason::Numbers),
        ("1..2", Reason::Numbers),
        ("1.2.3.4.5", Reason::Numbers),
        ("1. 2", Reason::Numbers),
        ("1.+2", Reason::Numbers),
        ("-1.0", Reason::Numbers),
        ("+1.0", Reason::Numbers),
        ("1.*", Reason::Numbers),
        ("1.0 -a", Reason::Numbers),
        ("１.0", Reason::Numbers),
        ("2147483648.0", Reason::NumberTooLarge),
        ("1.99999999999999999999", Reason::NumberTooLarge),
        ("1.0-", Reason::Label),
        ("1.0-a.", Reason::Label),
        ("1.0-.a", Reason::Label),
        ("1.0-a..b", Reason::Label),
        ("1.0-a_b", Reason::Label),
        ("1.0-é", Reason::Label),
        ("1.0-*", Reason::Label),
        ("1.0-+a", Reason::Label),
        ("1.0-01", Reason::LeadingZero),
        ("1.0-beta.01", Reason::LeadingZero),
        ("1.0-00", Reason::LeadingZero),
        ("1.0+", Reason::Metadata),
        ("1.0+a..b", Reason::Metadata),
        ("1.0+a+b", Reason::Metadata),
        ("1.0-a+", Reason::Metadata),
        ("1.0+a b", Reason::Metadata),
    ] {
        let error = Version::parse(text).unwrap_err();
        assert_eq!(error.reason, reason, "{text:?}");
    }
    assert_eq!(
        Version::parse("1.0-\n").unwrap_err().to_string(),
        "\"1.0-\\n\" is not a version: labels after the - are letters, digits and hyphens, with \
         dots between them"
    );
    let endless = Version::parse(&"1".repeat(1_000_000)).unwrap_err();
    assert!(endless.to_string().len() < 200);
}

#[test]
fn versions_are_told_apart_without_case_and_metadata() {
    for (a, b) in [
        ("1.0.0+a", "1.0.0+b"),
        ("1.0", "1.0.0.0"),
        ("1.0-RC.1", "1.0.0-rc.1+x"),
    ] {
        assert_eq!(version(a), version(b));
        assert_eq!(version(a).lower(), version(b).lower());
        assert_eq!(version(a).cmp(&version(b)), Ordering::Equal);
    }
    assert_ne!(version("1.0-a"), version("1.0-b"));
    assert_ne!(version("1.0.0.1"), version("1.0"));
}

#[test]
fn versions_are_ordered() {
    let ordered = [
        "0.0.0-0",
        "0",
        "0.0.0.1",
        "1.0.0--5",
        "1.0.0--0",
        "1.0.0-0",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-10.a",
        "1.0.0-2147483647",
        // The next label is no 32-bit integer, so it is text: `-` and digits before letters.
        "1.0.0--",
        "1.0.0--2147483649",
        "1.0.0-2147483648",
        "1.0.0-99999999999",
        "1.0.0-alpha",
        "1.0.0-ALPHA.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        // Labels are compared one by one: `beta` with `beta-1`.
        "1.0.0-BETA-1",
        "1.0.0-beta1",
        "1.0.0-beta11",
        "1.0.0-beta2",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.0.1-a",
        "1.0.0.1",
        "1.0.1",
        "1.0.10",
        "1.2",
        "1.10",
        "2-a",
        "2",
        "10",
    ];
    let mut sorted: Vec<Version> = ordered.iter().rev().map(|text| version(text)).collect();
    sorted.sort();
    let expected: Vec<Version> = ordered.iter().map(|text| version(text)).collect();
    assert_eq!(sorted, expected);
}

#[test]
fn labels_that_are_one_number_are_still_two_versions() {
    let (a, b) = (version("1.0-x.-1"), version("1.0-x.-01"));
    assert_eq!(order::precedence(&a, &b), Ordering::Equal);
    assert_ne!(a, b);
    assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
    assert_ne!(a.cmp(&b), Ordering::Equal);
}

#[test]
fn kinds_of_versions_are_told() {
    for (text, prerelease, semver2) in [
        ("1.0", false, false),
        ("1.0.0.4", false, false),
        ("1.0-a", true, false),
        ("1.0-a-b1", true, false),
        ("1.0-a.1", true, true),
        ("1.0+a", false, true),
        ("1.0-a+b", true, true),
    ] {
        assert_eq!(version(text).is_prerelease(), prerelease, "{text}");
        assert_eq!(version(text).is_semver2(), semver2, "{text}");
    }
}

#[test]
fn versions_are_stored_as_text() {
    let stored = serde_json::to_string(&version("1.0-RC.1+x")).unwrap();
    assert_eq!(stored, "\"1.0.0-RC.1+x\"");
    let read: Version = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.full(), "1.0.0-RC.1+x");
    assert!(serde_json::from_str::<Version>("\"x\"").is_err());
}

/// Makes versions that often differ in little.
pub(crate) fn any_version() -> impl Strategy<Value = Version> {
    let number = "[0-2]|1[01]|2147483647";
    let label = "-?[0-2]|-?1[0-2]|0a|-0[01]?|[aAbB-]{1,2}|21474836(47|48)|-21474836(48|49)";
    (
        prop::collection::vec(number, 1..=4),
        prop::collection::vec(label, 0..=3),
        prop::option::of("[0a]{1,2}"),
    )
        .prop_map(|(numbers, labels, metadata)| {
            let mut text = numbers.join(".");
            if !labels.is_empty() {
                text = format!("{text}-{}", labels.join("."));
            }
            if let Some(metadata) = metadata {
                text = format!("{text}+{metadata}");
            }
            text
        })
        .prop_filter_map("too long", |text| Version::parse(&text).ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_order_is_total(a in any_version(), b in any_version(), c in any_version()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
        prop_assert_eq!(a == b, a.lower() == b.lower());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        let precedence = order::precedence;
        if precedence(&a, &b).is_le() && precedence(&b, &c).is_le() {
            prop_assert!(precedence(&a, &c).is_le());
        }
    }

    #[test]
    fn what_is_written_reads_back(a in any_version()) {
        for text in [a.normalized(), a.full(), a.lower(), format!(" {} ", a.full().to_uppercase())] {
            prop_assert_eq!(&version(&text), &a);
        }
        prop_assert_eq!(version(&a.full()).full(), a.full());
        prop_assert_eq!(version(&a.normalized()).normalized(), a.normalized());
    }

    #[test]
    fn no_text_panics(text in "[0-9.+a* -]{0,20}|.{0,80}") {
        if let Ok(version) = Version::parse(&text) {
            prop_assert!(version.full().len() <= MAX_LENGTH);
        }
    }
}
