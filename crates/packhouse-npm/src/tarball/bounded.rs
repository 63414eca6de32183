//! Decompression that stops at a limit and remembers why.

use std::cell::{Cell, RefCell};
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use super::{ArchiveLimits, TarballError};

/// Counts what is read, and keeps the error that reading gave.
pub(super) struct Source<R> {
    inner: R,
    shared: Rc<Shared>,
}

#[derive(Default)]
struct Shared {
    compressed: Cell<u64>,
    source_failed: Cell<bool>,
    ended: Cell<bool>,
    verdict: RefCell<Option<TarballError>>,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.shared.source_failed.set(true);
            }
        })?;
        self.shared
            .compressed
            .set(self.shared.compressed.get() + count as u64);
        Ok(count)
    }
}

/// The decompressed stream, one or many gzip members, under limits.
pub(super) struct Bounded<R> {
    inner: MultiGzDecoder<BufReader<Source<R>>>,
    limits: ArchiveLimits,
    unpacked: u64,
    shared: Rc<Shared>,
}

/// What the stream found wrong, if anything; outlives it.
pub(super) struct Verdict(Rc<Shared>);

impl Verdict {
    pub(super) fn take(&self) -> Option<TarballError> {
        self.0.verdict.borrow_mut().take()
    }

    /// Tells whether the reader above asked for more than there was.
    pub(super) fn ended(&self) -> bool {
        self.0.ended.get()
    }
}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R, limits: ArchiveLimits) -> Self {
        let shared = Rc::new(Shared::default());
        let source = Source {
            inner,
            shared: Rc::clone(&shared),
        };
        Self {
            inner: MultiGzDecoder::new(BufReader::with_capacity(64 << 10, source)),
            limits,
            unpacked: 0,
            shared,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        Verdict(Rc::clone(&self.shared))
    }

    fn fail(&self, error: TarballError) -> io::Error {
        let text = error.to_string();
        self.shared.verdict.borrow_mut().get_or_insert(error);
        io::Error::other(text)
    }

    fn over_limit(&self) -> Option<TarballError> {
        let ArchiveLimits {
            unpacked,
            ratio,
            ratio_from,
            ..
        } = self.limits;
        if self.unpacked > unpacked {
            return Some(TarballError::TooLarge { limit: unpacked });
        }
        let allowed = self.shared.compressed.get().saturating_mul(ratio);
        (self.unpacked > ratio_from && self.unpacked > allowed)
            .then_some(TarballError::Inflation { limit: ratio })
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.inner.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) if self.shared.source_failed.get() => {
                return Err(self.fail(TarballError::Io(error)));
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.fail(TarballError::Truncated));
            }
            Err(error) => return Err(self.fail(TarballError::BadGzip(error))),
        };
        if count == 0 && !buffer.is_empty() {
            self.shared.ended.set(true);
        }
        self.unpacked += count as u64;
        match self.over_limit() {
            Some(error) => Err(self.fail(error)),
            None => Ok(count),
        }
    }
}
