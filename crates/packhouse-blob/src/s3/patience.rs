//! How long a bucket may take, and how much may be on its way to it at once. The client tries again
//! by itself when it is refused or cut off, but it waits a minute for one that takes a request and
//! stays silent: nobody who publishes or installs shall wait that long to be told to come back.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use object_store::{Error, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The slowest that bytes may go out, in bytes a second.
const SLOWEST: u64 = 512 * 1024;

/// How long somebody waits for the bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// How long an answer may take to begin, all tries together.
    pub(super) answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
        }
    }
}

impl Patience {
    /// Waits for an answer to a request that carries `bytes`: ten seconds, and two for each MiB.
    ///
    /// # Errors
    /// Those of the request; one like that of a bucket that cannot be reached when it takes longer.
    pub(super) async fn within<T>(
        self,
        bytes: u64,
        asked: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        before(self.end(bytes), asked).await
    }

    /// Gives when the wait for a request that carries `bytes` and begins now is over.
    pub(super) fn end(self, bytes: u64) -> Instant {
        Instant::now() + self.answer + Duration::from_secs(bytes / SLOWEST)
    }
}

/// Waits until `end` for one of the steps that a request takes.
///
/// # Errors
/// As [`Patience::within`].
pub(super) async fn before<T>(end: Instant, asked: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout_at(end, asked)
        .await
        .unwrap_or_else(|late| Err(unavailable(late)))
}

/// The bytes that may be in memory on their way to the bucket, over all uploads.
///
/// By bytes and not by requests: a small file does not wait until a part of a large one is sent.
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    /// Makes room for `bytes`, whole KiB.
    pub(super) fn new(bytes: u64) -> Self {
        // Permits are KiB; far fewer than a semaphore can have.
        Self(Arc::new(Semaphore::new((bytes / 1024) as usize)))
    }

    /// Waits for room for `bytes`, in turn, and gives it until it is dropped.
    ///
    /// # Errors
    /// When the room is closed, which it never is.
    pub(super) async fn take(&self, bytes: u64) -> Result<OwnedSemaphorePermit> {
        // At most a part of 16 MiB is asked for.
        let permits = bytes.div_ceil(1024).max(1) as u32;
        let taken = Arc::clone(&self.0).acquire_many_owned(permits).await;
        taken.map_err(unavailable)
    }
}

fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Generic {
        store: "S3",
        source: source.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[tokio::test]
    async fn room_is_by_bytes() {
        let room = Room::new(64 * MIB);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(room.take(16 * MIB).await.unwrap());
        }
        // Sixteen thousand empty files fit where a fourth part does.
        for _ in 0..16 * 1024 {
            held.push(room.take(0).await.unwrap());
        }
        assert_eq!(room.0.available_permits(), 0);
        drop(held);
        assert_eq!(room.0.available_permits(), 64 * 1024);
    }
}
