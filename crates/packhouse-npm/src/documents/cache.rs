//! Rendered documents in memory, by (package, revision, form, base): a change makes a new key, so
//! nothing is ever invalidated, and replicas agree (`design.md` §5).

use std::sync::Arc;

use bytes::Bytes;
use packhouse_core::id::PackageId;
use packhouse_http::{Result, documents, packed};
use packhouse_registry::{Error, Registry};

use super::render;
use crate::name::ScopedName;

/// How many bytes of documents are kept.
const CAPACITY: u64 = 48 * 1024 * 1024;
/// Part of every ETag; raised when the documents of one revision come to look different.
const RENDERER: u32 = 1;

/// Which document of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Everything.
    Full,
    /// What installing needs.
    Abbreviated,
}

/// How its bytes are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
}

/// Names one rendered document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub package: PackageId,
    pub revision: i64,
    pub form: Form,
    pub encoding: Encoding,
    pub base: Arc<str>,
}

impl Key {
    /// Gives the entity tag: another one for each form, because pnpm takes a 304 for "there is no
    /// fuller form" (npm notes §2).
    pub fn etag(&self) -> String {
        let form = match self.form {
            Form::Full => "f",
            Form::Abbreviated => "a",
        };
        let encoding = match self.encoding {
            Encoding::Plain => "",
            Encoding::Gzip => "-gzip",
        };
        let base = crc32(&self.base);
        format!(
            "\"{}-{}-{form}{RENDERER}-{base:08x}{encoding}\"",
            self.package, self.revision
        )
    }
}

fn crc32(text: &str) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    crc.sum()
}

/// The cache of one server.
#[derive(Clone)]
pub(crate) struct Documents {
    rendered: documents::Documents<Key, Bytes>,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            rendered: documents::Documents::new(CAPACITY),
        }
    }
}

impl Documents {
    /// Gives a document, rendered at most once at a time.
    pub async fn get(&self, registry: &Registry, key: Key, name: &ScopedName) -> Result<Bytes> {
        let make = self.render(registry, key.clone(), name.clone());
        self.rendered.get(key, make).await
    }

    async fn render(
        &self,
        registry: &Registry,
        key: Key,
        name: ScopedName,
    ) -> packhouse_registry::Result<Bytes> {
        let plain = match key.encoding {
            Encoding::Plain => None,
            Encoding::Gzip => {
                let encoding = Encoding::Plain;
                self.rendered
                    .kept(&Key {
                        encoding,
                        ..key.clone()
                    })
                    .await
            }
        };
        registry
            .snapshot(key.package, move |snapshot| {
                // They may have gone since the request was let in; clients crash on none (npm
                // notes §2).
                if snapshot.record.live_versions == 0 {
                    return Err(Error::not_found(&name));
                }
                let body = match plain {
                    Some(body) => body,
                    None => render::packument(snapshot, &name, key.form, &key.base)?.into(),
                };
                match key.encoding {
                    Encoding::Plain => Ok(body),
                    Encoding::Gzip => packed::gzip(&body),
                }
            })
            .await
    }
}
