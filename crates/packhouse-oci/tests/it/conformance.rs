//! The cases of the specification's conformance suites (OCI notes §16), each a test of its own.

mod data;
mod digests;
mod discovery;
mod errors;
mod manage;
mod mount;
mod pull;
mod push;
mod ranges;
mod referrers;
mod sets;
