//! A gem source over HTTP, without a client: what is pushed and what readers get of it, validators
//! and ranges of the compact index, what is refused and leaves nothing behind, and who may do what.
//! Tests of the protocol notes' acceptance cases (§19) are called `case_NN_…`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod bad_input;
mod conformance;
mod documented;
mod matrix;
mod raw;
mod reading;
mod signs;
mod validators;
mod viewers;
mod world;
mod writing;
