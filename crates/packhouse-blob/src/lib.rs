//! packhouse-blob
