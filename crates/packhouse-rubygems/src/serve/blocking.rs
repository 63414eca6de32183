//! Work that would hold up other requests.

use packhouse_http::{HttpError, Result};

/// Runs it on a thread of its own.
pub(crate) async fn run<R: Send + 'static>(
    work: impl FnOnce() -> Result<R> + Send + 'static,
) -> Result<R> {
    let done = tokio::task::spawn_blocking(work).await;
    let stopping = |_| {
        let kind = packhouse_core::error::ErrorKind::Unavailable;
        HttpError::new(kind, "the server is stopping")
    };
    done.map_err(stopping)?
}

/// Reports a fault of ours.
pub(crate) fn broken(error: impl std::fmt::Display) -> HttpError {
    packhouse_registry::Error::Internal(error.to_string()).into()
}
