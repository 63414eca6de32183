//! What readers get.

mod documents;
mod files;
mod index;
