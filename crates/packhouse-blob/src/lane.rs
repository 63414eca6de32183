//! Work on a value that must not block an async worker, one step at a time.

use crate::error::BlobError;

/// A value whose steps run on blocking threads, in order, while the caller goes on.
///
/// At most one step is under way, so the memory it holds is bounded, and between steps no thread
/// waits: a thousand slow clients take no thread at all.
pub(crate) enum Lane<S> {
    Idle(S),
    Busy(tokio::task::JoinHandle<Result<S, BlobError>>),
    /// A step failed, or its caller went away while it was waited for.
    Broken,
}

impl<S: Send + 'static> Lane<S> {
    /// Starts `step` as soon as the one before has ended; fails if that one failed.
    pub(crate) async fn run(
        &mut self,
        step: impl FnOnce(&mut S) -> Result<(), BlobError> + Send + 'static,
    ) -> Result<(), BlobError> {
        let mut state = self.settle().await?;
        *self = Self::Busy(tokio::task::spawn_blocking(move || {
            step(&mut state)?;
            Ok(state)
        }));
        Ok(())
    }

    /// Tells whether a step would start at once.
    pub(crate) fn is_free(&self) -> bool {
        match self {
            Self::Idle(_) => true,
            Self::Busy(step) => step.is_finished(),
            Self::Broken => false,
        }
    }

    /// Waits for the last step and takes the value out.
    pub(crate) async fn settle(&mut self) -> Result<S, BlobError> {
        match std::mem::replace(self, Self::Broken) {
            Self::Idle(state) => Ok(state),
            // A step that panicked has said so on its own thread.
            Self::Busy(step) => step.await.map_err(|_| BlobError::Broken)?,
            Self::Broken => Err(BlobError::Broken),
        }
    }
}

/// Runs `work` on a blocking thread.
pub(crate) async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, BlobError> + Send + 'static,
) -> Result<R, BlobError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| BlobError::Broken)?
}
