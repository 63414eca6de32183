//! Feeds [`nuget_archive::run`], which an ordinary test of packhouse-nuget compiles and runs as well.
#![no_main]

#[path = "../src/nuget_archive.rs"]
mod nuget_archive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| nuget_archive::run(data));
