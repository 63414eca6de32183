//! A NuGet source over HTTP, without a client: the acceptance cases of the protocol notes
//! (`docs/nuget-acceptance.md` says which test shows what), what is refused and leaves nothing
//! behind, the feed of old clients, what readers get, and who may do what.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod bad_input;
mod cases;
mod documented;
mod feed;
mod matrix;
mod pack;
mod raw;
mod reading;
mod v2;
mod world;
