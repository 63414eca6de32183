use packhouse_http::protocol::{Route as _, RouteError};

use super::*;

fn parse(method: &str, path: &str) -> Result<Route, RouteError> {
    let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
    Route::parse(method, &segments)
}

fn what(method: &str, path: &str) -> What {
    let route = parse(method, path).unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
    assert_eq!(route.owner, "acme", "{path}");
    route.what
}

fn at(id: &str, version: &str) -> VersionRef {
    VersionRef {
        id: id.to_owned(),
        version: version.to_owned(),
    }
}

#[test]
fn every_route_is_found_again_by_its_address() {
    let samples = Route::samples("acme", "Acme.Tool", "1.0.0-RC.1");
    for route in &samples {
        let path = route.path();
        assert_eq!(parse(route.method(), &path).as_ref(), Ok(route), "{path}");
        let slash = format!("{path}/");
        assert_eq!(parse(route.method(), &slash).as_ref(), Ok(route), "{slash}");
        if route.method() == "GET" {
            assert_eq!(parse("HEAD", &path).as_ref(), Ok(route), "{path}");
        }
        assert!(route.template().starts_with("{owner}/"));
    }
    let kinds: std::collections::HashSet<_> = samples
        .iter()
        .map(|route| std::mem::discriminant(&route.what))
        .collect();
    assert_eq!(kinds.len(), 25);
}

#[test]
fn clients_write_addresses_in_their_own_ways() {
    let push = What::Push;
    for path in [
        "acme",
        "acme/",
        "acme/package",
        "acme/package/",
        "acme/v2",
        "acme/v2/package/",
    ] {
        assert_eq!(what("PUT", path), push, "{path}");
    }
    for path in [
        "acme/package/X/1.0",
        "acme/v2/package/X/1.0",
        "acme/v2/X/1.0",
        "acme/X/1.0",
    ] {
        assert_eq!(what("DELETE", path), What::Unlist(at("X", "1.0")), "{path}");
    }
    for path in ["acme", "acme/", "acme/v2", "acme/v2/"] {
        assert_eq!(what("GET", path), What::V2Root, "{path}");
    }
    assert_eq!(what("GET", "acme/query/"), What::Query);
    for (path, count) in [
        ("acme/v2/Packages", false),
        ("acme/v2/Packages()", false),
        ("acme/Packages()/$count", true),
        ("acme/v2/Packages/$count", true),
    ] {
        let feed = Feed::Packages;
        assert_eq!(what("GET", path), What::V2Feed { feed, count }, "{path}");
    }
    assert_eq!(
        what("GET", "acme/v2/Packages(Id='X',Version='1.0')"),
        What::V2Entry(at("X", "1.0"))
    );
}

#[test]
fn files_are_named_by_their_version_in_any_spelling() {
    for (path, expected) in [
        (
            "acme/download/x/1.0.0/x.1.0.0.nupkg",
            What::Nupkg(at("x", "1.0.0")),
        ),
        (
            "acme/download/X/1.0/x.1.0.0.NUPKG",
            What::Nupkg(at("X", "1.0")),
        ),
        (
            "acme/download/x/1.0.0-rc/X.1.0-RC.nupkg",
            What::Nupkg(at("x", "1.0.0-rc")),
        ),
        (
            "acme/download/x/1.0.0/X.nuspec",
            What::Nuspec(at("x", "1.0.0")),
        ),
    ] {
        assert_eq!(what("GET", path), expected, "{path}");
    }
    for path in [
        "acme/download/x/1.0.0/y.1.0.0.nupkg",
        "acme/download/x/1.0.0/x.2.0.0.nupkg",
        "acme/download/x/1.0.0/x.1.0.0.zip",
        "acme/download/x/1.0.0/xx.nuspec",
    ] {
        assert_eq!(parse("GET", path), Err(RouteError::NotFound), "{path}");
    }
}

#[test]
fn what_is_not_there_and_what_has_other_methods() {
    for path in [
        "",
        "/index.json",
        "acme/none",
        "acme//index.json",
        "acme/v2/None()",
        "acme/a/b/c",
    ] {
        assert_eq!(parse("GET", path), Err(RouteError::NotFound), "{path}");
    }
    let refused = |method, path| match parse(method, path) {
        Err(RouteError::MethodNotAllowed(allow)) => allow.join(" "),
        other => panic!("{method} {path}: {other:?}"),
    };
    assert_eq!(refused("PUT", "acme/index.json"), "GET HEAD");
    assert_eq!(refused("POST", "acme/symbolpackage"), "PUT");
    assert_eq!(
        refused("PATCH", "acme/v2/package/X/1.0"),
        "GET HEAD POST DELETE"
    );
    assert_eq!(refused("DELETE", "acme/v2"), "GET HEAD PUT");
}
