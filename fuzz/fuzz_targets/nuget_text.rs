//! Feeds [`nuget_text::run`], which an ordinary test of packhouse-nuget compiles and runs as well.
#![no_main]

#[path = "../src/nuget_text.rs"]
mod nuget_text;

libfuzzer_sys::fuzz_target!(|data: &[u8]| nuget_text::run(data));
