//! Both stores pass one suite; each has cases of its own besides.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(feature = "failpoints")]
mod crash;
mod local;
mod s3;
