//! What a protocol brings to be mounted.

use actix_web::HttpResponse;
use actix_web::http::header::HeaderMap;
use packhouse_core::format::{Format, FormatId};
use packhouse_core::permission::{Action, Standing};
use packhouse_registry::{Listing, Lookup, PackageAddress};

use crate::call::Call;
use crate::error::{ErrorView, HttpError, Result};

/// The least right that an address needs. Where the body decides, the use case asks again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// A sign-in: whatever credential comes is not looked at.
    Login,
    /// No object and no account needed; a credential that comes must be valid.
    Public,
    /// Any account.
    SignedIn,
    /// An account by name, and how the asker must at least stand to it.
    Owner(String, Standing),
    /// A repository of an account, by their names.
    Repository {
        /// The owner's name.
        owner: String,
        /// The repository's name.
        name: String,
        /// What is to be done.
        action: Action,
    },
    /// What an account has of a format, by the account's name.
    Source {
        /// The owner's name.
        owner: String,
        /// The format.
        format: FormatId,
        /// What is asked of it.
        listing: Listing,
    },
    /// Something whose name the body tells: whoever has signed in, with a token that may do this to
    /// anything at all.
    Named(Action),
    /// Reading a package of such a source: one that is not there, or hidden from the asker, is none.
    Listed(PackageAddress, Lookup),
    /// Reading a version of such a source by a name that is its own across all of it: one that is not
    /// there, or hidden from the asker, is none.
    Held {
        /// The owner's name.
        owner: String,
        /// The format.
        format: FormatId,
        /// The reserved name.
        name: String,
        /// What was asked for, as errors name it.
        shown: String,
        /// How the source answers.
        lookup: Lookup,
    },
    /// A package.
    Package(PackageAddress, Action),
    /// Doing this to a package, or to what the asker has brought for one that does not exist and
    /// that the asker may create.
    PackageOrDraft(PackageAddress, Action),
    /// A package, where the body decides which of these is done: one that is allowed suffices, and
    /// a refusal speaks of the first.
    PackageAny(PackageAddress, &'static [Action]),
}

/// Why an address and method lead nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteError {
    /// No such address.
    NotFound,
    /// The address has other methods.
    MethodNotAllowed(Vec<&'static str>),
    /// The address cannot be read; the text says why.
    Invalid(String),
}

/// An address with its method, parsed.
pub trait Route: Clone + Sized + 'static {
    /// Parses percent-decoded path segments below the protocol's scope.
    ///
    /// # Errors
    /// See [`RouteError`].
    fn parse(method: &str, segments: &[String]) -> std::result::Result<Self, RouteError>;

    /// Says what becomes of an address that cannot even be decoded.
    fn unreadable(_method: &str, message: String) -> RouteError {
        RouteError::Invalid(message)
    }

    /// Gives the address with its parts named instead of filled in, for logs and metrics.
    fn template(&self) -> &'static str;

    /// Gives the least right the address needs.
    ///
    /// # Errors
    /// When a name in it cannot exist.
    fn access(&self) -> Result<Access>;

    /// Tells whether this goes on with what was begun before, so that an access token that ended a
    /// moment ago still does.
    fn goes_on(&self) -> bool {
        false
    }
}

/// A format that is served under a scope of its own.
pub trait Protocol: Format {
    /// Its addresses.
    type Route: Route;

    /// Where it hangs, without a slash at the end: `/npm`.
    const SCOPE: &'static str;

    /// Whether addresses begin with the scope also on hosts of its own, because clients have it
    /// built in.
    const ROOTED: bool = false;

    /// Whether its clients also send personal tokens in base64, as `Bearer base64(TOKEN)`.
    const WRAPPED_TOKENS: bool = false;

    /// Whether it hands out access tokens, and takes them.
    const ACCESS_TOKENS: bool = false;

    /// Whether its clients send an API key in a header of its own besides a sign-in: a good one
    /// decides, and one that is not good counts for nothing beside a sign-in.
    const API_KEYS: bool = false;

    /// Whether a refusal waits for the whole body: some clients send all of it before they listen,
    /// and a connection that closes meanwhile is all they get to see.
    const HEARS_OUT: bool = false;

    /// Answers a request that may be answered.
    fn dispatch(
        &self,
        call: Call,
        route: Self::Route,
    ) -> impl Future<Output = Result<HttpResponse>>;

    /// Draws an error as the format's clients read it; without a route where the address leads
    /// nowhere.
    fn error_body(&self, error: &ErrorView<'_>, route: Option<&Self::Route>) -> HttpResponse;

    /// Puts on every answer what all answers of the protocol have.
    fn seal(&self, _headers: &mut HeaderMap) {}
}

impl From<RouteError> for HttpError {
    fn from(error: RouteError) -> Self {
        use packhouse_core::error::ErrorKind;
        match error {
            RouteError::NotFound => {
                Self::new(ErrorKind::NotFound, "there is nothing at this address")
            }
            RouteError::Invalid(message) => Self::invalid(message),
            RouteError::MethodNotAllowed(allow) => {
                let message = format!("this address answers {} alone", allow.join(", "));
                Self {
                    allow,
                    ..Self::new(ErrorKind::MethodNotAllowed, message)
                }
            }
        }
    }
}
