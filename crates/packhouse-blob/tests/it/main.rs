//! Both stores pass one suite; each has cases of its own besides.

mod local;
mod s3;
