//! Clients of Maven repositories beside Maven itself: Gradle 4 and 8, sbt, coursier, Ivy and
//! Leiningen.
//!
//! A [`Home`] is one person's place: every client keeps its settings and caches there, finds a
//! token in the environment, and reaches nothing but 127.0.0.1. A [`Shelf`] is a Maven repository
//! of a scene, asked over plain HTTP. Each client has a module with its command and the projects
//! that tests publish and build with it; projects say hello, so that who uses them shows which
//! build it got.
//!
//! What the clients need of the central repository was fetched when they were installed.

mod coursier;
mod gradle4;
mod gradle8;
mod home;
mod ivy;
mod leiningen;
mod sbt;
mod shelf;
mod xml;

pub use coursier::Coursier;
pub use gradle4::Gradle4;
pub use gradle8::{Gradle8, Login};
pub use home::Home;
pub use ivy::Ivy;
pub use leiningen::Leiningen;
pub use sbt::Sbt;
pub use shelf::{CHECKSUMS, Shelf, checksum, pom};
pub use xml::{all, first};
