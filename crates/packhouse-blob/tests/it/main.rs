//! Both stores pass one suite; each has cases of its own besides.

#[cfg(feature = "failpoints")]
mod crash;
mod local;
mod s3;
