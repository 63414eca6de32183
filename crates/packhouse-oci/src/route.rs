//! Every address under `/v2` (OCI notes §1), as data.
//!
//! Addresses are parsed from percent-decoded path segments and from the right: a name may hold
//! components that are called like parts of addresses.

mod parse;
mod path;
mod samples;

use crate::name::check_grammar;

/// An address together with what the method asks of it. HEAD is the same route as GET. Names,
/// references and digests are raw text, so that each can be refused with its own error code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// GET `/v2/`: tells whether the protocol is spoken here, and whether the credential is good.
    Ping,
    /// GET and POST `/v2/token`: the address of the challenge, where credentials become tokens.
    Token,
    /// GET `/v2/_catalog`: the names of all images that the asker may read.
    Catalog,
    /// GET `/v2/_oci/ext/discover`, also below a name: which extensions there are.
    Extensions {
        /// Of which image; of the server when `None`.
        name: Option<String>,
    },
    /// GET `manifests/REFERENCE`.
    Manifest {
        /// The image.
        name: String,
        /// A tag or a digest.
        reference: String,
    },
    /// PUT `manifests/REFERENCE`.
    PutManifest {
        /// The image.
        name: String,
        /// A tag or a digest.
        reference: String,
    },
    /// DELETE `manifests/REFERENCE`.
    DeleteManifest {
        /// The image.
        name: String,
        /// A tag or a digest.
        reference: String,
    },
    /// GET `blobs/DIGEST`.
    Blob {
        /// The image.
        name: String,
        /// Which blob.
        digest: String,
    },
    /// DELETE `blobs/DIGEST`.
    DeleteBlob {
        /// The image.
        name: String,
        /// Which blob.
        digest: String,
    },
    /// POST `blobs/uploads/`: begin an upload, upload all at once, or mount.
    BeginUpload {
        /// The image.
        name: String,
    },
    /// GET `blobs/uploads/ID`: how far an upload is.
    Upload {
        /// The image.
        name: String,
        /// The upload session.
        id: String,
    },
    /// PATCH `blobs/uploads/ID`: the next chunk.
    PatchUpload {
        /// The image.
        name: String,
        /// The upload session.
        id: String,
    },
    /// PUT `blobs/uploads/ID`: the last chunk, if any, and the digest.
    PutUpload {
        /// The image.
        name: String,
        /// The upload session.
        id: String,
    },
    /// DELETE `blobs/uploads/ID`: give an upload up.
    CancelUpload {
        /// The image.
        name: String,
        /// The upload session.
        id: String,
    },
    /// GET `tags/list`.
    Tags {
        /// The image.
        name: String,
    },
    /// GET `referrers/DIGEST`: the manifests that name this one as their subject.
    Referrers {
        /// The image.
        name: String,
        /// The subject.
        digest: String,
    },
}

impl Route {
    /// Gives the image that the address names.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Ping | Self::Token | Self::Catalog => None,
            Self::Extensions { name } => name.as_deref(),
            Self::Manifest { name, .. }
            | Self::PutManifest { name, .. }
            | Self::DeleteManifest { name, .. }
            | Self::Blob { name, .. }
            | Self::DeleteBlob { name, .. }
            | Self::BeginUpload { name }
            | Self::Upload { name, .. }
            | Self::PatchUpload { name, .. }
            | Self::PutUpload { name, .. }
            | Self::CancelUpload { name, .. }
            | Self::Tags { name }
            | Self::Referrers { name, .. } => Some(name),
        }
    }

    /// Gives the scope that a token needs for this (OCI notes §3), as the challenge names it. `None`
    /// where any token will do, and for a name that cannot exist. Mounting needs more, see
    /// [`mount_scope`].
    pub fn scope(&self) -> Option<String> {
        let actions = match self {
            Self::Ping | Self::Token | Self::Extensions { name: None } => return None,
            Self::Catalog => return Some("registry:catalog:*".to_owned()),
            Self::Extensions { name: Some(_) }
            | Self::Manifest { .. }
            | Self::Blob { .. }
            | Self::Tags { .. }
            | Self::Referrers { .. } => "pull",
            Self::DeleteManifest { .. } | Self::DeleteBlob { .. } => "delete",
            // Asking how far an upload is belongs to pushing: who may only pull has none.
            Self::PutManifest { .. }
            | Self::BeginUpload { .. }
            | Self::Upload { .. }
            | Self::PatchUpload { .. }
            | Self::PutUpload { .. }
            | Self::CancelUpload { .. } => "pull,push",
        };
        repository_scope(self.name()?, actions)
    }
}

/// Gives the scopes that mounting a blob of the image `from` into `name` needs. `None` when either
/// name cannot exist.
pub fn mount_scope(name: &str, from: &str) -> Option<String> {
    let into = repository_scope(name, "pull,push")?;
    let source = repository_scope(from, "pull")?;
    Some(format!("{into} {source}"))
}

fn repository_scope(name: &str, actions: &str) -> Option<String> {
    check_grammar(name)
        .is_ok()
        .then(|| format!("repository:{name}:{actions}"))
}

#[cfg(test)]
mod tests;
