//! packhouse-npm
