//! The Maven 2 repository over HTTP, without a client: the acceptance cases of the protocol notes
//! (`docs/maven-acceptance.md` says which test shows what), the requests of each client in their
//! order, what is refused and leaves nothing behind, and who may do what.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod bad_input;
mod cases;
mod deletes;
mod documented;
mod folders;
mod headers;
mod matrix;
mod plugins;
mod raw;
mod replay;
mod snapshots;
mod world;
