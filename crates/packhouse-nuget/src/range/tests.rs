use proptest::prelude::*;

use super::*;
use crate::version::tests::any_version;

fn range(text: &str) -> VersionRange {
    VersionRange::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn ranges_have_one_normal_form() {
    for (text, normal) in [
        ("", "(, )"),
        (" ", "(, )"),
        ("(, )", "(, )"),
        ("[ ,]", "(, )"),
        ("1.0", "[1.0.0, )"),
        (" 1 ", "[1.0.0, )"),
        ("1.0-RC", "[1.0.0-RC, )"),
        ("[1.0]", "[1.0.0, 1.0.0]"),
        ("[ 1.0 ]", "[1.0.0, 1.0.0]"),
        ("[1.0,1.0.0.0]", "[1.0.0, 1.0.0]"),
        ("[1.0,)", "[1.0.0, )"),
        ("[1.0,]", "[1.0.0, )"),
        ("(1.0,)", "(1.0.0, )"),
        ("(,1.0]", "(, 1.0.0]"),
        ("[,1.0)", "(, 1.0.0)"),
        ("(1.0, 2.0]", "(1.0.0, 2.0.0]"),
        ("[1.0,2.0)", "[1.0.0, 2.0.0)"),
        (" [ 1.0.0.1 , 2.0-a.1 ] ", "[1.0.0.1, 2.0.0-a.1]"),
        ("[1.0-a,1.0]", "[1.0.0-a, 1.0.0]"),
    ] {
        assert_eq!(range(text).to_string(), normal, "{text:?}");
        assert_eq!(range(normal), range(text));
        assert_eq!(VersionRange::parse_lenient(text), range(text));
        assert_eq!(range(text).is_any(), normal == "(, )");
    }
}

#[test]
fn what_is_no_range_is_refused_and_read_as_every_version() {
    let long = format!("[1.0,{}2.0]", " ".repeat(MAX_LENGTH));
    for (text, reason) in [
        (&*long, Reason::TooLong),
        ("*", Reason::Floating),
        ("1.*", Reason::Floating),
        ("[1.0-*,2.0)", Reason::Floating),
        ("(1.0", Reason::Brackets),
        ("1.0]", Reason::Brackets),
        ("[", Reason::Brackets),
        (
            "]1.0[",
            Reason::Version(Version::parse("]1.0[").unwrap_err()),
        ),
        ("(,)", Reason::Parts),
        ("[]", Reason::Parts),
        ("( )", Reason::Parts),
        ("[1.0,2.0,3.0]", Reason::Parts),
        ("(1.0)", Reason::Single),
        ("[1.0)", Reason::Single),
        ("(1.0]", Reason::Single),
        ("[1,0]", Reason::Nothing),
        ("[1.0,1.0)", Reason::Nothing),
        ("(1.0,1.0]", Reason::Nothing),
        ("(1.0,1.0)", Reason::Nothing),
        ("[1.0,1.0-a]", Reason::Nothing),
        ("x", Reason::Version(Version::parse("x").unwrap_err())),
        (
            "1.0,2.0",
            Reason::Version(Version::parse("1.0,2.0").unwrap_err()),
        ),
        ("[1.0,x]", Reason::Version(Version::parse("x").unwrap_err())),
    ] {
        assert_eq!(
            VersionRange::parse(text).unwrap_err().reason,
            reason,
            "{text:?}"
        );
        assert!(VersionRange::parse_lenient(text).is_any(), "{text:?}");
    }
    assert_eq!(
        VersionRange::parse("[1.0,2.0+x]").unwrap_err().reason,
        Reason::Metadata
    );
    let lenient = VersionRange::parse_lenient("[1.0,2.0+x]");
    assert_eq!(lenient.to_string(), "[1.0.0, 2.0.0]");
    assert!(lenient.is_semver2());
    assert_eq!(
        VersionRange::parse("1.*").unwrap_err().to_string(),
        "\"1.*\" is not a version range: a floating version belongs in a project: write the \
         lowest version that will do"
    );
}

#[test]
fn ranges_contain_what_lies_between_their_ends() {
    for (text, inside, outside) in [
        ("", &["0", "1.0-a", "99"][..], &[][..]),
        ("1.0", &["1", "1.0.0+x", "2", "2.0-a"], &["0.9", "1.0-a"]),
        (
            "(1.0,2.0]",
            &["1.0.0.1", "2", "2-a"],
            &["1", "1-z", "2.0.1"],
        ),
        ("[1.0]", &["1.0.0.0"], &["1.0.0.1", "1.0-a"]),
        ("(,1.0-B)", &["1.0-a"], &["1.0-b", "1.0"]),
    ] {
        for version in inside {
            let version = Version::parse(version).unwrap();
            assert!(range(text).contains(&version), "{version} in {text}");
        }
        for version in outside {
            let version = Version::parse(version).unwrap();
            assert!(!range(text).contains(&version), "{version} in {text}");
        }
    }
}

#[test]
fn ends_decide_who_can_read_a_range() {
    assert!(!range("[1.0-a,2.0]").is_semver2());
    assert!(range("[1.0,2.0-a.1]").is_semver2());
    assert!(range("1.0-a.1").is_semver2());
    assert!(!range("").is_semver2());
    assert_eq!(range("(1.0,]").min().map(|min| min.inclusive), Some(false));
    assert_eq!(range("(1.0,]").max(), None);
}

#[test]
fn ranges_are_stored_as_text() {
    let stored = serde_json::to_string(&range("[1.0,2)")).unwrap();
    assert_eq!(stored, "\"[1.0.0, 2.0.0)\"");
    assert_eq!(
        serde_json::from_str::<VersionRange>(&stored).unwrap(),
        range("[1.0,2)")
    );
}

fn any_range() -> impl Strategy<Value = VersionRange> {
    let bound = || {
        let bound = (any_version(), any::<bool>());
        prop::option::of(bound.prop_map(|(version, inclusive)| Bound {
            // Bounds that are written down have no metadata.
            version: Version::parse(&version.normalized()).unwrap(),
            inclusive,
        }))
    };
    (bound(), bound())
        .prop_map(|(min, max)| VersionRange { min, max })
        .prop_filter("nothing between its ends", |range| {
            VersionRange::parse(&range.to_string()).is_ok()
        })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(range in any_range(), version in any_version()) {
        let read = VersionRange::parse(&range.to_string()).unwrap();
        prop_assert_eq!(&read, &range);
        prop_assert_eq!(read.to_string(), range.to_string());
        prop_assert_eq!(read.contains(&version), range.contains(&version));
        prop_assert_eq!(read.is_semver2(), range.is_semver2());
    }

    #[test]
    fn a_range_between_two_versions_has_them_as_it_says(
        a in any_version(), b in any_version(), low in any::<bool>(), high in any::<bool>(),
    ) {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        let open = if low { '[' } else { '(' };
        let close = if high { ']' } else { ')' };
        match VersionRange::parse(&format!("{open}{a},{b}{close}")) {
            Ok(range) => {
                prop_assert_eq!(range.contains(&a), low);
                prop_assert_eq!(range.contains(&b), high);
            }
            Err(error) => {
                prop_assert_eq!(error.reason, Reason::Nothing);
                prop_assert!(a == b && !(low && high));
            }
        }
    }

    #[test]
    fn no_text_panics(text in "[\\[(]?[0-9.,a* -]{0,20}[\\])]?|.{0,80}") {
        let lenient = VersionRange::parse_lenient(&text);
        if let Ok(range) = VersionRange::parse(&text) {
            prop_assert_eq!(range, lenient);
        }
    }
}
