use std::collections::HashSet;
use std::mem::discriminant;

use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use super::*;

fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .map(|part| percent_decode_str(part).decode_utf8().unwrap().into_owned())
        .collect()
}

fn parse(method: &str, path: &str) -> Result<Route, RouteError> {
    Route::parse(method, &segments(path), &["npm".to_owned()])
}

fn tools() -> PackageRef {
    PackageRef::scoped("acme", "tools")
}

#[test]
fn all_spellings_of_a_scoped_name_are_one() {
    for name in [
        "@acme%2ftools",
        "@acme%2Ftools",
        "@acme/tools",
        "%40acme%2ftools",
        "%40acme/tools",
    ] {
        assert_eq!(parse("GET", name), Ok(Route::Packument(tools())), "{name}");
        assert_eq!(
            parse("GET", &format!("-/package/{name}/dist-tags")),
            Ok(Route::DistTags(tools()))
        );
        assert_eq!(
            parse("GET", &format!("{name}/-/tools-1.0.0.tgz")),
            Ok(Route::Tarball {
                package: tools(),
                file: "tools-1.0.0.tgz".into()
            })
        );
        assert_eq!(
            parse("GET", &format!("-/npm/v1/attestations/{name}@1.0.0-rc.1")),
            Ok(Route::Attestations {
                package: tools(),
                version: "1.0.0-rc.1".into()
            })
        );
        assert_eq!(
            parse(
                "POST",
                &format!("-/npm/v1/oidc/token/exchange/package/{name}")
            ),
            Ok(Route::NotOffered(NotOffered::OidcExchange))
        );
        assert_eq!(
            parse("POST", &format!("-/stage/package/{name}")),
            Ok(Route::NotOffered(NotOffered::Staging))
        );
    }
}

#[test]
fn doubled_slashes_and_a_doubled_base_are_tolerated() {
    assert_eq!(
        parse("GET", "/-/package/@acme%2ftools/visibility"),
        Ok(Route::Visibility(tools()))
    );
    assert_eq!(parse("GET", "@acme//tools/"), Ok(Route::Packument(tools())));
    let file = || "tools-1.0.0.tgz".to_owned();
    for (method, path, expect) in [
        (
            "GET",
            "npm/@acme/tools/-/tools-1.0.0.tgz",
            Some(Route::Tarball {
                package: tools(),
                file: file(),
            }),
        ),
        (
            "DELETE",
            "npm/@acme/tools/-/tools-1.0.0.tgz/-rev/2-b",
            Some(Route::DeleteTarball {
                package: tools(),
                file: file(),
                revision: "2-b".into(),
            }),
        ),
        (
            "DELETE",
            "npm/@acme%2ftools/-rev/2-b",
            Some(Route::DeletePackage {
                package: tools(),
                revision: "2-b".into(),
            }),
        ),
        // An unscoped package that is called like BASE.
        (
            "GET",
            "npm/-/npm-1.0.0.tgz",
            Some(Route::Tarball {
                package: PackageRef::Unscoped("npm".into()),
                file: "npm-1.0.0.tgz".into(),
            }),
        ),
        (
            "GET",
            "npm",
            Some(Route::Packument(PackageRef::Unscoped("npm".into()))),
        ),
        ("GET", "npm/@acme/tools", None),
        ("PUT", "npm/@acme/tools", None),
        ("GET", "other/@acme/tools/-/tools-1.0.0.tgz", None),
    ] {
        assert_eq!(parse(method, path).ok(), expect, "{method} {path}");
    }
    let base = ["r".to_owned(), "npm".to_owned()];
    let doubled = segments("r/npm/@acme/tools/-/tools-1.0.0.tgz");
    assert!(Route::parse("GET", &doubled, &base).is_ok());
    assert!(Route::parse("GET", &doubled, &[]).is_err());
}

