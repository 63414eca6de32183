//! The binary from outside: what it prints, answers and ends with.

#![allow(clippy::unwrap_used, reason = "a test's helper fails as the test does")]

mod collect;
mod commands;
#[cfg(feature = "failpoints")]
mod crash;
mod serving;
mod tls;
mod world;
