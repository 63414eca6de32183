//! packhouse-registry
