use proptest::prelude::*;

use super::*;
use crate::odata::{MAX_CLAUSES, MAX_DEPTH, MAX_OPTION};

struct Package {
    texts: Vec<(Property, &'static str)>,
    flags: Vec<Flag>,
}

impl Record for Package {
    fn text(&self, property: Property) -> Option<Cow<'_, str>> {
        let found = self.texts.iter().find(|(name, _)| *name == property);
        found.map(|(_, text)| Cow::Borrowed(*text))
    }

    fn flag(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }
}

fn package() -> Package {
    Package {
        texts: vec![
            (Property::Id, "Acme.Lib"),
            (Property::Version, "1.0.0-RC"),
            (Property::NormalizedVersion, "1.0.0-RC"),
            (Property::Description, "It's a Library"),
            (Property::Tags, "cat dog"),
        ],
        flags: vec![Flag::IsAbsoluteLatestVersion, Flag::IsPrerelease],
    }
}

fn matches(filter: &str) -> bool {
    let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    filter.matches(&package())
}

#[test]
fn conditions_hold_or_do_not() {
    for (filter, holds) in [
        ("Id eq 'acme.lib'", true),
        ("'ACME.LIB' eq Id", true),
        ("tolower(Id) eq 'acme.lib'", true),
        (
            "(tolower(Id) eq 'acme.lib') and IsAbsoluteLatestVersion",
            true,
        ),
        ("(tolower(Id) eq 'acme.lib') and IsLatestVersion", false),
        ("Id ne 'acme.lib'", false),
        ("Id ne 'other'", true),
        ("Id eq 'acme'", false),
        ("Version eq '1.0-rc'", true),
        (
            "(tolower(Id) eq 'acme.lib') and (NormalizedVersion eq '1.0.0-rc')",
            true,
        ),
        ("Version eq '1.0'", false),
        ("Version eq 'x'", false),
        ("Id eq '1.0'", false),
        ("substringof('lib',tolower(Id))", true),
        ("substringof('LIB', Id)", true),
        ("substringof('libs',Id)", false),
        ("substringof('it''s a',Description)", true),
        ("substringof(' cat ',tolower(Tags))", true),
        ("substringof(' dog ',Tags)", true),
        ("substringof(' ca ',Tags)", false),
        ("substringof('x',Title)", false),
        ("startswith(tolower(Id),'acme')", true),
        ("startswith(Id,'lib')", false),
        ("endswith(Id,'.LIB')", true),
        ("endswith(toupper(Id),'acme')", false),
        ("Id ne null", true),
        ("Title ne null", false),
        ("Title eq null", true),
        ("Title eq ''", false),
        ("null eq null", true),
        ("IsPrerelease", true),
        ("not IsPrerelease", false),
        ("IsPrerelease eq true", true),
        ("IsPrerelease eq false", false),
        ("false ne IsPrerelease", true),
        ("substringof('lib',Id) eq true", true),
        ("IsPrerelease eq IsLatestVersion", false),
        ("IsPrerelease ne IsLatestVersion", true),
        ("true", true),
        ("not not false", false),
        // `and` before `or`, `not` before both.
        ("true or true and false", true),
        ("(true or true) and false", false),
        ("not false and false", false),
        ("not (false and false)", true),
        ("not IsLatestVersion eq true", true),
        (
            "((((Id ne null) and substringof('cat',tolower(Id))) or ((Description ne null) and \
             substringof('cat',tolower(Description)))) or ((Tags ne null) and \
             substringof(' cat ',tolower(Tags)))) and IsAbsoluteLatestVersion",
            true,
        ),
        ("  ( Id   eq 'acme.lib' )  ", true),
    ] {
        assert_eq!(matches(filter), holds, "{filter}");
    }
}

#[test]
fn what_is_not_known_is_named() {
    for (filter, message) in [
        ("", "a condition is expected where \"the end\" stands"),
        ("Owner eq 'x'", "the property \"Owner\" is not known here"),
        ("id eq 'x'", "the property \"id\" is not known here"),
        ("IsLatest", "the property \"IsLatest\" is not known here"),
        (
            "contains(Id,'x')",
            "the function \"contains\" is not known here",
        ),
        (
            "length(Id) eq 1",
            "the function \"length\" is not known here",
        ),
        ("Id gt 'x'", "the operator \"gt\" is not known here"),
        ("Id", "a condition is expected where \"Id\" stands"),
        ("'x'", "a condition is expected where \"x\" stands"),
        ("null", "a condition is expected where \"null\" stands"),
        ("Id eq", "a condition is expected where \"the end\" stands"),
        (
            "Id eq true",
            "a text is expected where \"a condition\" stands",
        ),
        ("true eq Id", "a condition is expected where \"Id\" stands"),
        ("Id eq 5", "the property \"5\" is not known here"),
        (
            "Id eq 'x",
            "a text that begins with ' does not end with one",
        ),
        (
            "Id eq 'x''",
            "a text that begins with ' does not end with one",
        ),
        (
            "(true",
            "a closing parenthesis is expected where \"the end\" stands",
        ),
        ("true)", "the end is expected where \")\" stands"),
        ("true true", "the end is expected where \"true\" stands"),
        ("true AND true", "the end is expected where \"AND\" stands"),
        (
            "true and",
            "a condition is expected where \"the end\" stands",
        ),
        ("Id and true", "a condition is expected where \"Id\" stands"),
        (
            "substringof('x')",
            "a second argument is expected where \")\" stands",
        ),
        (
            "substringof('x',Id,Id)",
            "a closing parenthesis is expected where \",\" stands",
        ),
        (
            "substringof(true,Id)",
            "a text is expected where \"a condition\" stands",
        ),
        (
            "tolower(Id,Id)",
            "a closing parenthesis is expected where \",\" stands",
        ),
        ("tolower()", "a condition is expected where \")\" stands"),
        (
            "Id eq 'a' eq 'b'",
            "the end is expected where \"eq\" stands",
        ),
    ] {
        let error = Filter::parse(filter).unwrap_err();
        assert_eq!(error.to_string(), message, "{filter}");
    }
}

