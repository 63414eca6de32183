//! Drives the `packhouse` binary with the real package managers.
//!
//! A [`Scene`] is a freshly started server with an account, an organisation and a token; a
//! [`Seat`] is one package manager at an isolated place: own home, cache and settings, a publish
//! address that can only be loopback, and no way to any other host. [`containers`] is the same for
//! container clients and their daemons, [`maven`] for Maven, [`jvm`] for the other clients of Maven
//! repositories, [`nuget`] for NuGet's, [`rubygems`] for gem and Bundler. A [`Recorder`] shows what a
//! client sends, a [`Tap`] also what a server answers. The tests are in `tests/it`.
//!
//! `PACKHOUSE_BIN` names the binary, `PACKHOUSE_TEST_TOOLS` the folder of installed clients;
//! `./test` sets both. Nothing is ever skipped: what is missing panics and names that command.
//!
//! This crate uses no other crate of the workspace: it knows the product from outside only.

pub mod archive;
pub mod client;
pub mod containers;
pub mod dialogue;
pub mod disk;
pub mod http;
pub mod jvm;
pub mod maven;
pub mod nuget;
pub mod postgres;
pub mod process;
pub mod project;
pub mod recorder;
pub mod rubygems;
pub mod s3;
pub mod scene;
pub mod seat;
pub mod server;
pub mod tap;
pub mod tools;
pub mod web;

pub use client::Client;
pub use disk::SmallDisk;
pub use project::Project;
pub use recorder::Recorder;
pub use scene::Scene;
pub use seat::{Credential, Seat};
pub use server::Server;
pub use tap::Tap;