#[test]
fn names_and_specs_are_kept_raw() {
    for (method, path, expect) in [
        (
            "GET",
            "tools",
            Route::Packument(PackageRef::Unscoped("tools".into())),
        ),
        (
            "PUT",
            "tools",
            Route::Put(PackageRef::Unscoped("tools".into())),
        ),
        (
            "PUT",
            "@Acme/Tools",
            Route::Put(PackageRef::scoped("Acme", "Tools")),
        ),
        (
            "GET",
            "@acme/tools/1.0.0%2Bb",
            Route::Manifest {
                package: tools(),
                spec: "1.0.0+b".into(),
            },
        ),
        (
            "GET",
            "tools/latest",
            Route::Manifest {
                package: PackageRef::Unscoped("tools".into()),
                spec: "latest".into(),
            },
        ),
        (
            "PUT",
            "@acme/tools/-rev/undefined",
            Route::PutRevision {
                package: tools(),
                revision: "undefined".into(),
            },
        ),
        (
            "PUT",
            "-/package/@acme%2ftools/dist-tags/v1",
            Route::PutDistTag {
                package: tools(),
                tag: "v1".into(),
            },
        ),
        (
            "PUT",
            "-/user/org.couchdb.user:ada",
            Route::Login("ada".into()),
        ),
        (
            "PUT",
            "-/user/org.couchdb.user%3Aada",
            Route::Login("ada".into()),
        ),
        (
            "GET",
            "-/org/@acme/package",
            Route::OwnerPackages("acme".into()),
        ),
        (
            "GET",
            "-/user/ada/package",
            Route::OwnerPackages("ada".into()),
        ),
        (
            "GET",
            "-/all/since",
            Route::NotOffered(NotOffered::AllPackages),
        ),
        (
            "DELETE",
            "-/package/@acme%2ftools/trust/1",
            Route::NotOffered(NotOffered::Trust),
        ),
        (
            "DELETE",
            "-/team/acme/core/package",
            Route::NotOffered(NotOffered::TeamWrites),
        ),
        (
            "GET",
            "_all_docs",
            Route::NotOffered(NotOffered::Replication),
        ),
    ] {
        assert_eq!(parse(method, path), Ok(expect), "{method} {path}");
    }
}

