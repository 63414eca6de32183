//! Showing what a client sent in a message about it.

pub(crate) use packhouse_core::text::{cut, shown};
