//! From path segments to a [`Route`].

use packhouse_http::protocol::RouteError;

use super::Route;

/// The methods that any address may have, in the order of an `Allow` header.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Route {
    /// Finds the route of a method and the percent-decoded path segments below `/v2`: `[""]` is
    /// `/v2/`, `[]` is `/v2`. A slash inside a segment counts as one between segments of a name, so
    /// that a name spelled with `%2F` is the same name.
    ///
    /// # Errors
    /// When no client has such an address, or only with other methods.
    pub fn parse(method: &str, segments: &[String]) -> Result<Self, RouteError> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let method = if method == "HEAD" { "GET" } else { method };
        if let Some(route) = route(method, &segments) {
            return Ok(route);
        }
        let mut allow = Vec::new();
        for candidate in METHODS.iter().copied() {
            if route(candidate, &segments).is_some() {
                allow.push(candidate);
                if candidate == "GET" {
                    allow.push("HEAD");
                }
            }
        }
        if allow.is_empty() {
            return Err(RouteError::NotFound);
        }
        Err(RouteError::MethodNotAllowed(allow))
    }
}

fn route(method: &str, segments: &[&str]) -> Option<Route> {
    match (method, segments) {
        ("GET", [] | [""]) => Some(Route::Ping),
        ("GET" | "POST", ["token"]) => Some(Route::Token),
        ("GET", ["_catalog"]) => Some(Route::Catalog),
        ("GET", ["_oci", "ext", "discover"]) => Some(Route::Extensions { name: None }),
        _ => of_image(method, segments),
    }
}

/// Finds an address below a name. Each form is told by what stands second or third from the right,
/// and no two forms agree there, so that the name may be anything.
fn of_image(method: &str, segments: &[&str]) -> Option<Route> {
    let (name, rest) = match segments {
        [name @ .., "blobs", "uploads", ""] => (name, &["blobs", "uploads"][..]),
        [name @ .., "_oci", "ext", "discover"] | [name @ .., "blobs", "uploads", _] => {
            (name, &segments[name.len()..])
        }
        [name @ .., "manifests" | "blobs" | "referrers", _] | [name @ .., "tags", "list"] => {
            (name, &segments[name.len()..])
        }
        _ => return None,
    };
    let name = name.join("/");
    if name.is_empty() {
        return None;
    }
    let own = |text: &str| text.to_owned();
    Some(match (method, rest) {
        ("POST", ["blobs", "uploads"]) => Route::BeginUpload { name },
        // An upload without id, never a blob: the address has no other method.
        (_, ["blobs", "uploads"]) => return None,
        ("GET", ["blobs", "uploads", id]) => Route::Upload { name, id: own(id) },
        ("PATCH", ["blobs", "uploads", id]) => Route::PatchUpload { name, id: own(id) },
        ("PUT", ["blobs", "uploads", id]) => Route::PutUpload { name, id: own(id) },
        ("DELETE", ["blobs", "uploads", id]) => Route::CancelUpload { name, id: own(id) },
        ("GET", ["blobs", digest]) => Route::Blob {
            name,
            digest: own(digest),
        },
        ("DELETE", ["blobs", digest]) => Route::DeleteBlob {
            name,
            digest: own(digest),
        },
        ("GET", ["manifests", reference]) => Route::Manifest {
            name,
            reference: own(reference),
        },
        ("PUT", ["manifests", reference]) => Route::PutManifest {
            name,
            reference: own(reference),
        },
        ("DELETE", ["manifests", reference]) => Route::DeleteManifest {
            name,
            reference: own(reference),
        },
        ("GET", ["tags", "list"]) => Route::Tags { name },
        ("GET", ["referrers", digest]) => Route::Referrers {
            name,
            digest: own(digest),
        },
        ("GET", ["_oci", "ext", "discover"]) => Route::Extensions { name: Some(name) },
        _ => return None,
    })
}
