//! Feeds [`gem_archive::run`], which an ordinary test of packhouse-rubygems compiles and runs as well.
#![no_main]

#[path = "../src/gem_archive.rs"]
mod gem_archive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| gem_archive::run(data));
