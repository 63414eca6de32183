//! From a [`Route`] back to an address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Route;

/// What is encoded in a segment. A digest's colon stays as it is: some clients and every test suite
/// compare the address of a blob as a text.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b':');

fn enc(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Encodes a name, whose slashes stay.
fn enc_name(name: &str) -> String {
    let parts: Vec<String> = name.split('/').map(enc).collect();
    parts.join("/")
}

impl Route {
    /// Gives the whole address, encoded, from `/v2/` on: no host serves the protocol elsewhere.
    pub fn path(&self) -> String {
        let of = |name: &str, rest: &str| format!("/v2/{}/{rest}", enc_name(name));
        match self {
            Self::Ping => "/v2/".into(),
            Self::Token => "/v2/token".into(),
            Self::Catalog => "/v2/_catalog".into(),
            Self::Extensions { name: None } => "/v2/_oci/ext/discover".into(),
            Self::Extensions { name: Some(name) } => of(name, "_oci/ext/discover"),
            Self::Manifest { name, reference }
            | Self::PutManifest { name, reference }
            | Self::DeleteManifest { name, reference } => {
                of(name, &format!("manifests/{}", enc(reference)))
            }
            Self::Blob { name, digest } | Self::DeleteBlob { name, digest } => {
                of(name, &format!("blobs/{}", enc(digest)))
            }
            Self::BeginUpload { name } => of(name, "blobs/uploads/"),
            Self::Upload { name, id }
            | Self::PatchUpload { name, id }
            | Self::PutUpload { name, id }
            | Self::CancelUpload { name, id } => of(name, &format!("blobs/uploads/{}", enc(id))),
            Self::Tags { name } => of(name, "tags/list"),
            Self::Referrers { name, digest } => of(name, &format!("referrers/{}", enc(digest))),
        }
    }

    /// Gives the methods that the route answers, without HEAD, which goes with GET.
    pub fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Token => &["GET", "POST"],
            Self::Ping
            | Self::Catalog
            | Self::Extensions { .. }
            | Self::Manifest { .. }
            | Self::Blob { .. }
            | Self::Upload { .. }
            | Self::Tags { .. }
            | Self::Referrers { .. } => &["GET"],
            Self::BeginUpload { .. } => &["POST"],
            Self::PatchUpload { .. } => &["PATCH"],
            Self::PutManifest { .. } | Self::PutUpload { .. } => &["PUT"],
            Self::DeleteManifest { .. } | Self::DeleteBlob { .. } | Self::CancelUpload { .. } => {
                &["DELETE"]
            }
        }
    }

    /// Gives the address with names in place of values, for logs and metrics.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Ping => "/v2/",
            Self::Token => "/v2/token",
            Self::Catalog => "/v2/_catalog",
            Self::Extensions { name: None } => "/v2/_oci/ext/discover",
            Self::Extensions { name: Some(_) } => "/v2/{name}/_oci/ext/discover",
            Self::Manifest { .. } | Self::PutManifest { .. } | Self::DeleteManifest { .. } => {
                "/v2/{name}/manifests/{reference}"
            }
            Self::Blob { .. } | Self::DeleteBlob { .. } => "/v2/{name}/blobs/{digest}",
            Self::BeginUpload { .. } => "/v2/{name}/blobs/uploads/",
            Self::Upload { .. }
            | Self::PatchUpload { .. }
            | Self::PutUpload { .. }
            | Self::CancelUpload { .. } => "/v2/{name}/blobs/uploads/{id}",
            Self::Tags { .. } => "/v2/{name}/tags/list",
            Self::Referrers { .. } => "/v2/{name}/referrers/{digest}",
        }
    }
}
