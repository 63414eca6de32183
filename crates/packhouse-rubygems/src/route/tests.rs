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

#[test]
fn every_route_is_found_again_by_its_address() {
    let samples = Route::samples("acme", "my.gem-x", "1.0.pre-x86_64-linux");
    for route in &samples {
        let path = route.path();
        assert_eq!(parse(route.method(), &path).as_ref(), Ok(route), "{path}");
        if route.method() == "GET" && !matches!(route.what, What::SignIn(_)) {
            assert_eq!(parse("HEAD", &path).as_ref(), Ok(route), "{path}");
        }
        assert!(route.template().starts_with("{owner}/"));
    }
    let kinds: std::collections::HashSet<_> = samples
        .iter()
        .map(|route| std::mem::discriminant(&route.what))
        .collect();
    assert_eq!(kinds.len(), 20);
}

#[test]
fn slashes_too_many_count_for_nothing() {
    assert_eq!(what("HEAD", "acme"), What::Root);
    assert_eq!(what("GET", "acme/"), What::Root);
    assert_eq!(what("GET", "acme//versions"), What::Versions);
    assert_eq!(what("POST", "acme//api/v1/gems"), What::Push);
    assert_eq!(what("DELETE", "acme//api/v1/gems/yank"), What::Yank);
}

#[test]
fn names_keep_their_dots() {
    let gem = What::Gem("a.gem-1.0".to_owned());
    assert_eq!(what("GET", "acme/gems/a.gem-1.0.gem"), gem);
    let about = What::About("a.json".to_owned());
    assert_eq!(what("GET", "acme/api/v1/gems/a.json.json"), about);
    let info = What::Info("yank.json".to_owned());
    assert_eq!(what("GET", "acme/info/yank.json"), info);
}

#[test]
fn other_addresses_and_methods_lead_nowhere() {
    for path in [
        "acme/nothing",
        "acme/gems/.gem",
        "acme/gems/a",
        "acme/info",
        "acme/info/a/b",
        "acme/quick/Marshal.4.9/a-1.gemspec.rz",
        "acme/api/v1/oidc/trusted_publisher/exchange_token",
        "",
    ] {
        assert_eq!(parse("GET", path), Err(RouteError::NotFound), "{path}");
    }
    let allowed = |method, path| match parse(method, path) {
        Err(RouteError::MethodNotAllowed(methods)) => methods.join(" "),
        other => panic!("{method} {path}: {other:?}"),
    };
    assert_eq!(allowed("POST", "acme/versions"), "GET HEAD");
    assert_eq!(allowed("PUT", "acme/api/v1/gems"), "POST");
    assert_eq!(allowed("DELETE", "acme/api/v1/api_key"), "GET POST PUT");
    assert_eq!(allowed("HEAD", "acme/api/v1/api_key"), "GET POST PUT");
    assert_eq!(allowed("GET", "acme/api/v1/gems/a/owners"), "POST DELETE");
}
