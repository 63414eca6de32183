//! The distribution protocol over HTTP, without a client: the cases of the public conformance
//! suites restated (`docs/conformance.md` says which test shows what), tokens and challenges, what
//! is refused and leaves nothing behind, and who may do what.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod auth;
mod bad_input;
mod conformance;
mod deletes;
mod documented;
mod image;
mod leaks;
mod links;
mod matrix;
mod rules;
mod signatures;
mod signed_only;
mod world;
