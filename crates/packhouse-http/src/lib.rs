//! packhouse-http
