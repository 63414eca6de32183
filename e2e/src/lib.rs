//! Packhouse e2e.
