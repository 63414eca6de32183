//! What every protocol needs to be served over HTTP.
//!
//! A protocol gives its addresses as data ([`protocol::Route`]), each with the least right it
//! needs; [`mount`] parses, finds out who asks, asks the permission decision about the object the
//! address names, and only then dispatches. No address can exist without a permission.
//!
//! Not here: database and blob store (they are behind `packhouse-registry`), and anything that
//! only one protocol does.

pub mod actor;
pub mod body;
pub mod call;
pub mod challenge;
pub mod conditional;
pub mod documents;
pub mod download;
pub mod error;
pub mod guard;
pub mod limits;
pub mod links;
pub mod mount;
pub mod packed;
pub mod paging;
pub mod protocol;
pub mod request_log;
pub mod upload;

pub use call::{Call, Kit};
pub use error::{CredentialFault, ErrorView, HttpError, Result};
pub use protocol::{Access, Protocol, Route, RouteError};
