//! Rendered documents in memory, by (package, revision, form, base): a change makes a new key, so
//! nothing is ever invalidated, and replicas agree (`design.md` §5).

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use moka::future::Cache;
use packhouse_core::id::PackageId;
use packhouse_http::{HttpError, Result};
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
    rendered: Cache<Key, Bytes>,
}

impl Default for Documents {
    fn default() -> Self {
        let weigh = |key: &Key, body: &Bytes| {
            u32::try_from(body.len() + key.base.len() + 200).unwrap_or(u32::MAX)
        };
        Self {
            rendered: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(weigh)
                .build(),
        }
    }
}

impl Documents {
    /// Gives a document, rendered at most once at a time.
    pub async fn get(&self, registry: &Registry, key: Key, name: &ScopedName) -> Result<Bytes> {
        if let Some(body) = self.rendered.get(&key).await {
            return Ok(body);
        }
        let make = self.render(registry, key.clone(), name);
        let made = self.rendered.try_get_with(key, Box::pin(make)).await;
        made.map_err(|error| HttpError::new(error.kind, error.message.clone()))
    }

    async fn render(&self, registry: &Registry, key: Key, name: &ScopedName) -> Result<Bytes> {
        let plain = match key.encoding {
            Encoding::Plain => None,
            Encoding::Gzip => {
                self.rendered
                    .get(&Key {
                        encoding: Encoding::Plain,
                        ..key.clone()
                    })
                    .await
            }
        };
        let name = name.clone();
        let body = registry
            .snapshot(key.package, move |snapshot| {
                let body = match plain {
                    Some(body) => body,
                    None => render::packument(snapshot, &name, key.form, &key.base)?.into(),
                };
                match key.encoding {
                    Encoding::Plain => Ok(body),
                    Encoding::Gzip => gzip(&body),
                }
            })
            .await?;
        Ok(body)
    }
}

fn gzip(body: &[u8]) -> packhouse_registry::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::new(5));
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    Ok(written
        .map_err(|error| Error::Internal(format!("gzip failed: {error}")))?
        .into())
}
