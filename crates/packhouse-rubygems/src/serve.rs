//! The addresses of a source, one module a kind.

pub(crate) mod about;
pub(crate) mod dependencies;
pub(crate) mod files;
pub(crate) mod key;
pub(crate) mod lists;
pub(crate) mod owners;
pub(crate) mod pieces;
pub(crate) mod push;
pub(crate) mod search;
pub(crate) mod yank;

mod asked;
mod blocking;
mod documents;
mod form;
mod index;

pub(crate) use documents::Documents;
