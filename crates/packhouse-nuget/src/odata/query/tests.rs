use proptest::prelude::*;

use super::*;

fn query(pairs: &[(&str, &str)]) -> Query {
    Query::parse(pairs.iter().copied()).unwrap_or_else(|error| panic!("{error}"))
}

fn error(name: &str, value: &str) -> String {
    Query::parse([(name, value)]).unwrap_err().to_string()
}

#[test]
fn queries_of_clients_are_read() {
    let search = query(&[
        ("$filter", "IsLatestVersion"),
        ("$orderby", "Id"),
        ("searchTerm", "'it''s'"),
        ("targetFramework", "'net45+sl5'"),
        ("includePrerelease", "false"),
        ("$skip", "30"),
        ("$top", "30"),
        ("semVerLevel", "2.0.0"),
        ("$inlinecount", "allpages"),
        ("$select", "Id, Version,"),
    ]);
    assert_eq!(
        search.filter,
        Some(Filter::parse("IsLatestVersion").unwrap())
    );
    assert_eq!(
        (search.skip, search.top, search.inline_count),
        (30, Some(30), true)
    );
    assert_eq!(search.select, ["Id", "Version"]);
    assert_eq!(search.text("searchterm").unwrap().as_deref(), Some("it's"));
    assert_eq!(search.list("targetFramework").unwrap(), ["net45+sl5"]);
    assert_eq!(search.flag("includePrerelease"), Ok(Some(false)));
    assert_eq!(search.flag("includeAllVersions"), Ok(None));
    assert_eq!(search.is_semver2(), Ok(true));

    let updates = query(&[
        ("packageIds", "'A|B|'"),
        ("versions", "1.0|2.0|"),
        ("versionConstraints", "'|[1,2)|'"),
        ("includePrerelease", "'True'"),
        ("targetFrameworks", "''"),
    ]);
    assert_eq!(updates.list("packageIds").unwrap(), ["A", "B", ""]);
    assert_eq!(updates.list("versions").unwrap(), ["1.0", "2.0", ""]);
    assert_eq!(
        updates.list("versionConstraints").unwrap(),
        ["", "[1,2)", ""]
    );
    assert_eq!(
        updates.list("targetFrameworks").unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(updates.flag("includePrerelease"), Ok(Some(true)));
    assert_eq!(updates.is_semver2(), Ok(false));
    assert_eq!(query(&[]), Query::default());
}

#[test]
fn levels_of_semver_are_read() {
    for (level, semver2) in [
        ("2.0.0", true),
        ("'2.0.0'", true),
        ("2", true),
        ("3.1", true),
        ("1.0.0", false),
        ("", false),
        ("x", false),
    ] {
        assert_eq!(
            query(&[("semVerLevel", level)]).is_semver2(),
            Ok(semver2),
            "{level}"
        );
    }
}

#[test]
fn lists_are_ordered_by_several_keys() {
    let order = |text: &str| -> Vec<(OrderKey, bool)> {
        let order = query(&[("$orderby", text)]).order;
        order
            .iter()
            .map(|order| (order.key, order.descending))
            .collect()
    };
    assert_eq!(order(""), []);
    assert_eq!(order("Id"), [(OrderKey::Id, false)]);
    assert_eq!(order("Published desc"), [(OrderKey::Published, true)]);
    assert_eq!(
        order("DownloadCount desc,Id asc, Version"),
        [
            (OrderKey::DownloadCount, true),
            (OrderKey::Id, false),
            (OrderKey::Version, false)
        ]
    );
    assert_eq!(
        order("concat(Title,Id) desc,Id"),
        [
            (OrderKey::Title, true),
            (OrderKey::Id, true),
            (OrderKey::Id, false)
        ]
    );
    for (text, message) in [
        ("Owner", "the property \"Owner\" is not known here"),
        (
            "Id,",
            "a property to order by is expected where \"the end\" stands",
        ),
        ("Id up", "the end is expected where \"up\" stands"),
        (
            "concat(Id)",
            "a second argument is expected where \")\" stands",
        ),
        (
            "'Id'",
            "a property to order by is expected where \"Id\" stands",
        ),
        (
            "Id,Id,Id,Id,Id,Id,Id,Id,Id",
            "$orderby cannot be \"Id,Id,Id,Id,Id,Id,Id,Id,Id\"",
        ),
    ] {
        assert_eq!(error("$orderby", text), message);
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (name, value, message) in [
        ("$expand", "x", "the option \"$expand\" is not known here"),
        (
            "$skiptoken",
            "'x'",
            "the option \"$skiptoken\" is not known here",
        ),
        ("$Top", "1", "the option \"$Top\" is not known here"),
        ("$top", "-1", "$top cannot be \"-1\""),
        ("$top", "", "$top cannot be \"\""),
        ("$skip", "x", "$skip cannot be \"x\""),
        ("$inlinecount", "all", "$inlinecount cannot be \"all\""),
        ("$format", "json", "$format cannot be \"json\""),
        (
            "$filter",
            "Id",
            "a condition is expected where \"Id\" stands",
        ),
    ] {
        assert_eq!(error(name, value), message);
    }
    assert_eq!(
        query(&[("$filter", " "), ("$format", "atom")]),
        Query::default()
    );
    let twice = Query::parse([("$top", "1"), ("$top", "2")]);
    assert_eq!(twice.unwrap_err().to_string(), "$top is given twice");
    let long = "x".repeat(MAX_OPTION + 1);
    assert_eq!(
        Query::parse([("id", &*long)]),
        Err(ODataError::TooLong(long.len()))
    );

    let query = query(&[("a", "'x"), ("b", "'x' 'y'"), ("c", "maybe")]);
    assert_eq!(query.text("a"), Err(ODataError::Unclosed));
    assert_eq!(
        query.text("b").unwrap_err().to_string(),
        "b cannot be \"'x' 'y'\""
    );
    assert_eq!(
        query.flag("c").unwrap_err().to_string(),
        "c cannot be \"maybe\""
    );
}

proptest! {
    #[test]
    fn texts_arrive_as_they_were(text in ".{0,20}") {
        let quoted = format!("'{}'", text.replace('\'', "''"));
        prop_assert_eq!(query(&[("id", &quoted)]).text("ID"), Ok(Some(text)));
    }

    #[test]
    fn no_query_panics(
        name in "\\$(filter|orderby|top|skip|select|inlinecount|format|x)",
        value in "[a-zA-Z0-9',() ]{0,20}|.{0,10}",
    ) {
        let _ = Query::parse([(&*name, &*value)]);
    }
}