#[test]
fn other_addresses_are_not_found() {
    for path in [
        "",
        "@acme",
        "@",
        "@/tools",
        "@%2ftools",
        "@acme%2f",
        "@acme%2ftools%2fx",
        "@acme/a%2fb",
        "@acme/-/x.tgz",
        "@acme/-rev/1",
        "a%2fb",
        ".",
        "..",
        "@acme/..",
        "@acme%2f..",
        "@acme%2f.",
        "@acme/tools/-/..",
        "@acme/tools/-/..%2f..%2fetc",
        "@acme/tools/-/@acme/tools-1.0.0.tgz",
        "@acme/tools/-/@acme%2ftools-1.0.0.tgz",
        "@acme/tools/a%5cb",
        "@acme/tools/a%00b",
        "@acme%252ftools",
        "@acme/tools/1.0.0/extra",
        "-",
        "-/nothing",
        "-rev/1",
        "_design/app",
        ".well-known",
        "-/npm/v1/attestations/@acme%2ftools",
        "-/npm/v1/attestations/@acme%2ftools@",
        "-/user/org.couchdb.user:",
        "-/user/other",
        "-/package/@acme%2ftools",
    ] {
        for method in ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"] {
            assert_eq!(
                parse(method, path),
                Err(RouteError::NotFound),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn wrong_methods_are_told_with_the_right_ones() {
    for (method, path, expect) in [
        ("POST", "@acme/tools", vec!["GET", "HEAD", "PUT"]),
        ("DELETE", "@acme/tools", vec!["GET", "HEAD", "PUT"]),
        ("GET", "@acme/tools/-rev/1", vec!["PUT", "DELETE"]),
        ("PUT", "@acme/tools/-/tools-1.0.0.tgz", vec!["GET", "HEAD"]),
        ("GET", "-/v1/login", vec!["POST"]),
        ("PATCH", "-/npm/v1/tokens", vec!["GET", "HEAD", "POST"]),
        (
            "HEAD",
            "-/package/@acme%2ftools/dist-tags/a",
            vec!["PUT", "DELETE"],
        ),
        ("get", "-/ping", vec!["GET", "HEAD"]),
    ] {
        let error = RouteError::MethodNotAllowed { allow: expect };
        assert_eq!(parse(method, path), Err(error), "{method} {path}");
    }
}

#[test]
fn tarball_links_have_the_form_that_lockfiles_call_usual() {
    let route = Route::Tarball {
        package: tools(),
        file: "tools-1.0.0.tgz".into(),
    };
    assert_eq!(route.path(), "@acme/tools/-/tools-1.0.0.tgz");
    let route = Route::Attestations {
        package: tools(),
        version: "1.0.0".into(),
    };
    assert_eq!(route.path(), "-/npm/v1/attestations/@acme%2ftools@1.0.0");
}

#[test]
fn samples_hold_every_route_and_find_themselves() {
    let mut kinds = HashSet::new();
    let mut absent = HashSet::new();
    for (method, route) in Route::samples() {
        assert_eq!(
            parse(method, &route.path()).as_ref(),
            Ok(&route),
            "{method} {route:?}"
        );
        assert!(!route.template().starts_with('/'));
        kinds.insert(discriminant(&route));
        if let Route::NotOffered(what) = route {
            assert!(what.what().contains("cannot") || what.what().contains("not offered"));
            absent.insert(what);
        }
    }
    // A new variant of the enum must be added to the samples, and counted here.
    assert_eq!((kinds.len(), absent.len()), (37, NotOffered::ALL.len()));
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9!~*'() +:;,?#&=é€.]{0,4}[a-zA-Z0-9][a-z0-9._-]{0,6}"
}

fn package() -> impl Strategy<Value = PackageRef> {
    prop_oneof![
        ("[a-zA-Z0-9][a-z0-9-]{0,5}", text()).prop_map(|(o, n)| PackageRef::scoped(o, n)),
        "[a-zA-Z0-9][a-z0-9._~-]{0,6}".prop_map(PackageRef::Unscoped),
    ]
}

/// Takes a sample and puts other names in it.
fn with_values(route: Route, package: PackageRef, a: String, b: String) -> Route {
    match route {
        Route::Packument(_) => Route::Packument(package),
        Route::Manifest { .. } => Route::Manifest { package, spec: a },
        Route::Tarball { .. } => Route::Tarball { package, file: a },
        Route::Put(_) => Route::Put(package),
        Route::PutRevision { .. } => Route::PutRevision {
            package,
            revision: a,
        },
        Route::DeletePackage { .. } => Route::DeletePackage {
            package,
            revision: a,
        },
        Route::DeleteTarball { .. } => Route::DeleteTarball {
            package,
            file: a,
            revision: b,
        },
        Route::DistTags(_) => Route::DistTags(package),
        Route::PutDistTag { .. } => Route::PutDistTag { package, tag: a },
        Route::DeleteDistTag { .. } => Route::DeleteDistTag { package, tag: a },
        Route::Visibility(_) => Route::Visibility(package),
        Route::Collaborators(_) => Route::Collaborators(package),
        Route::SetAccess(_) => Route::SetAccess(package),
        Route::Attestations { .. } => Route::Attestations {
            package,
            version: a,
        },
        Route::User(_) => Route::User(a),
        Route::Login(_) => Route::Login(a),
        Route::WebLoginDone(_) => Route::WebLoginDone(a),
        Route::Logout(_) => Route::Logout(a),
        Route::DeleteToken(_) => Route::DeleteToken(a),
        Route::OwnerPackages(_) => Route::OwnerPackages(a),
        Route::OrgMembers(_) => Route::OrgMembers(a),
        Route::OrgTeams(_) => Route::OrgTeams(a),
        Route::TeamMembers { .. } => Route::TeamMembers { owner: a, team: b },
        Route::TeamPackages { .. } => Route::TeamPackages { owner: a, team: b },
        other => other,
    }
}

proptest! {
    #[test]
    fn parse_undoes_path(
        sample in prop::sample::select(Route::samples()),
        package in package(),
        a in text(),
        b in text(),
    ) {
        let (method, route) = sample;
        let route = with_values(route, package, a, b);
        prop_assert_eq!(parse(method, &route.path()), Ok(route));
    }

    #[test]
    fn any_segments_are_answered(
        method in "GET|PUT|DELETE|POST|HEAD",
        segments in prop::collection::vec("(-|@|@a|a|\\.\\.|npm|package|v1|-rev|user|.{0,3})", 0..7),
    ) {
        if let Ok(route) = Route::parse(&method, &segments, &["npm".to_owned()]) {
            prop_assert_eq!(parse(route.method(), &route.path()), Ok(route));
        }
    }
}
