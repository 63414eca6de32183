//! What a form sent.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use packhouse_http::{HttpError, Result, upload};

/// The most bytes that a form of ours may send.
const LIMIT: u64 = 64 * 1024;

/// The fields of a form, decoded.
pub(crate) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads a form's body.
    ///
    /// # Errors
    /// `TooLarge` over 64 KiB, `Invalid` when it is no URL-encoded form, breaks off or pauses for
    /// longer than `idle`.
    pub async fn read(headers: &HeaderMap, payload: Payload, idle: Duration) -> Result<Self> {
        let kind = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let kind = kind
            .and_then(|text| text.split(';').next())
            .unwrap_or_default()
            .trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(HttpError::invalid(
                "send this as a URL-encoded form, as its page does",
            ));
        }
        let mut chunks = upload::receive(headers, payload, LIMIT, idle)?;
        let mut body = Vec::new();
        while let Some(chunk) = chunks.next().await? {
            body.extend_from_slice(&chunk);
        }
        let fields = url::form_urlencoded::parse(&body).into_owned().collect();
        Ok(Self { fields })
    }

    /// Gives the first field of a name; one that was not sent is empty.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}
