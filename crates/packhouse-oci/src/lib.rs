//! The OCI distribution protocol (container images and every other artifact): names, addresses,
//! manifests, token scopes and signatures.
//!
//! What clients send and expect is written down in the protocol notes (sections are cited as
//! "OCI notes §N"); the specification is the OCI distribution-spec.
//!
//! Not here: who may do what (`packhouse-registry`), how bytes are kept (behind it).
