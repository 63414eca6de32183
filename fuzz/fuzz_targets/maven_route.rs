//! Feeds [`maven_route::run`], which an ordinary test of packhouse-maven compiles and runs as well.
#![no_main]

#[path = "../src/maven_route.rs"]
mod maven_route;

libfuzzer_sys::fuzz_target!(|data: &[u8]| maven_route::run(data));
