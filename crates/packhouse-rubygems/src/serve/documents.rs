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

/// How many bytes of names are kept.
const NAMES: u64 = 8 * 1024 * 1024;

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
    /// A list of the old index from a list of versions.
    Specs(Specs),
}

/// The documents of one server.
#[derive(Clone)]
pub(crate) struct Documents {
    infos: documents::Documents<(PackageId, i64), Text>,
    made: documents::Documents<([u8; 16], Made), Bytes>,
    names: documents::Documents<[u8; 16], Text>,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            infos: documents::Documents::new(INFOS),
            made: documents::Documents::new(MADE),
            names: documents::Documents::new(NAMES),
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

    /// Gives what is made from a text, made at most once and where that holds up nobody. The lists of
    /// the old index are made together: who asks for one often asks for another.
    pub async fn made(&self, text: &Text, what: Made) -> Result<Bytes> {
        let source = text.bytes.clone();
        let making = async {
            let mut wanted = None;
            for (made, bytes) in blocking(move || make(&source, what)).await? {
                match made == what {
                    true => wanted = Some(bytes),
                    false => self.made.keep((text.md5, made), bytes).await,
                }
            }
            wanted.ok_or_else(|| Error::Internal(format!("{what:?} was not made")))
        };
        self.made.get((text.md5, what), making).await
    }

    /// Gives the names in a running list.
    pub async fn names(&self, list: &Text) -> Result<Text> {
        let source = list.bytes.clone();
        let making = blocking(move || Ok(Text::new(Live::read(read(&source)?).names())));
        self.names.get(list.md5, making).await
    }
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> packhouse_registry::Result<R> + Send + 'static,
) -> packhouse_registry::Result<R> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Internal(format!("a document was not made: {error}")))?
}

fn make(text: &Bytes, what: Made) -> packhouse_registry::Result<Vec<(Made, Bytes)>> {
    if what == Made::Packed {
        return Ok(vec![(what, packed::gzip(text)?)]);
    }
    let lists = Lists::draw(&Live::read(read(text)?));
    let lists = [
        (Specs::Released, &lists.specs),
        (Specs::Latest, &lists.latest),
        (Specs::Prerelease, &lists.prerelease),
    ];
    let packed = lists.map(|(list, bytes)| Ok((Made::Specs(list), packed::gzip(bytes)?)));
    packed.into_iter().collect()
}

fn read(text: &Bytes) -> packhouse_registry::Result<&str> {
    std::str::from_utf8(text).map_err(|error| Error::Internal(error.to_string()))
}

/// Gives the running list as a text.
pub(crate) fn text_of(list: &Arc<packhouse_registry::feed::RunningList>) -> Text {
    Text {
        bytes: list.text.clone(),
        md5: list.md5,
        sha256: list.sha256,
    }
}
