//! What is refused, with which words, and that nothing of it is kept.

mod blobs;
mod manifests;
mod names;
