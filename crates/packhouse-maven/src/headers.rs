//! Headers that save clients requests (Maven notes §6, §9).

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue,
};
use packhouse_core::digest::Digests;

use crate::checksum::{self, Algorithm};

/// Documents and errors: ask each time.
pub(crate) const FRESH: &str = "no-cache";

/// Says every checksum of what is sent: resolvers and Gradle then ask for none.
pub(crate) fn put_checksums(headers: &mut HeaderMap, digests: &Digests) {
    for algorithm in Algorithm::ALL {
        let name = HeaderName::from_static(algorithm.header());
        let hex = checksum::of(algorithm, digests);
        if let Some(value) = hex.and_then(|hex| HeaderValue::from_str(&hex).ok()) {
            headers.insert(name, value);
        }
    }
}

/// Has browsers keep a file instead of showing it: it could speak in our name.
pub(crate) fn put_attachment(headers: &mut HeaderMap) {
    let value = HeaderValue::from_static("attachment");
    headers.insert(CONTENT_DISPOSITION, value);
}

/// Gives how long a file may be kept.
pub(crate) fn cache_control(fixed: bool, public: bool) -> &'static str {
    match (fixed, public) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "private, max-age=31536000, immutable",
        (false, true) => FRESH,
        (false, false) => "private, no-cache",
    }
}

/// Sets how long an answer may be kept.
pub(crate) fn put_cache_control(headers: &mut HeaderMap, value: &'static str) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(value));
}

/// Lets nothing in a page run or be fetched.
pub(crate) fn put_policy(headers: &mut HeaderMap) {
    let value = HeaderValue::from_static("default-src 'none'");
    headers.insert(CONTENT_SECURITY_POLICY, value);
}
