//! An upload that has arrived whole.

use std::fs::{self, File};
use std::io::{self, IoSlice, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use packhouse_core::digest::Digests;

use crate::error::BlobError;
use crate::store::BlobKey;

/// An upload that has arrived whole, with its digests. Cheap to clone; when the last clone is
/// dropped its bytes go, unless a store has taken them. While a clone lives after a `put`,
/// [`BlobStore::claim`](crate::BlobStore::claim) does not give the blob to anyone.
#[derive(Clone)]
pub struct StagedFile {
    inner: Arc<Inner>,
}

struct Inner {
    digests: Digests,
    dir: Arc<Path>,
    content: Content,
    /// The blob that it was put as, locked so that nobody removes it.
    held: Mutex<Option<Arc<File>>>,
}

/// Where the bytes are.
pub(crate) enum Content {
    Memory(Bytes),
    Disk {
        /// Open for as long as anyone may read, so the bytes stay readable under any name.
        file: Arc<File>,
        /// The name in the staging folder, until a store takes it.
        temp: Mutex<Option<TempFile>>,
    },
    /// In the store already, and not kept for good yet.
    Remote(Box<dyn Remote>),
}

/// Bytes that a store has taken in while they came. When dropped before they were kept, they are
/// removed.
#[async_trait]
pub(crate) trait Remote: Send + Sync {
    /// Keeps them; when that was done before, gives the same key.
    async fn keep(&self) -> Result<BlobKey, BlobError>;

    /// Gives the bytes where they are in memory still.
    fn in_memory(&self) -> Option<Bytes>;
}

impl StagedFile {
    pub(crate) fn in_memory(bytes: Bytes, dir: Arc<Path>, digests: Digests) -> Self {
        Self {
            inner: Arc::new(Inner {
                digests,
                dir,
                content: Content::Memory(bytes),
                held: Mutex::default(),
            }),
        }
    }

    pub(crate) fn on_disk(temp: TempFile, dir: Arc<Path>, digests: Digests) -> Self {
        let file = Arc::clone(&temp.file);
        let content = Content::Disk {
            file,
            temp: Mutex::new(Some(temp)),
        };
        Self {
            inner: Arc::new(Inner {
                digests,
                dir,
                content,
                held: Mutex::default(),
            }),
        }
    }

    pub(crate) fn remote(remote: Box<dyn Remote>, digests: Digests) -> Self {
        Self {
            inner: Arc::new(Inner {
                digests,
                // Nothing of it goes to the disk.
                dir: Path::new("").into(),
                content: Content::Remote(remote),
                held: Mutex::default(),
            }),
        }
    }

    /// Gives the digests and the length of the bytes.
    pub fn digests(&self) -> &Digests {
        &self.inner.digests
    }

    /// Gives a reader from the start, also after `put`. Reading may block on the disk: use it on
    /// a blocking thread.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] for what came through an upload [session](crate::Session)
    /// to a bucket and is larger than a part (16 MiB): its parts cannot be read before they are
    /// one. Open the blob after `put`.
    pub fn open(&self) -> io::Result<StagedReader> {
        let source = match &self.inner.content {
            Content::Memory(bytes) => Source::Memory(bytes.clone()),
            Content::Disk { file, .. } => Source::Disk(Arc::clone(file)),
            Content::Remote(remote) => Source::Memory(remote.in_memory().ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::Unsupported,
                    "a large upload to a bucket cannot be read before it is kept",
                )
            })?),
        };
        Ok(StagedReader {
            source,
            size: self.digests().size,
            at: 0,
        })
    }

    pub(crate) fn content(&self) -> &Content {
        &self.inner.content
    }

    /// Keeps a locked file open for as long as any clone of this lives.
    pub(crate) fn hold(&self, file: Arc<File>) {
        // A panic cannot leave an Option half-changed.
        let mut held = self
            .inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *held = Some(file);
    }

    /// Gives a file in the staging folder that holds the bytes and is the caller's to rename.
    pub(crate) fn take_temp(&self) -> Result<TempFile, BlobError> {
        match self.content() {
            Content::Memory(bytes) => {
                let mut temp = super::upload::create(&self.inner.dir)?;
                temp.write(std::slice::from_ref(bytes))?;
                Ok(temp)
            }
            // Another store's, which no caller has: a server has one store.
            Content::Remote(_) => Err(BlobError::Broken),
            Content::Disk { temp, .. } => {
                // A panic cannot leave an Option half-changed.
                match temp.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(temp) => Ok(temp),
                    None => self.copy(),
                }
            }
        }
    }

    /// Writes the bytes once more: another `put` took the file that was written first.
    fn copy(&self) -> Result<TempFile, BlobError> {
        let temp = super::upload::create(&self.inner.dir)?;
        self.open()
            .and_then(|mut reader| io::copy(&mut reader, &mut &*temp.file))
            .map_err(|error| BlobError::io("write", &temp.path, error))?;
        Ok(temp)
    }
}

/// A file in the staging folder, removed when dropped before it was [kept](Self::keep).
pub(crate) struct TempFile {
    pub(crate) file: Arc<File>,
    pub(crate) path: PathBuf,
    /// Whether its file is locked by whoever wrote it: that of an upload session is.
    pub(crate) locked: bool,
    kept: bool,
}

impl TempFile {
    pub(super) fn new(file: File, path: PathBuf) -> Self {
        Self {
            file: Arc::new(file),
            path,
            locked: false,
            kept: false,
        }
    }

    /// Takes a locked file that stays when this is dropped.
    pub(crate) fn lasting(file: File, path: PathBuf) -> Self {
        Self {
            file: Arc::new(file),
            path,
            locked: true,
            kept: true,
        }
    }

    /// Writes where the last write ended.
    pub(crate) fn write(&mut self, parts: &[Bytes]) -> Result<(), BlobError> {
        let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
        write_all(&self.file, &mut slices)
            .map_err(|error| BlobError::io("write", &self.path, error))
    }

    /// Says that the file goes when this is dropped.
    pub(crate) fn passing(mut self) -> Self {
        self.kept = false;
        self
    }

    /// Says that the file has another name now.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

fn write_all(mut file: &File, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    // Leaves out empty ones, so that nothing written means that nothing can be.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match file.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            // `purge` removes it at the next start.
            tracing::warn!(upload.path = %self.path.display(), %error, "cannot remove an upload");
        }
    }
}

/// Reads a staged file from any place, independent of other readers of it.
pub struct StagedReader {
    source: Source,
    size: u64,
    at: u64,
}

enum Source {
    Memory(Bytes),
    Disk(Arc<File>),
}

impl Read for StagedReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.size.saturating_sub(self.at);
        // Cannot be cut: the smaller of the two fits in usize because `buf.len()` does.
        let len = left.min(buf.len() as u64) as usize;
        let read = match &self.source {
            Source::Memory(_) if len == 0 => 0,
            Source::Memory(bytes) => {
                let at = self.at as usize;
                buf[..len].copy_from_slice(&bytes[at..at + len]);
                len
            }
            Source::Disk(file) => file.read_at(&mut buf[..len], self.at)?,
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for StagedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "cannot seek before the start")
        })?;
        Ok(self.at)
    }
}
