//! npm's addresses: no path may panic, and what one leads to must be reached again by the address
//! that is written for it, with the same method or with HEAD for GET.

use packhouse_http::mount::segments;
use packhouse_http::protocol::Route as _;
use packhouse_npm::route::Route;

const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];

/// Runs one input.
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
    // A name that cannot exist is refused, and refusing must not panic either.
    let access = route.access().ok();
    let written = route.path();
    let again = parse(route.method(), &written);
    assert_eq!(again.as_ref(), Some(&route), "{method} {path}: {written}");
    assert_eq!(again.and_then(|route| route.access().ok()), access);
    if route.method() == "GET" {
        assert_eq!(parse("HEAD", &written), Some(route));
    }
}

/// Goes the way of a request: segments, decoded once, then a route.
fn parse(method: &str, path: &str) -> Option<Route> {
    let segments = segments(path).ok()?;
    <Route as packhouse_http::protocol::Route>::parse(method, &segments).ok()
}
