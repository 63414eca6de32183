//! packhouse-testkit

pub mod database;
pub mod postgres;
