//! From a failure to an answer: the default status and headers of each kind of error. A protocol
//! draws the body, and may answer another status for a kind, in its `error_body` and nowhere else.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use packhouse_core::error::ErrorKind;
use packhouse_registry::bytes::BlobError;

/// Shorthand for results of handlers.
pub type Result<T, E = HttpError> = std::result::Result<T, E>;

/// A failure on its way to the client.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct HttpError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What the client is told.
    pub message: String,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// The methods an address has, for `MethodNotAllowed`.
    pub allow: Vec<&'static str>,
    /// The protocol's own word for it, where its clients tell more apart than kinds.
    pub code: Option<&'static str>,
    /// What few failures have; in a box, since every result carries one.
    pub(crate) more: Option<Box<More>>,
    /// What is wrong with the credential that came, for `Unauthenticated`.
    pub credential: Option<CredentialFault>,
    /// Whether a change was refused to something that the asker may not read, or that is not there.
    pub hidden: bool,
}

#[derive(Debug, Default)]
pub(crate) struct More {
    /// The things it is about, where clients want them one by one.
    about: Vec<String>,
    /// What a credential would have to state, where that is more than the address says.
    scope: Option<String>,
    /// Headers of the answer that clients go on with.
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is wrong with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialFault {
    /// It is unknown, expired or revoked.
    Invalid,
    /// It came as a password and has not the form of a token, where tokens alone are taken.
    NoToken,
    /// It is good, but was made for other things.
    Insufficient,
}

/// What a protocol draws an error's body from.
#[derive(Debug, Clone, Copy)]
pub struct ErrorView<'a> {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The default status of that kind.
    pub status: StatusCode,
    /// What the client is told.
    pub message: &'a str,
    /// The protocol's own word for it.
    pub code: Option<&'static str>,
    /// Whether a change was refused to something that the asker may not read, or that is not there.
    pub hidden: bool,
    /// The things it is about.
    pub about: &'a [String],
    /// What a token must be asked for, where the address alone does not say it.
    pub scope: Option<&'a str>,
    /// What is wrong with the credential.
    pub credential: Option<CredentialFault>,
    /// Whether a credential came at all.
    pub presented: bool,
    /// Scheme, host and port under which the client reached this server, without a slash at the
    /// end.
    pub origin: &'a str,
}

impl HttpError {
    /// Makes a failure of a kind with its text.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
            allow: Vec::new(),
            code: None,
            more: None,
            credential: None,
            hidden: false,
        }
    }

    /// Gives it the protocol's own word.
    #[must_use]
    pub fn coded(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// Adds a header that clients go on with.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.more_mut().headers.push((name, value));
        self
    }

    /// Says what a credential would have to state, where that is more than the address says.
    #[must_use]
    pub fn with_scope(mut self, scope: Option<String>) -> Self {
        if scope.is_some() {
            self.more_mut().scope = scope;
        }
        self
    }

    /// Gives the things it is about.
    pub fn about(&self) -> &[String] {
        self.more.as_ref().map_or(&[], |more| &more.about)
    }

    /// Gives what a credential would have to state, where that is more than the address says.
    pub fn scope(&self) -> Option<&str> {
        self.more.as_ref()?.scope.as_deref()
    }

    fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Reports a request that breaks a rule.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Reports something missing or hidden.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        packhouse_registry::Error::not_found(what).into()
    }

    /// Reports a body over a limit.
    pub fn too_large(limit: u64) -> Self {
        let message = format!("the request body is over the limit of {limit} bytes");
        Self::new(ErrorKind::TooLarge, message)
    }

    /// Reports a failure that several requests share.
    pub fn shared(error: &packhouse_registry::Error) -> Self {
        let kind = error.kind();
        Self::new(kind, told(kind, error))
    }

    /// Puts the headers that belong to a failure on its answer, whatever the body's form:
    /// `Retry-After` in seconds, at least one, and `Allow`.
    pub fn put_headers(&self, headers: &mut HeaderMap) {
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        if !self.allow.is_empty() {
            // Method names are ASCII, so they always make a header value.
            if let Ok(value) = HeaderValue::from_str(&self.allow.join(", ")) {
                headers.insert(ALLOW, value);
            }
        }
        for (name, value) in self.more.iter().flat_map(|more| &more.headers) {
            headers.insert(name.clone(), value.clone());
        }
    }
}

impl From<packhouse_registry::Error> for HttpError {
    fn from(error: packhouse_registry::Error) -> Self {
        use packhouse_registry::Error;
        let kind = error.kind();
        let retry_after = match (&error, kind) {
            (Error::RateLimited { retry_after }, _) => Some(*retry_after),
            (_, ErrorKind::Unavailable) => Some(Duration::from_secs(5)),
            _ => None,
        };
        let credential = match error {
            Error::BadCredential | Error::WrongPassword => Some(CredentialFault::Invalid),
            Error::Unstated { .. } => Some(CredentialFault::Insufficient),
            _ => None,
        };
        let mut failure = Self {
            retry_after,
            credential,
            hidden: matches!(error, Error::HiddenWrite { .. }),
            ..Self::new(kind, told(kind, &error))
        };
        if let Error::UnknownReferences(digests) = &error {
            failure.more_mut().about = digests.iter().map(ToString::to_string).collect();
        }
        failure
    }
}

impl From<BlobError> for HttpError {
    fn from(error: BlobError) -> Self {
        packhouse_registry::Error::from(error).into()
    }
}

/// Faults of ours are logged where they are handled, and told without their inside.
fn told(kind: ErrorKind, error: &(dyn std::error::Error + 'static)) -> String {
    match kind {
        ErrorKind::Internal => {
            tracing::error!(error = %chain(error), "request failed");
            "internal error: the server's log says more".to_owned()
        }
        ErrorKind::Unavailable => {
            tracing::error!(error = %chain(error), "database or store cannot be reached");
            "the database or the store cannot be reached now: try again".to_owned()
        }
        ErrorKind::StorageFull => {
            tracing::error!(error = %chain(error), "the storage is full");
            "the server's storage is full: nothing was changed, ask its operator to make room, \
             then try again"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        next = source.source();
    }
    text
}

/// Gives the default status of a kind.
pub fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden | ErrorKind::QuotaExceeded => StatusCode::FORBIDDEN,
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Gone => StatusCode::GONE,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::UriTooLong => StatusCode::URI_TOO_LONG,
        ErrorKind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorKind::Precondition => StatusCode::PRECONDITION_FAILED,
        ErrorKind::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unsupported => StatusCode::NOT_FOUND,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
