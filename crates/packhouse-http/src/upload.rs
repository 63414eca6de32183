//! Receiving bodies piece by piece, under a limit.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::call::Call;
use crate::error::{HttpError, Result};

/// How much of a refused body is still taken off the wire, so that the client, busy sending, gets
/// to read the refusal instead of a broken connection. Beyond it the connection is cut.
const DRAIN: u64 = 1024 * 1024 * 1024;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(30);

/// How long a body may take that is heard out.
const HEAR_TIME: Duration = Duration::from_secs(600);

/// A body under way.
pub struct Chunks {
    payload: Option<Payload>,
    received: u64,
    limit: u64,
    idle: Duration,
    /// Whether the rest of what is refused is taken before the refusal.
    heard: bool,
}

/// Begins to receive a body of at most `limit` bytes that pauses for less than `idle` at a time.
///
/// # Errors
/// `TooLarge` when the announced length is over the limit; nothing is read then.
pub fn receive(
    headers: &HeaderMap,
    payload: Payload,
    limit: u64,
    idle: Duration,
) -> Result<Chunks> {
    let announced = announced(headers);
    let mut chunks = Chunks {
        payload: Some(payload),
        received: 0,
        limit,
        idle,
        heard: false,
    };
    if announced.is_some_and(|length| length > limit) {
        chunks.drain();
        return Err(HttpError::too_large(limit));
    }
    Ok(chunks)
}

/// Begins to receive the body of a request as [`receive`] does; one that is too large is [heard
/// out](hear_out) before that is said.
///
/// # Errors
/// `TooLarge` when the announced length is over the limit.
pub async fn receive_heard(call: &mut Call, limit: u64) -> Result<Chunks> {
    let idle = call.kit.limits.idle;
    let payload = std::mem::replace(&mut call.payload, Payload::None);
    if announced(call.request.headers()).is_some_and(|length| length > limit) {
        hear_out(payload, idle).await;
        return Err(HttpError::too_large(limit));
    }
    Ok(Chunks {
        payload: Some(payload),
        received: 0,
        limit,
        idle,
        heard: true,
    })
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Takes some of a body that nobody reads off the wire, so that the client gets to read why.
pub fn refuse(payload: Payload) {
    drop(Chunks {
        payload: Some(payload),
        received: 0,
        limit: 0,
        idle: Duration::ZERO,
        heard: false,
    });
}

/// Takes a body that nobody reads off the wire before the client is told why, so that it has not to
/// listen while it sends, and the connection lives on. Gives up, which cuts the connection, when
/// nothing comes for `idle`, or the body is very large or slow.
pub async fn hear_out(mut payload: Payload, idle: Duration) {
    let mut left = DRAIN;
    let whole = async {
        while let Ok(Some(Ok(bytes))) = tokio::time::timeout(idle, payload.next()).await {
            left = left.saturating_sub(bytes.len() as u64);
            if left == 0 {
                break;
            }
        }
    };
    if tokio::time::timeout(HEAR_TIME, whole).await.is_err() {
        tracing::debug!("a refused body was not heard to its end");
    }
}

impl Chunks {
    /// Gives the next piece, or `None` at the end.
    ///
    /// # Errors
    /// `TooLarge` as soon as the limit is passed; `Invalid` when the connection breaks off or
    /// nothing comes for too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let Some(payload) = self.payload.as_mut() else {
            return Ok(None);
        };
        let Ok(piece) = tokio::time::timeout(self.idle, payload.next()).await else {
            self.payload = None;
            return Err(HttpError::invalid("the request body stalled"));
        };
        match piece {
            None => {
                self.payload = None;
                Ok(None)
            }
            Some(Ok(bytes)) => {
                self.received += bytes.len() as u64;
                if self.received > self.limit {
                    self.give_up().await;
                    return Err(HttpError::too_large(self.limit));
                }
                Ok(Some(bytes))
            }
            Some(Err(error)) => {
                self.payload = None;
                Err(HttpError::invalid(format!(
                    "the request body broke off: {error}"
                )))
            }
        }
    }

    /// Ends receiving before the refusal of what came: where the body is to be heard out, that is
    /// done now.
    pub async fn give_up(&mut self) {
        match self.payload.take() {
            Some(payload) if self.heard => hear_out(payload, self.idle).await,
            payload => {
                self.payload = payload;
                self.drain();
            }
        }
    }

    /// Takes the rest of a refused body off the wire while the refusal is on its way.
    fn drain(&mut self) {
        let Some(mut payload) = self.payload.take() else {
            return;
        };
        let mut left = DRAIN;
        actix_web::rt::spawn(tokio::time::timeout(DRAIN_TIME, async move {
            while let Some(Ok(bytes)) = payload.next().await {
                left = left.saturating_sub(bytes.len() as u64);
                if left == 0 {
                    break;
                }
            }
        }));
    }
}

impl Drop for Chunks {
    /// A handler that gives up in the middle refuses the rest.
    fn drop(&mut self) {
        self.drain();
    }
}
