//! Reading small bodies whole, under a limit.

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use bytes::{Bytes, BytesMut};
use flate2::write::GzDecoder;
use serde::de::DeserializeOwned;
use std::io::Write;

use crate::call::Call;
use crate::error::{HttpError, Result};
use crate::upload;

impl Call {
    /// Reads a JSON body of any type of content, at most as long as the limit for JSON.
    ///
    /// # Errors
    /// `TooLarge` over the limit, `Invalid` when it is not what is expected.
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        let body = self.small_body().await?;
        serde_json::from_slice(&body)
            .map_err(|error| HttpError::invalid(format!("the JSON body cannot be read: {error}")))
    }

    /// Reads a body, gunzipped if it says so, at most as long as the limit for JSON.
    ///
    /// # Errors
    /// `TooLarge` over the limit, `Invalid` when it cannot be unzipped.
    pub async fn small_body(&mut self) -> Result<Bytes> {
        self.body_of(self.kit.limits.json).await
    }

    /// Reads a body, gunzipped if it says so, at most as long as a limit.
    ///
    /// # Errors
    /// `TooLarge` over the limit, `Invalid` when it cannot be unzipped.
    pub async fn body_of(&mut self, limit: u64) -> Result<Bytes> {
        let gzip = is_gzip(self.request.headers());
        let payload = std::mem::replace(&mut self.payload, Payload::None);
        let mut chunks =
            upload::receive(self.request.headers(), payload, limit, self.kit.limits.idle)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = chunks.next().await? {
            body.extend_from_slice(&chunk);
        }
        if gzip {
            gunzip(&body, limit)
        } else {
            Ok(body.freeze())
        }
    }
}

fn is_gzip(headers: &HeaderMap) -> bool {
    headers
        .get("content-encoding")
        .is_some_and(|value| value.as_bytes() == b"gzip")
}

fn gunzip(body: &[u8], limit: u64) -> Result<Bytes> {
    let mut decoder = GzDecoder::new(Capped {
        out: Vec::new(),
        limit,
    });
    decoder
        .write_all(body)
        .and_then(|()| decoder.try_finish())
        .map_err(|error| {
            if error.kind() == std::io::ErrorKind::FileTooLarge {
                HttpError::too_large(limit)
            } else {
                HttpError::invalid("the body is not valid gzip")
            }
        })?;
    let capped = decoder
        .finish()
        .map_err(|_| HttpError::invalid("the body is not valid gzip"))?;
    Ok(capped.out.into())
}

/// Takes bytes up to a limit.
struct Capped {
    out: Vec<u8>,
    limit: u64,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if (self.out.len() + bytes.len()) as u64 > self.limit {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
