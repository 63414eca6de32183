//! How long a bucket may take. The client tries again by itself when it is refused or cut off,
//! but it waits a minute for one that takes a request and stays silent: nobody who publishes or
//! installs shall wait that long to be told to come back.

use std::future::Future;
use std::time::Duration;

use object_store::{Error, Result};

/// How long an answer may take to begin, all tries together.
const ANSWER: Duration = Duration::from_secs(10);

/// The slowest that bytes may go out, in bytes a second.
const SLOWEST: u64 = 512 * 1024;

/// Waits for an answer to a request that carries `bytes`: ten seconds, and two for each MiB.
///
/// # Errors
/// Those of the request; one like that of a bucket that cannot be reached when it takes longer.
pub(super) async fn within<T>(bytes: u64, asked: impl Future<Output = Result<T>>) -> Result<T> {
    let limit = ANSWER + Duration::from_secs(bytes / SLOWEST);
    tokio::time::timeout(limit, asked)
        .await
        .unwrap_or_else(|late| {
            Err(Error::Generic {
                store: "S3",
                source: late.into(),
            })
        })
}
