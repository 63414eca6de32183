use super::*;

#[test]
fn names_are_kept_as_written() {
    let long = "a".repeat(MAX_LENGTH);
    for text in [
        "rack",
        "Rack",
        "a",
        "7zip",
        "net-http2",
        "a.b_c-d",
        "a--1",
        "a.gems",
        "gem",
        "x-1.0",
        &long,
    ] {
        let name = GemName::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(name.as_str(), text);
        assert_eq!(name.to_string(), text);
        assert_eq!(name.lower(), text.to_lowercase());
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<GemName>(&json).unwrap(), name);
    }
    assert_ne!(
        GemName::parse("Rack").unwrap(),
        GemName::parse("rack").unwrap()
    );
}

#[test]
fn what_is_no_name_is_refused() {
    let long = "a".repeat(MAX_LENGTH + 1);
    for (text, reason) in [
        ("", Reason::Empty),
        (&*long, Reason::TooLong),
        ("../x", Reason::Characters),
        ("a b", Reason::Characters),
        ("a\n", Reason::Characters),
        ("a/b", Reason::Characters),
        ("a\0", Reason::Characters),
        ("é", Reason::Characters),
        ("a+b", Reason::Characters),
        ("123", Reason::NoLetter),
        ("1.0-2", Reason::NoLetter),
        ("..", Reason::NoLetter),
        (".a", Reason::Ends),
        ("-a", Reason::Ends),
        ("_a", Reason::Ends),
        ("a.", Reason::Ends),
        ("a-", Reason::Ends),
        ("a_", Reason::Ends),
        ("a.gem", Reason::Ending),
        ("a.JSON", Reason::Ending),
        ("a.html", Reason::Ending),
        ("a.b.gemspec", Reason::Ending),
    ] {
        assert_eq!(GemName::parse(text).unwrap_err().reason, reason, "{text:?}");
    }
    assert_eq!(
        GemName::parse("a.gem").unwrap_err().to_string(),
        "\"a.gem\" is not a gem name: it must not end in .gem, .json, .html or .gemspec"
    );
    let endless = GemName::parse(&"é".repeat(1_000_000)).unwrap_err();
    assert_eq!(endless.reason, Reason::TooLong);
    assert!(endless.to_string().len() < 300);
    assert!(serde_json::from_str::<GemName>("\"../x\"").is_err());
}
