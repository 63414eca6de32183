use super::*;

#[test]
fn ids_are_words_with_dots_or_hyphens_between() {
    let longest = "a".repeat(MAX_LENGTH);
    for text in [
        "A",
        "0",
        "_",
        "Newtonsoft.Json",
        "a-b.c_d-1",
        "__a__",
        &longest,
    ] {
        let id = PackageId::parse(text).unwrap();
        assert_eq!(id.as_str(), text);
        assert_eq!(id.lower(), text.to_lowercase());
        assert_eq!(id, PackageId::parse(&text.to_uppercase()).unwrap());
        assert_eq!(PackageId::parse_dependency(text).unwrap(), id);
    }
    let too_long = "a".repeat(MAX_LENGTH + 1);
    for (text, reason) in [
        ("", Reason::Empty),
        (&*too_long, Reason::TooLong { max: MAX_LENGTH }),
        ("$id$", Reason::Placeholder),
        ("$ID$", Reason::Placeholder),
        (".a", Reason::Characters),
        ("a.", Reason::Characters),
        ("a..b", Reason::Characters),
        ("a.-b", Reason::Characters),
        ("-a", Reason::Characters),
        ("a b", Reason::Characters),
        (" a", Reason::Characters),
        ("a/b", Reason::Characters),
        ("a\\b", Reason::Characters),
        ("..", Reason::Characters),
        ("a+b", Reason::Characters),
        ("é", Reason::Characters),
        ("\u{212a}", Reason::Characters),
        ("a\0", Reason::Characters),
    ] {
        assert_eq!(
            PackageId::parse(text).unwrap_err().reason,
            reason,
            "{text:?}"
        );
    }
}

#[test]
fn what_is_depended_on_may_have_a_longer_id() {
    let longest = "a".repeat(MAX_DEPENDENCY_LENGTH);
    let id = PackageId::parse_dependency(&longest).unwrap();
    let stored = serde_json::to_string(&id).unwrap();
    assert_eq!(serde_json::from_str::<PackageId>(&stored).unwrap(), id);
    let error = PackageId::parse_dependency(&format!("{longest}a")).unwrap_err();
    assert_eq!(
        error.reason,
        Reason::TooLong {
            max: MAX_DEPENDENCY_LENGTH
        }
    );
}

#[test]
fn messages_name_a_printable_part_of_the_text() {
    let error = PackageId::parse("a\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"a\\n\" is not a package id: it is made of words of ASCII letters, digits and \
         underscores, with single dots or hyphens between them"
    );
    let error = PackageId::parse(&"x".repeat(1_000_000)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "\"{}\"… is not a package id: it has more than 100 characters",
            "x".repeat(80)
        )
    );
}
