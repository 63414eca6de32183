//! packhouse-db
