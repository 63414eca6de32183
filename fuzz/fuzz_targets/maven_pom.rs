//! Feeds [`maven_pom::run`], which an ordinary test of packhouse-maven compiles and runs as well.
#![no_main]

#[path = "../src/maven_pom.rs"]
mod maven_pom;

libfuzzer_sys::fuzz_target!(|data: &[u8]| maven_pom::run(data));
