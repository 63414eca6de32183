//! OCI addresses: no path may panic, and what one leads to must be reached again by the address
//! that is written for it, with the same scope.

use packhouse_http::mount::segments;
use packhouse_oci::name::parse_name;
use packhouse_oci::route::Route;

const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "BREW"];

/// Runs one input: a method, then what follows `/v2`.
pub fn run(data: &[u8]) {
    let Some((method, path)) = data.split_first() else {
        return;
    };
    let Ok(path) = str::from_utf8(path) else {
        return;
    };
    let method = METHODS[usize::from(*method) % METHODS.len()];
    let Some(route) = parse(method, path) else {
        return;
    };
    let written = route.path();
    let below = written.strip_prefix("/v2").expect("an address under /v2");
    for method in route.methods() {
        let again = parse(method, below);
        assert_eq!(again.as_ref(), Some(&route), "{method} {path}: {written}");
    }
    if route.methods().contains(&"GET") {
        assert_eq!(parse("HEAD", below).as_ref(), Some(&route));
    }
    // A name that cannot exist has no scope to ask for; any other has.
    if let Some(name) = route.name()
        && parse_name(name).is_ok()
    {
        let scope = route.scope().expect("a scope");
        assert!(scope.starts_with(&format!("repository:{name}:")));
    }
}

/// Goes the way of a request: segments, decoded once, then a route.
fn parse(method: &str, path: &str) -> Option<Route> {
    Route::parse(method, &segments(path).ok()?).ok()
}
