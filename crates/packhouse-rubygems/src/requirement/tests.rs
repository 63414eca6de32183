use super::*;

fn requirement(texts: &[&str]) -> Requirement {
    let constraint =
        |text: &&str| Constraint::parse(text).unwrap_or_else(|error| panic!("{error}"));
    Requirement::new(texts.iter().map(constraint).collect())
}

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

#[test]
fn constraints_are_read() {
    for (text, shown) in [
        (">= 1.0", ">= 1.0"),
        ("~>1.2", "~> 1.2"),
        ("!=  1.0.a", "!= 1.0.a"),
        (" < 2 \n", "< 2"),
        ("<=3", "<= 3"),
        ("> 3", "> 3"),
        ("= 1", "= 1"),
        ("1.10", "= 1.10"),
    ] {
        let constraint = Constraint::parse(text).unwrap();
        assert_eq!(constraint.to_string(), shown, "{text:?}");
        assert_eq!(Constraint::parse(shown).unwrap(), constraint);
        assert_eq!(Requirement::parse_one(text).unwrap().to_string(), shown);
    }
    for text in [
        "",
        ">=",
        "=> 1",
        "== 1",
        "~ 1",
        "~> 1, >= 2",
        ">= a",
        ">= 1-2",
        "^1",
    ] {
        assert!(Constraint::parse(text).is_err(), "{text:?}");
        assert!(Requirement::parse_one(text).is_err(), "{text:?}");
    }
    assert_eq!(
        Constraint::parse("=> 1").unwrap_err().to_string(),
        "\"=> 1\" is not a requirement: \"> 1\" is not a gem version: it is a number, then \
         letters and digits, with dots between its parts"
    );
    for op in Op::ALL {
        assert_eq!(Op::parse(op.as_str()), Some(op));
    }
    assert_eq!(Op::parse("=>"), None);
    assert_eq!(Op::parse(""), None);
}

#[test]
fn requirements_are_kept_as_written() {
    let two = requirement(&["~> 2.0", ">= 2.0.1"]);
    assert_eq!(two.to_string(), "~> 2.0, >= 2.0.1");
    assert_eq!(two.constraints().len(), 2);
    let json = serde_json::to_string(&two).unwrap();
    assert_eq!(json, r#"["~> 2.0",">= 2.0.1"]"#);
    assert_eq!(serde_json::from_str::<Requirement>(&json).unwrap(), two);
    assert!(serde_json::from_str::<Requirement>(r#"["~> x"]"#).is_err());
}

#[test]
fn nothing_required_is_any_version() {
    for any in [Requirement::any(), requirement(&[]), Requirement::default()] {
        assert!(any.is_any());
        assert_eq!(any.to_string(), ">= 0");
        assert!(any.matches(&number("0")));
    }
    assert_eq!(
        serde_json::from_str::<Requirement>("[]").unwrap(),
        Requirement::any()
    );
    for other in ["> 0", ">= 0.0", ">= 0.a", "= 0"] {
        assert!(!requirement(&[other]).is_any(), "{other}");
    }
    assert!(!requirement(&[">= 0", ">= 0"]).is_any());
}

#[test]
fn versions_match_as_clients_find() {
    for (required, inside, outside) in [
        ("= 1.0", &["1", "1.0.0"][..], &["1.0.1", "1.0.a"][..]),
        ("!= 1.0", &["1.1", "1.0.a"], &["1", "1.0.0"]),
        ("> 1.0", &["1.0.1", "2.a"], &["1.0", "1.0.0.a"]),
        ("< 1.0", &["0.9", "1.0.a"], &["1", "1.1"]),
        (">= 1.0", &["1", "1.1.a"], &["1.0.a", "0.9"]),
        ("<= 1.0", &["1", "1.0.a"], &["1.0.1", "1.1.a"]),
        (
            "~> 1",
            &["1", "1.9.9", "1.9.a"],
            &["2", "2.a", "0.9", "1.a"],
        ),
        (
            "~> 1.2",
            &["1.2", "1.10", "1.99.z"],
            &["1.1", "2.0", "2.0.a"],
        ),
        (
            "~> 1.2.3",
            &["1.2.3", "1.2.10"],
            &["1.2.2", "1.3", "1.3.a", "1.2.3.a"],
        ),
        (
            "~> 1.2.0.a",
            &["1.2.0.a", "1.2", "1.2.5"],
            &["1.2.0.A", "1.3.a"],
        ),
        ("~> 0", &["0", "0.5"], &["1", "1.a", "0.a"]),
    ] {
        let requirement = requirement(&[required]);
        for text in inside {
            assert!(requirement.matches(&number(text)), "{text} {required}");
        }
        for text in outside {
            assert!(!requirement.matches(&number(text)), "{text} {required}");
        }
    }
    let both = requirement(&["~> 2.0", "!= 2.1"]);
    assert!(both.matches(&number("2.2")));
    assert!(!both.matches(&number("2.1")));
    assert!(!both.matches(&number("3")));
}
