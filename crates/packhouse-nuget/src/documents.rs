//! What is drawn once for each revision of a package: its versions in order, and the documents that
//! are made from them.

use std::sync::Arc;

use bytes::Bytes;
use packhouse_core::id::PackageId;
use packhouse_http::{Call, Result, documents, packed};
use packhouse_registry::PackageHandle;
use packhouse_registry::resolve::Snapshot;

use crate::answer::Head;
use crate::route::Hive;
use crate::versions::Versions;

/// How many bytes of documents are kept.
const DOCUMENTS: u64 = 32 * 1024 * 1024;
/// How many bytes of versions in order are kept.
const VERSIONS: u64 = 16 * 1024 * 1024;
/// Part of every ETag; raised when the documents of one revision come to look different.
const RENDERER: u32 = 1;

/// Which document of a package.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// The versions in the flat container.
    Flat,
    /// A registration.
    Registration(Hive),
    /// Those from one version to another of it, in lower case.
    Page(Hive, String, String),
    /// A version in it.
    Leaf(Hive, String),
}

/// Names one drawn document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    package: PackageId,
    revision: i64,
    form: Form,
    gzip: bool,
    base: Arc<str>,
}

/// The documents of one server.
#[derive(Clone)]
pub(crate) struct Documents {
    drawn: documents::Documents<Key, Bytes>,
    versions: documents::Documents<(PackageId, i64), Arc<Versions>>,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            drawn: documents::Documents::new(DOCUMENTS),
            versions: documents::Documents::new(VERSIONS),
        }
    }
}

impl Documents {
    /// Gives the versions of a package in order.
    pub async fn versions(&self, call: &Call, package: &PackageHandle) -> Result<Arc<Versions>> {
        let (id, revision) = (package.package.id, package.package.revision);
        let read = call
            .registry()
            .snapshot(id, |snapshot| Versions::read(snapshot).map(Arc::new));
        self.versions.get((id, revision), read).await
    }

    /// Gives a document, drawn at most once for each revision.
    pub async fn get(
        &self,
        call: &Call,
        package: &PackageHandle,
        form: Form,
        gzip: bool,
        draw: impl FnOnce(&mut Snapshot<'_>) -> packhouse_registry::Result<String> + Send + 'static,
    ) -> Result<Bytes> {
        let key = |gzip| Key {
            package: package.package.id,
            revision: package.package.revision,
            form: form.clone(),
            gzip,
            base: Arc::clone(&call.base),
        };
        let plain = self.drawn.kept(&key(false)).await;
        // Drawn and packed where large documents hold up nobody.
        let make = call
            .registry()
            .snapshot(package.package.id, move |snapshot| {
                let body: Bytes = match plain {
                    Some(body) => body,
                    // Only its length is counted, so no more is kept.
                    None => draw(snapshot)?.into_bytes().into_boxed_slice().into(),
                };
                match gzip {
                    true => packed::gzip(&body),
                    false => Ok(body),
                }
            });
        self.drawn.get(key(gzip), make).await
    }
}

/// Gives what is known about a document of a package before it is drawn.
pub(crate) fn head(call: &Call, package: &PackageHandle, form: &Form) -> Head {
    let form = match form {
        Form::Flat => "f".to_owned(),
        Form::Registration(hive) => format!("r{}", letter(*hive)),
        Form::Page(hive, lower, upper) => format!("p{}{lower}-{upper}", letter(*hive)),
        Form::Leaf(hive, version) => format!("l{}{version}", letter(*hive)),
    };
    let record = &package.package;
    let base = crc32fast::hash(call.base.as_bytes());
    Head {
        etag: format!(
            "{}-{}-{form}-{RENDERER}-{base:08x}",
            record.id, record.revision
        ),
        modified: record.updated_at,
        public: package.is_public(),
    }
}

fn letter(hive: Hive) -> char {
    match hive {
        Hive::SemVer2 => 'b',
        Hive::SemVer1 => 'a',
    }
}
