use std::collections::HashSet;
use std::mem::discriminant;

use packhouse_http::protocol::RouteError;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use super::*;

/// Splits what follows `/v2`, as the server does.
fn segments(path: &str) -> Vec<String> {
    let below = path.strip_prefix("/v2").expect("an address under /v2");
    below
        .strip_prefix('/')
        .unwrap_or(below)
        .split('/')
        .map(|part| percent_decode_str(part).decode_utf8().unwrap().into_owned())
        .collect()
}

fn parse(method: &str, path: &str) -> Result<Route, RouteError> {
    Route::parse(method, &segments(path))
}

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn every_route_is_sampled_and_round_trips() {
    let samples = Route::samples();
    let kinds: HashSet<_> = samples.iter().map(|(_, r)| discriminant(r)).collect();
    assert_eq!(kinds.len(), 16);
    for (method, route) in samples {
        let path = route.path();
        assert_eq!(parse(method, &path), Ok(route.clone()), "{method} {path}");
        assert_eq!(
            route.template().matches('/').count(),
            path.replace("acme/tools/web", "name").matches('/').count(),
            "{path}"
        );
    }
}

#[test]
fn the_root_has_two_spellings() {
    assert_eq!(Route::parse("GET", &[]), Ok(Route::Ping));
    assert_eq!(parse("HEAD", "/v2"), Ok(Route::Ping));
    assert_eq!(parse("GET", "/v2/"), Ok(Route::Ping));
    assert_eq!(parse("GET", "/v2//"), Err(RouteError::NotFound));
}

#[test]
fn names_may_be_called_like_parts_of_addresses() {
    for name in [
        "web",
        "a/b",
        "a/blobs",
        "a/blobs/uploads",
        "a/manifests",
        "a/tags",
        "a/tags/list",
        "a/referrers/manifests/blobs/uploads/tags",
        "blobs/uploads",
        "token",
        "manifests/blobs",
        "token/manifests",
    ] {
        let tags = Route::Tags { name: text(name) };
        assert_eq!(parse("GET", &format!("/v2/{name}/tags/list")), Ok(tags));
        for reference in ["uploads", "list", "tags", "manifests", "blobs"] {
            let route = Route::Manifest {
                name: text(name),
                reference: text(reference),
            };
            let path = format!("/v2/{name}/manifests/{reference}");
            assert_eq!(parse("GET", &path), Ok(route), "{path}");
        }
        let upload = Route::PatchUpload {
            name: text(name),
            id: text("manifests"),
        };
        assert_eq!(
            parse("PATCH", &format!("/v2/{name}/blobs/uploads/manifests")),
            Ok(upload)
        );
        for slash in ["", "/"] {
            let begin = Route::BeginUpload { name: text(name) };
            let path = format!("/v2/{name}/blobs/uploads{slash}");
            assert_eq!(parse("POST", &path), Ok(begin), "{path}");
        }
    }
}

#[test]
fn an_encoded_name_is_the_same_name() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let encoded = digest.replace(':', "%3A");
    for path in [
        format!("/v2/acme/tools/blobs/{digest}"),
        format!("/v2/acme%2Ftools/blobs/{encoded}"),
        format!("/v2/acme%2ftools/blobs/{digest}"),
        format!("/v2/%61cme/tools/%62lobs/{encoded}"),
    ] {
        let route = Route::Blob {
            name: text("acme/tools"),
            digest: digest.clone(),
        };
        assert_eq!(parse("GET", &path), Ok(route), "{path}");
    }
    // What is encoded twice is decoded once.
    assert_eq!(
        parse("GET", "/v2/acme%252Ftools/tags/list"),
        Ok(Route::Tags {
            name: text("acme%2Ftools")
        })
    );
}

