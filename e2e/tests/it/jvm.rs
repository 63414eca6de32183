//! What the clients of Maven repositories beside Maven can do with a server: the acceptance cases
//! of `maven.md` §17 that they play. Each test has a server of its own, and empty caches.

mod coursier;
mod gradle4;
mod gradle8;
mod ivy;
mod leiningen;
mod maven;
mod replay;
mod sbt;
