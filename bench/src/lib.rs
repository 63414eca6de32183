//! Packhouse bench.