#[test]
fn what_cannot_exist_is_kept_for_its_own_error() {
    assert_eq!(
        parse("GET", "/v2/a//b/manifests/.x"),
        Ok(Route::Manifest {
            name: text("a//b"),
            reference: text(".x")
        })
    );
    assert_eq!(
        parse("PUT", "/v2/a/b/manifests/"),
        Ok(Route::PutManifest {
            name: text("a/b"),
            reference: text("")
        })
    );
    assert_eq!(
        parse("GET", "/v2/a/../b/tags/list"),
        Ok(Route::Tags {
            name: text("a/../b")
        })
    );
}

#[test]
fn other_addresses_and_methods_are_refused() {
    for path in [
        "/v2/x",
        "/v2/manifests/latest",
        "/v2//manifests/latest",
        "/v2/tags/list",
        "/v2/blobs/uploads/",
        "/v2/a/b/tags/list/",
        "/v2/a/b/tags",
        "/v2/_catalog/",
        "/v2/token/",
        "/v2/_oci/ext",
        "/v2/a/manifests/x/y",
    ] {
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE", "BREW"] {
            assert_eq!(parse(method, path), Err(RouteError::NotFound), "{path}");
        }
    }
    for (method, path, allow) in [
        ("POST", "/v2/", &["GET", "HEAD"][..]),
        ("PUT", "/v2/token", &["GET", "HEAD", "POST"]),
        (
            "POST",
            "/v2/a/b/manifests/x",
            &["GET", "HEAD", "PUT", "DELETE"],
        ),
        ("PUT", "/v2/a/b/blobs/sha256:0", &["GET", "HEAD", "DELETE"]),
        ("GET", "/v2/a/b/blobs/uploads", &["POST"]),
        ("DELETE", "/v2/a/b/blobs/uploads/", &["POST"]),
        (
            "POST",
            "/v2/a/b/blobs/uploads/1",
            &["GET", "HEAD", "PUT", "PATCH", "DELETE"],
        ),
        ("DELETE", "/v2/a/b/tags/list", &["GET", "HEAD"]),
        ("get", "/v2/_catalog", &["GET", "HEAD"]),
    ] {
        assert_eq!(
            parse(method, path),
            Err(RouteError::MethodNotAllowed(allow.to_vec())),
            "{method} {path}"
        );
    }
}

#[test]
fn each_route_names_the_scope_it_needs() {
    for (method, route) in Route::samples() {
        let expect = match route.methods()[0] {
            _ if matches!(route, Route::Ping | Route::Token) => None,
            _ if matches!(route, Route::Extensions { name: None }) => None,
            _ if matches!(route, Route::Catalog) => Some("registry:catalog:*"),
            _ if route.path().contains("/uploads/") => Some("repository:acme/tools/web:pull,push"),
            "GET" => Some("repository:acme/tools/web:pull"),
            "DELETE" => Some("repository:acme/tools/web:delete"),
            _ => Some("repository:acme/tools/web:pull,push"),
        };
        assert_eq!(route.scope().as_deref(), expect, "{method} {route:?}");
    }
    let odd = Route::Tags {
        name: text("a\" x:b"),
    };
    assert_eq!(odd.scope(), None);
    assert_eq!(
        mount_scope("acme/a", "acme/b").as_deref(),
        Some("repository:acme/a:pull,push repository:acme/b:pull")
    );
    assert_eq!(mount_scope("acme/a", "acme/B"), None);
}

proptest! {
    #[test]
    fn any_path_is_read_or_refused_and_comes_back(
        method in "(GET|HEAD|PUT|POST|PATCH|DELETE)",
        parts in prop::collection::vec(
            "(blobs|uploads|manifests|tags|list|referrers|_oci|ext|discover|token|_catalog|a|b/c|%2f|\\.\\.|sha256:0|.{0,3})",
            0..7),
    ) {
        if let Ok(route) = Route::parse(&method, &parts) {
            let path = route.path();
            prop_assert_eq!(parse(route.methods()[0], &path), Ok(route), "{}", path);
        }
    }
}
