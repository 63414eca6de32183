//! Forms that clients send, also with DELETE.

use packhouse_http::{Call, HttpError, Result};

/// The longest form, in bytes.
const MAX: u64 = 64 * 1024;

/// Gives the fields of the body and of the query string, those of the body first.
///
/// # Errors
/// When the body is longer than any form, or is no text.
pub(crate) async fn read(call: &mut Call) -> Result<Vec<(String, String)>> {
    let body = call.body_of(MAX.min(call.kit.limits.json)).await?;
    if std::str::from_utf8(&body).is_err() {
        let text = "the form in the request body is not UTF-8";
        return Err(HttpError::invalid(text));
    }
    let query = call.request.query_string().as_bytes();
    let fields = url::form_urlencoded::parse(&body).chain(url::form_urlencoded::parse(query));
    Ok(fields
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect())
}

/// Gives the first value of a field.
pub(crate) fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let field = fields.iter().find(|(field, _)| field == name);
    field.map(|(_, value)| value.as_str())
}
