//! Feeds [`gem_yaml::run`], which an ordinary test of packhouse-rubygems compiles and runs as well.
#![no_main]

#[path = "../src/gem_yaml.rs"]
mod gem_yaml;

libfuzzer_sys::fuzz_target!(|data: &[u8]| gem_yaml::run(data));
