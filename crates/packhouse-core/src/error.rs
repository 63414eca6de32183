//! The closed list of what can go wrong, as a client sees it.

/// The kind of a failure. `packhouse-http` gives each kind a status and headers; a protocol may
/// answer another status for a kind where its clients need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Missing, or hidden from the asker: the two are never told apart.
    NotFound,
    /// No credential, or one that is unknown, expired or revoked.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// The request breaks a rule that its text names.
    Invalid,
    /// Another change came first.
    Conflict,
    /// It was here and will not come back.
    Gone,
    /// Over a size limit that the text names.
    TooLarge,
    /// The address asks for more than one address may.
    UriTooLong,
    /// Over a quota that the text names.
    QuotaExceeded,
    /// The disk or bucket is full.
    StorageFull,
    /// A condition of the request (If-Match …) does not hold.
    Precondition,
    /// The asked range lies outside the file.
    RangeNotSatisfiable,
    /// The address exists, the method does not.
    MethodNotAllowed,
    /// Well-formed, but cannot be processed.
    Unprocessable,
    /// Too many tries.
    RateLimited,
    /// Known, but not offered by this server.
    Unsupported,
    /// Database or store cannot be reached now.
    Unavailable,
    /// A fault of ours.
    Internal,
}
