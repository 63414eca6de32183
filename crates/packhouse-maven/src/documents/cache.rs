//! Drawn documents in memory, by (package, revision, form): a change makes a new key, so nothing is
//! ever invalidated, and replicas agree (`design.md` §5).

use std::sync::Arc;

use bytes::Bytes;
use packhouse_core::digest::Digests;
use packhouse_core::id::PackageId;
use packhouse_http::Result;
use packhouse_http::documents::{self, Kept};
use packhouse_registry::Registry;
use packhouse_registry::bytes::digests_of;

use super::{Moment, render};
use crate::coordinates::Ga;

/// How many bytes of documents are kept.
const CAPACITY: u64 = 24 * 1024 * 1024;

/// Which document of a package.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Its versions.
    Artifact,
    /// The builds of a snapshot.
    Version(String),
}

/// Names one drawn document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub package: PackageId,
    pub revision: i64,
    pub form: Form,
}

/// A drawn document with its checksums.
#[derive(Debug)]
pub(crate) struct Document {
    pub bytes: Bytes,
    pub digests: Digests,
    pub modified: Moment,
}

impl Document {
    pub fn new(text: String, modified: Moment) -> Self {
        Self {
            digests: digests_of(text.as_bytes()),
            bytes: text.into(),
            modified,
        }
    }
}

/// The documents that are kept; absent ones are too, as `None`.
#[derive(Clone)]
pub(crate) struct Documents {
    drawn: documents::Documents<Key, Option<Arc<Document>>>,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            drawn: documents::Documents::new(CAPACITY),
        }
    }
}

impl Kept for Document {
    fn size(&self) -> usize {
        self.bytes.len()
    }
}

impl Documents {
    /// Gives a document, drawing it at most once for each revision.
    pub async fn get(
        &self,
        registry: &Registry,
        key: Key,
        ga: Ga,
    ) -> Result<Option<Arc<Document>>> {
        let (package, form) = (key.package, key.form.clone());
        let draw = registry.snapshot(package, move |snapshot| match form {
            Form::Artifact => render::artifact(snapshot, ga),
            Form::Version(version) => render::version(snapshot, ga, &version),
        });
        self.drawn.get(key, draw).await
    }
}
