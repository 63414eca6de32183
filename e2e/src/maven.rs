//! Maven at an isolated place, what it builds, and a Maven repository as HTTP shows it.
//!
//! A [`Workbench`] is one person's place: a home with settings and an empty local repository, from
//! which a [`Mvn`] of some version is started. A [`Tree`] is a folder of sources with its
//! [`Pom`]s. [`Repository`] asks a repository directly what it holds, and deploys in the order that
//! Maven does without starting one.
//!
//! Plugins come from a local repository that `./test` fills and nobody writes to. Whatever else a
//! Maven asks for goes through a proxy that nobody listens on, unless it is on 127.0.0.1: nothing
//! can come from, or go to, anywhere else.

mod admin;
mod dependency;
mod metadata;
mod pom;
mod release;
mod repository;
mod settings;
mod tree;
mod workbench;

pub use dependency::Dependency;
pub use metadata::{Build, Metadata, tags};
pub use pom::Pom;
pub use release::Mvn;
pub use repository::{Coordinates, Repository, basic};
pub use settings::Login;
pub use tree::Tree;
pub use workbench::Workbench;

/// The id under which projects name the repository, and settings the login for it.
pub const ID: &str = "packhouse";
