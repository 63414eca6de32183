//! packhouse-testkit

pub mod blob_suite;
pub mod s3;
