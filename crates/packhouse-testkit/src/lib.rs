//! What tests of several crates need: databases of both engines, blob stores of both kinds, and a
//! server to ask. A dev-dependency only.

pub mod app;
pub mod blob_suite;
pub mod database;
pub mod documented;
pub mod matrix;
pub mod postgres;
pub mod s3;
