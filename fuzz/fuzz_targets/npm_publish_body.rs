//! Feeds [`npm_publish_body::run`], which an ordinary test of packhouse-npm compiles and runs as well.
#![no_main]

#[path = "../src/npm_publish_body.rs"]
mod npm_publish_body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| npm_publish_body::run(data));
