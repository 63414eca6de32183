//! RubyGems as its clients speak it: names, versions and platforms, the gemspec inside a `.gem`, the
//! compact index, and the Marshal documents of the old one.
//!
//! What clients send and expect is written down in the protocol notes (sections are cited as
//! "RubyGems notes §N").
//!
//! Not here: who may do what, and how versions come to be (`packhouse-registry`), how bytes are kept
//! (behind it).

pub mod archive;
pub mod dependency;
pub mod gemspec;
pub mod name;
pub mod number;
pub mod platform;
pub mod requirement;
pub mod yaml;

#[cfg(test)]
mod fuzzed;

/// The fuzz targets name this crate from outside.
#[cfg(test)]
extern crate self as packhouse_rubygems;
