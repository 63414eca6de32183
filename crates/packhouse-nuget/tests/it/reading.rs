//! What readers get: headers that clients and caches build on, parts of a package that people look
//! at, and lists as they change.

mod answers;
mod documents;
mod files;
mod lists;
