//! What is drawn once and kept: the list of a gem by its revision; and by the digest of a text what
//! is made from it.

use std::sync::Arc;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use packhouse_core::id::PackageId;
use packhouse_http::documents::{self, Kept};
use packhouse_http::{Call, Result, packed};
use packhouse_registry::{Error, PackageHandle};
use sha2::Sha256;

use crate::info;
use crate::lists::Lists;
use crate::route::Specs;
use crate::versions::Live;

/// How many bytes of lists of gems are kept.
const INFOS: u64 = 16 * 1024 * 1024;
/// How many bytes are kept of what is made from texts.
const MADE: u64 = 32 * 1024 * 1024;

/// A text of the compact index, with the digests that clients check it by.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub bytes: Bytes,
    pub md5: [u8; 16],
    pub sha256: [u8; 32],
}

impl Text {
    pub fn new(text: String) -> Self {
        Self {
            md5: Md5::digest(&text).into(),
            sha256: Sha256::digest(&text).into(),
            // Only its length is counted, so no more is kept.
            bytes: text.into_bytes().into_boxed_slice().into(),
        }
    }
}

impl Kept for Text {
    fn size(&self) -> usize {
        self.bytes.len() + 64
    }
}

/// What is made from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Made {
    /// The text as gzip.
    Packed,
    /// The names in a list of versions.
    Names,
    /// A list of the old index from a list of versions.
    Specs(Specs),
}

/// The documents of one server.
#[derive(Clone)]
pub(crate) struct Documents {
    infos: documents::Documents<(PackageId, i64), Text>,
    made: documents::Documents<([u8; 16], Made), Bytes>,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            infos: documents::Documents::new(INFOS),
            made: documents::Documents::new(MADE),
        }
    }
}

impl Documents {
    /// Gives the list of a gem's versions, drawn at most once for each revision.
    pub async fn info(&self, call: &Call, package: &PackageHandle) -> Result<Text> {
        let (id, revision) = (package.package.id, package.package.revision);
        let draw = call.registry().snapshot(id, |snapshot| {
            let lines = snapshot.version_lines()?;
            let lines = lines.iter().map(String::as_str);
            Ok(Text::new(info::document(lines)))
        });
        self.infos.get((id, revision), draw).await
    }

    /// Gives what is made from a text, made at most once and where that holds up nobody.
    pub async fn made(&self, text: &Text, what: Made) -> Result<Bytes> {
        let source = text.bytes.clone();
        let making = async move {
            let making = tokio::task::spawn_blocking(move || make(&source, what));
            let stopped = |error| Error::Internal(format!("a document was not made: {error}"));
            making.await.map_err(stopped)?
        };
        self.made.get((text.md5, what), making).await
    }
}

fn make(text: &Bytes, what: Made) -> packhouse_registry::Result<Bytes> {
    if what == Made::Packed {
        return packed::gzip(text);
    }
    let text = std::str::from_utf8(text).map_err(|error| Error::Internal(error.to_string()))?;
    let live = Live::read(text);
    let lists = match what {
        Made::Names => return Ok(live.names().into_bytes().into_boxed_slice().into()),
        _ => Lists::draw(&live),
    };
    packed::gzip(match what {
        Made::Specs(Specs::Latest) => &lists.latest,
        Made::Specs(Specs::Prerelease) => &lists.prerelease,
        _ => &lists.specs,
    })
}

/// Gives the running list as a text.
pub(crate) fn text_of(list: &Arc<packhouse_registry::feed::RunningList>) -> Text {
    Text {
        bytes: list.text.clone(),
        md5: list.md5,
        sha256: list.sha256,
    }
}
