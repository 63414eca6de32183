use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn numbers_are_kept_as_written() {
    for text in [
        "0",
        "1",
        "1.0",
        "01.002",
        "1.0.a",
        "1.0.0.beta10",
        "1.A.b2c3",
        "1.10",
    ] {
        assert_eq!(number(text).as_str(), text);
        assert_eq!(number(text).to_string(), text);
        let json = serde_json::to_string(&number(text)).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Number>(&json).unwrap(), number(text));
    }
    assert_ne!(number("1.0"), number("1.0.0"));
    assert!(serde_json::from_str::<Number>("\"1.\"").is_err());
}

#[test]
fn what_is_no_number_is_refused() {
    let long = "1".repeat(MAX_LENGTH + 1);
    for (text, reason) in [
        ("", Reason::Empty),
        (&*long, Reason::TooLong),
        ("1.0-1", Reason::Hyphen),
        ("1.0-beta.2", Reason::Hyphen),
        ("a", Reason::Parts),
        ("1a", Reason::Parts),
        ("v1.0", Reason::Parts),
        (".1", Reason::Parts),
        ("1.", Reason::Parts),
        ("1..2", Reason::Parts),
        ("1.0-", Reason::Parts),
        ("-1", Reason::Parts),
        (" 1.0", Reason::Parts),
        ("1.0\n", Reason::Parts),
        ("1.0_1", Reason::Parts),
        ("1.0+1", Reason::Parts),
        ("1.é", Reason::Parts),
        ("１", Reason::Parts),
        ("1.0/../2", Reason::Parts),
    ] {
        assert_eq!(Number::parse(text).unwrap_err().reason, reason, "{text:?}");
    }
    assert_eq!(
        Number::parse("1.0-1").unwrap_err().to_string(),
        "\"1.0-1\" is not a gem version: it must not have a hyphen: write .pre. instead, as \
         clients read it"
    );
    let endless = Number::parse(&"1".repeat(1_000_000)).unwrap_err();
    assert!(endless.to_string().len() < 200);
}

#[test]
fn canonical_texts_are_as_clients_find_them() {
    for (text, canonical) in [
        ("0", "0"),
        ("0.0.0", "0"),
        ("00", "0"),
        ("1", "1"),
        ("1.0.0", "1"),
        ("10.0", "10"),
        ("01.020", "1.20"),
        ("1.0.1", "1.0.1"),
        ("1.0.a", "1.a"),
        ("1.a", "1.a"),
        ("1.0a", "1.a"),
        ("0.a", "0.a"),
        ("0.0.b1", "0.b.1"),
        ("1.0.a10", "1.a.10"),
        ("1.0.a.0.0", "1.a"),
        ("1.a.0.b", "1.a.0.b"),
        ("1.0.0.rc1.0", "1.rc.1"),
        ("1.100.pre.00", "1.100.pre"),
    ] {
        assert_eq!(order::canonical(text), canonical, "{text}");
    }
    assert_eq!(number("1.0.a").canonical(), number("1.a").canonical());
}

#[test]
fn numbers_are_ordered() {
    // Lines are in order; what stands on one line is the same to clients.
    let ordered: [&[&str]; 22] = [
        &["0.a", "0.0.a"],
        &["0", "0.0", "00.0.0"],
        &["0.9"],
        &["1.0.B"],
        &["1.0.a.0.b"],
        &["1.0.a", "1.a", "1.a.0"],
        &["1.0.a1", "1.0.a.1", "1.0.a01"],
        &["1.0.a2"],
        &["1.0.a10"],
        &["1.0.0.beta", "1.beta"],
        &["1.0.pre"],
        &["1.0.pre.1", "1.pre1"],
        &["1.0.rc1"],
        &["1.0", "1", "1.0.0"],
        &["1.0.1.a"],
        &["1.0.1"],
        &["1.9"],
        &["1.10", "1.010"],
        &["1.99999999999999999999999"],
        &["1.100000000000000000000000"],
        &["2.a"],
        &["20161231235959"],
    ];
    for (i, line) in ordered.iter().enumerate() {
        for (j, other) in ordered.iter().enumerate() {
            for (a, b) in line.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                assert_eq!(number(a).compare(&number(b)), i.cmp(&j), "{a} and {b}");
            }
        }
    }
}

#[test]
fn a_letter_makes_a_prerelease() {
    for text in ["1.a", "1.0.0.Z", "1.pre.1"] {
        assert!(number(text).is_prerelease(), "{text}");
    }
    assert!(!number("1.0.20").is_prerelease());
}

#[test]
fn releases_and_the_next_ones() {
    for (text, release, bumped) in [
        ("1", "1", "2"),
        ("1.5", "1.5", "2"),
        ("1.5.3", "1.5.3", "1.6"),
        ("1.9.0.a", "1.9.0", "1.10"),
        ("1.0a.b", "1.0", "2"),
        ("0.a", "0", "1"),
        ("9.9", "9.9", "10"),
        ("1.09.1", "1.09.1", "1.10"),
        (
            "1.99999999999999999999.0",
            "1.99999999999999999999.0",
            "1.100000000000000000000",
        ),
    ] {
        assert_eq!(order::release(text), release, "{text}");
        assert_eq!(order::bumped(text), bumped, "{text}");
    }
    assert_eq!(number("2.0.rc1").release(), number("2.0"));
    assert_eq!(number("2.0.rc1").bumped(), number("3"));
}

fn any_number() -> impl Strategy<Value = Number> {
    let part = prop_oneof![3 => "0{1,2}", 3 => "[0-3]{1,2}", 2 => "[ab]", 2 => "[0-2aB]{1,4}"];
    ("[0-2]{1,2}", prop::collection::vec(part, 0..5)).prop_map(|(first, parts)| {
        let text = std::iter::once(first).chain(parts).collect::<Vec<_>>();
        number(&text.join("."))
    })
}

proptest! {
    #[test]
    fn the_order_is_total(a in any_number(), b in any_number(), c in any_number()) {
        prop_assert_eq!(a.compare(&a), Ordering::Equal);
        prop_assert_eq!(a.compare(&b), b.compare(&a).reverse());
        let mut sorted = [a, b, c];
        sorted.sort_by(Number::compare);
        prop_assert!(sorted[0].compare(&sorted[1]).is_le());
        prop_assert!(sorted[1].compare(&sorted[2]).is_le());
        prop_assert!(sorted[0].compare(&sorted[2]).is_le());
        if sorted[0].compare(&sorted[2]).is_eq() {
            prop_assert!(sorted[0].compare(&sorted[1]).is_eq());
        }
    }

    #[test]
    fn canonical_texts_agree_exactly_when_numbers_do(a in any_number(), b in any_number()) {
        prop_assert_eq!(a.canonical() == b.canonical(), a.compare(&b).is_eq());
    }

    #[test]
    fn a_canonical_text_is_the_same_version(a in any_number()) {
        let canonical = number(&a.canonical());
        prop_assert_eq!(canonical.compare(&a), Ordering::Equal);
        prop_assert_eq!(canonical.canonical(), canonical.as_str());
    }

    #[test]
    fn a_bumped_release_is_above(a in any_number()) {
        prop_assert!(a.release().compare(&a).is_ge());
        prop_assert!(a.bumped().compare(&a.release()).is_gt());
    }

    #[test]
    fn no_text_does_harm(text in any::<String>()) {
        if let Ok(number) = Number::parse(&text) {
            prop_assert_eq!(number.as_str(), text);
        }
    }
}
