//! packhouse-web
