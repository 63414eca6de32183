//! packhouse-testkit
