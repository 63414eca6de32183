use packhouse_core::permission::Action;
use packhouse_http::protocol::{Access, Route as _, RouteError};

use super::*;

fn parse(method: &str, path: &str) -> std::result::Result<Route, RouteError> {
    let segments = packhouse_http::mount::segments(path).unwrap();
    Route::parse(method, &segments)
}

#[test]
fn every_sample_leads_back_to_itself() {
    for route in Route::samples("acme", "libs") {
        if route == Route::Options {
            continue;
        }
        let path = format!("/{}", route.path());
        let parsed = parse(route.method(), &path).unwrap();
        let same = match (&parsed, &route) {
            (Route::Refused { place: a, .. }, Route::Refused { place: b, .. }) => a == b,
            (parsed, route) => parsed == route,
        };
        assert!(same, "{path}: {parsed:?} instead of {route:?}");
    }
}

#[test]
fn names_are_decoded_once_and_plus_is_a_plus() {
    let route = parse(
        "GET",
        "/acme/libs/com/acme/lib/1.0+build%207/lib-1.0+build%207.jar",
    )
    .unwrap();
    let Route::File { file, .. } = &route else {
        panic!("{route:?}");
    };
    assert_eq!(file.version, "1.0+build 7");
    assert_eq!(
        route.path(),
        "acme/libs/com/acme/lib/1.0+build%207/lib-1.0+build%207.jar"
    );
}

#[test]
fn what_cannot_be_there_is_nothing_to_readers_and_refused_to_writers() {
    for path in [
        "/acme/libs/..%2F..%2Fx",
        "/acme/libs/a/%2e%2e/b",
        "/acme/libs/com.foo/bar/1/bar-1.jar",
        "/acme/libs/.meta/prefixes.txt",
        "/acme/libs",
        "/acme/libs/com",
    ] {
        let read = parse("GET", path).unwrap();
        assert!(matches!(read, Route::Nothing { .. }), "{path}: {read:?}");
        let written = parse("PUT", path).unwrap();
        assert!(
            matches!(written, Route::Refused { .. }),
            "{path}: {written:?}"
        );
    }
    // Without a repository too, so that a credential is looked at; and nobody is told more.
    for path in ["/acme", "/acme/"] {
        let access = parse("GET", path).unwrap().access().unwrap();
        assert!(
            matches!(&access, Access::Repository { name, .. } if name.is_empty()),
            "{path}: {access:?}"
        );
    }
    assert_eq!(parse("GET", "/").unwrap_err(), RouteError::NotFound);
}

#[test]
fn doubled_slashes_count_once_and_a_last_one_asks_for_the_folder() {
    let once = parse("GET", "/acme/libs/com/acme/lib/maven-metadata.xml").unwrap();
    let twice = parse("GET", "/acme//libs/com//acme/lib/maven-metadata.xml").unwrap();
    assert_eq!(once, twice);
    let folder = parse("GET", "/acme/libs/com/acme/").unwrap();
    assert!(matches!(folder, Route::Folder { path, .. } if path == ["com", "acme"]));
    let root = parse("GET", "/acme/libs/").unwrap();
    assert!(matches!(root, Route::Folder { path, .. } if path.is_empty()));
}

#[test]
fn nothing_is_written_across_repositories() {
    for star in ["*", "%2A", "%2a"] {
        let path = format!("/acme/{star}/com/acme/lib/1.0/lib-1.0.jar");
        let read = parse("GET", &path).unwrap();
        assert!(matches!(
            read,
            Route::File {
                place: Place {
                    repository: Repository::Any,
                    ..
                },
                ..
            }
        ));
        let refused = parse("PUT", &path).unwrap_err();
        let methods = vec!["GET", "HEAD", "OPTIONS"];
        assert_eq!(refused, RouteError::MethodNotAllowed(methods));
    }
}

#[test]
fn other_methods_are_told_which_there_are() {
    for method in ["DELETE", "POST", "MKCOL", "PATCH"] {
        let refused = parse(method, "/acme/libs/com/acme/lib/1.0/lib-1.0.jar").unwrap_err();
        let methods = vec!["GET", "HEAD", "PUT", "OPTIONS"];
        assert_eq!(refused, RouteError::MethodNotAllowed(methods), "{method}");
    }
}

#[test]
fn metadata_needs_its_package_and_a_group_its_repository() {
    let access = |method, path| parse(method, path).unwrap().access().unwrap();
    for (path, key) in [
        (
            "/Acme/Libs/com/acme/lib/maven-metadata.xml",
            "libs/com.acme:lib",
        ),
        (
            "/Acme/Libs/com/acme/lib/1-SNAPSHOT/maven-metadata.xml",
            "libs/com.acme:lib",
        ),
        (
            "/Acme/Libs/com/acme/lib/1/lib-1.jar.sha1",
            "libs/com.acme:lib",
        ),
    ] {
        for (method, action) in [("GET", Action::Read), ("PUT", Action::Publish)] {
            let Access::Package(address, needed) = access(method, path) else {
                panic!("{path}");
            };
            assert_eq!((address.owner.as_str(), address.name.key()), ("acme", key));
            assert_eq!(needed, action, "{method} {path}");
        }
    }
    let group = access("GET", "/acme/libs/com/maven-metadata.xml");
    assert!(matches!(
        group,
        Access::Repository {
            action: Action::Read,
            ..
        }
    ));
    let any = access("GET", "/acme/*/com/acme/maven-metadata.xml");
    assert_eq!(any, Access::Public);
}
