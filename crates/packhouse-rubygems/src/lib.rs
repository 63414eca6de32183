//! RubyGems as its clients speak it: names, versions and platforms, the gemspec inside a `.gem`, the
//! compact index, and the Marshal documents of the old one.
//!
//! What clients send and expect is written down in the protocol notes (sections are cited as
//! "RubyGems notes §N").
//!
//! Not here: who may do what, and how versions come to be (`packhouse-registry`), how bytes are kept
//! (behind it).

pub mod archive;
pub mod dependencies;
pub mod dependency;
pub mod format;
pub mod full_name;
pub mod gemspec;
pub mod info;
pub mod lists;
pub mod marshal;
pub mod metadata;
pub mod name;
pub mod number;
pub mod platform;
pub mod quick;
pub mod requirement;
pub mod route;
pub mod versions;
pub mod yaml;

mod address;
mod protocol;
mod serve;
mod source;

#[cfg(test)]
mod fuzzed;
#[cfg(test)]
mod sample;

/// The fuzz targets name this crate from outside.
#[cfg(test)]
extern crate self as packhouse_rubygems;
