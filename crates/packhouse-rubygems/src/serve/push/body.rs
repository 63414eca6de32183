//! What `gem push` sends: the gem alone, or a form with attestations beside it. Clients other than
//! `gem` name any type, so only the type of a form counts.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use actix_multipart::{Multipart, MultipartError};
use actix_web::HttpMessage;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use packhouse_core::error::ErrorKind;
use packhouse_http::upload;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::bytes::StagedFile;
use serde_json::Value;
use tokio::sync::Mutex;

/// How much attestations may have, in bytes.
const MAX_ATTESTATIONS: usize = 1024 * 1024;
/// How much a form may add to a gem besides them, in bytes.
const FORM: u64 = 64 * 1024;

/// How long the boundary of a form must be: the form's reader fails on lines shorter than that.
const MIN_BOUNDARY: usize = 4;

/// What came.
pub(super) struct Pushed {
    /// The `.gem`.
    pub gem: StagedFile,
    /// A JSON array of statements about where it was built.
    pub attestations: Option<Bytes>,
}

/// Receives the body; the gem goes to staging as it comes.
pub(super) async fn receive(call: &mut Call) -> Result<Pushed> {
    let limit = call.kit.limits.gem;
    if is_form(call) {
        return receive_form(call, limit).await;
    }
    let mut chunks = upload::receive_heard(call, limit).await?;
    let mut staged = call.registry().begin_upload(limit);
    let received = async {
        let mut any = false;
        while let Some(chunk) = chunks.next().await? {
            any |= !chunk.is_empty();
            staged.write(chunk).await?;
        }
        match any {
            true => Ok(()),
            false => Err(HttpError::invalid(
                "the request body is empty: send the .gem file",
            )),
        }
    };
    if let Err(error) = received.await {
        chunks.give_up().await;
        return Err(error);
    }
    Ok(Pushed {
        gem: staged.finish().await?,
        attestations: None,
    })
}

fn is_form(call: &Call) -> bool {
    let header = call.request.headers().get(CONTENT_TYPE);
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("multipart/form-data")
}

async fn receive_form(call: &mut Call, limit: u64) -> Result<Pushed> {
    let whole = limit
        .saturating_add(FORM)
        .saturating_add(MAX_ATTESTATIONS as u64);
    let chunks = upload::receive_heard(call, whole).await;
    let mut chunks = chunks.map_err(|error| over(error, limit))?;
    let kind = call.request.mime_type().ok().flatten();
    let boundary = kind.as_ref().and_then(|kind| kind.get_param("boundary"));
    if boundary.is_some_and(|boundary| boundary.as_str().len() < MIN_BOUNDARY) {
        chunks.give_up().await;
        let text = format!("the boundary of the form has less than {MIN_BOUNDARY} characters");
        return Err(HttpError::invalid(text));
    }
    let headers = call.request.headers().clone();
    // What goes wrong below the form is told as it is, not as the form's reader puts it.
    let (failed, mut failures) = tokio::sync::mpsc::unbounded_channel();
    let chunks = Rc::new(Mutex::new(chunks));
    let ended = Rc::new(Cell::new(false));
    let end = Rc::clone(&ended);
    let pieces = stream::unfold(Rc::clone(&chunks), move |chunks| {
        let (failed, end) = (failed.clone(), Rc::clone(&end));
        async move {
            let piece = chunks.lock().await.next().await;
            match piece {
                Ok(piece) => {
                    end.set(piece.is_none());
                    piece.map(|piece| (Ok(piece), chunks))
                }
                Err(error) => {
                    // Nobody listens when the handler gave up already.
                    let _ = failed.send(error);
                    Some((Err(PayloadError::Incomplete(None)), chunks))
                }
            }
        }
    });
    // The form's reader asks again after the end.
    let form = Multipart::new(&headers, Box::pin(pieces.fuse()));
    let received = fields(call, form, &ended, limit).await;
    if received.is_err() {
        // The client listens when it has sent everything. The form's reader is gone by now: one
        // that failed must not be asked for more.
        chunks.lock().await.give_up().await;
    }
    match failures.try_recv() {
        Ok(error) => Err(over(error, limit)),
        Err(_) => received,
    }
}

/// Gives the next part of a form, or piece of a part. Their reader waits for ever when the body ended
/// inside the form's last line; nothing more comes then.
async fn next<T>(
    from: &mut (impl Stream<Item = std::result::Result<T, MultipartError>> + Unpin),
    ended: &Cell<bool>,
) -> Option<std::result::Result<T, MultipartError>> {
    poll_fn(|cx| match from.poll_next_unpin(cx) {
        Poll::Pending if ended.get() => Poll::Ready(Some(Err(MultipartError::Incomplete))),
        polled => polled,
    })
    .await
}

async fn fields(
    call: &Call,
    mut form: Multipart,
    ended: &Cell<bool>,
    limit: u64,
) -> Result<Pushed> {
    let (mut gem, mut attestations) = (None, None);
    while let Some(field) = next(&mut form, ended).await {
        let mut field = field.map_err(damaged)?;
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "gem" if gem.is_none() => {
                let mut staged = call.registry().begin_upload(limit);
                while let Some(piece) = next(&mut field, ended).await {
                    staged.write(piece.map_err(damaged)?).await?;
                }
                gem = Some(staged.finish().await?);
            }
            "attestations" if attestations.is_none() => {
                let mut text = BytesMut::new();
                while let Some(piece) = next(&mut field, ended).await {
                    text.extend_from_slice(&piece.map_err(damaged)?);
                    if text.len() > MAX_ATTESTATIONS {
                        let text = format!(
                            "the attestations have more than {MAX_ATTESTATIONS} bytes: push without \
                             them, or with fewer"
                        );
                        return Err(HttpError::new(ErrorKind::TooLarge, text));
                    }
                }
                attestations = Some(checked(text.freeze())?);
            }
            "gem" | "attestations" => {
                let text = format!("the form has two parts {name}: send one");
                return Err(HttpError::invalid(text));
            }
            // Other clients may send more than is known here.
            _ => {
                while let Some(piece) = next(&mut field, ended).await {
                    piece.map_err(damaged)?;
                }
            }
        }
    }
    let missing = || HttpError::invalid("the form has no part gem: send the .gem file in it");
    Ok(Pushed {
        gem: gem.ok_or_else(missing)?,
        attestations,
    })
}

/// Attestations are a list of objects; who believes them is the reader's affair.
fn checked(text: Bytes) -> Result<Bytes> {
    let read: serde_json::Result<Vec<serde_json::Map<String, Value>>> =
        serde_json::from_slice(&text);
    match read {
        Ok(list) if !list.is_empty() => Ok(text),
        Ok(_) => Err(wrong("there is none in it")),
        Err(error) => Err(wrong(&error.to_string())),
    }
}

fn wrong(why: &str) -> HttpError {
    let text = format!("the part attestations is not a JSON array of sigstore bundles: {why}");
    HttpError::new(ErrorKind::Unprocessable, text)
}

fn damaged(error: MultipartError) -> HttpError {
    HttpError::invalid(format!(
        "the form in the request body cannot be read: {error}"
    ))
}

/// The limit is that of the gem, whatever the form adds.
fn over(error: HttpError, limit: u64) -> HttpError {
    match error.kind {
        ErrorKind::TooLarge => HttpError::too_large(limit),
        _ => error,
    }
}