#[test]
fn limits_hold() {
    let nested = |depth: usize| format!("{}true{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(Filter::parse(&nested(MAX_DEPTH)), Err(ODataError::TooDeep));
    let not = format!("{}true", "not ".repeat(MAX_DEPTH));
    assert_eq!(Filter::parse(&not), Err(ODataError::TooDeep));
    let lower = format!("{}Id", "tolower(".repeat(MAX_DEPTH));
    assert_eq!(Filter::parse(&lower), Err(ODataError::TooDeep));
    // Many side by side are not deep.
    let wide = |count: usize| vec!["Id eq 'a'"; count].join(" or ");
    assert!(Filter::parse(&wide(MAX_CLAUSES)).is_ok());
    let wider = Filter::parse(&wide(MAX_CLAUSES + 1));
    assert_eq!(wider, Err(ODataError::TooManyClauses));
    let long = format!("Id eq '{}'", "a".repeat(MAX_OPTION));
    assert_eq!(Filter::parse(&long), Err(ODataError::TooLong(long.len())));
}

#[test]
fn what_a_filter_asks_for_is_seen() {
    let of = |set: Option<BTreeSet<String>>| set.map(|set| Vec::from_iter(set).join(","));
    for (filter, ids, terms, latest) in [
        ("Id eq 'A'", Some("a"), Some("a"), None),
        (
            "tolower(Id) eq 'a' and IsLatestVersion",
            Some("a"),
            Some("a"),
            Some(Flag::IsLatestVersion),
        ),
        ("(Id eq 'A') or (Id eq 'B')", Some("a,b"), Some("a,b"), None),
        ("(Id eq 'A') or IsPrerelease", None, None, None),
        ("Id ne 'a'", None, None, None),
        ("not (Id eq 'a')", None, None, None),
        ("Title eq 'a'", None, Some("a"), None),
        ("Version eq '1.0'", None, None, None),
        (
            "((Id eq 'a') or (Id eq 'b')) and (Id eq 'b')",
            Some("b"),
            Some("b"),
            None,
        ),
        ("false", Some(""), Some(""), None),
        (
            "IsAbsoluteLatestVersion eq true",
            None,
            None,
            Some(Flag::IsAbsoluteLatestVersion),
        ),
        ("not IsLatestVersion", None, None, None),
        ("IsPrerelease", None, None, None),
        ("IsLatestVersion or IsPrerelease", None, None, None),
        (
            "IsLatestVersion or IsAbsoluteLatestVersion",
            None,
            None,
            None,
        ),
        ("startswith(tolower(Id),'ac')", None, Some("ac"), None),
        ("substringof('',Id)", None, None, None),
        (
            "((((Id ne null) and substringof('cat',tolower(Id))) or ((Description ne null) and \
             substringof('cat',tolower(Description)))) or ((Tags ne null) and \
             substringof(' cat ',tolower(Tags)))) and IsLatestVersion",
            None,
            Some("cat"),
            Some(Flag::IsLatestVersion),
        ),
    ] {
        let parsed = Filter::parse(filter).unwrap();
        assert_eq!(of(parsed.ids()).as_deref(), ids, "{filter}");
        assert_eq!(of(parsed.terms()).as_deref(), terms, "{filter}");
        assert_eq!(parsed.latest(), latest, "{filter}");
    }
}

fn any_filter() -> impl Strategy<Value = String> {
    let text = "(Id|tolower\\(Id\\)|Tags|Title|Version|null|'a'|'acme\\.lib'|'1\\.0-rc'|' cat ')";
    let leaf = prop_oneof![
        "(true|false|IsLatestVersion|IsAbsoluteLatestVersion|IsPrerelease)",
        (text, "(eq|ne)", text).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        ("(substringof|startswith|endswith)", text, text)
            .prop_map(|(name, a, b)| format!("{name}({a},{b})")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), "(and|or)", inner.clone())
                .prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            (inner.clone(), "(eq|ne)", inner).prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
        ]
    })
}

proptest! {
    /// What a filter is said to ask for, every package that meets it has.
    #[test]
    fn what_is_seen_in_a_filter_holds(text in any_filter()) {
        let filter = Filter::parse(&text).unwrap();
        let package = package();
        if filter.matches(&package) {
            if let Some(ids) = filter.ids() {
                prop_assert!(ids.contains("acme.lib"), "{}", text);
            }
            if let Some(terms) = filter.terms() {
                let all: Vec<String> = package.texts.iter().map(|(_, t)| t.to_lowercase()).collect();
                let found = |term: &String| all.iter().any(|text| text.contains(term));
                prop_assert!(terms.iter().any(found), "{}", text);
            }
            if let Some(flag) = filter.latest() {
                prop_assert!(package.flag(flag), "{}", text);
            }
        }
        let opposite = Filter::parse(&format!("not ({text})")).unwrap();
        prop_assert_ne!(filter.matches(&package), opposite.matches(&package));
    }

    #[test]
    fn no_text_panics(parts in prop::collection::vec(
        "(Id|Version|null|true| and | or |not | eq | ne |\\(|\\)|,|'|''|substringof|tolower|.{0,3})", 0..20,
    )) {
        if let Ok(filter) = Filter::parse(&parts.concat()) {
            filter.matches(&package());
        }
    }
}
