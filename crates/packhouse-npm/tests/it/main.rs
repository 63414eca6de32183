//! npm over HTTP, without a client: the acceptance cases of the npm notes §18 that need none, what
//! is refused and leaves nothing behind, and who may do what.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod account;
mod bad_input;
mod body;
mod catalogue;
mod edits;
mod fuzzed;
mod hosts;
mod matrix;
mod publish;
mod races;
mod read;
mod resources;
mod tarball;
mod world;
