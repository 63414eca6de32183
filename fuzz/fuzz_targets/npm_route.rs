//! Feeds [`npm_route::run`], which an ordinary test of packhouse-npm compiles and runs as well.
#![no_main]

#[path = "../src/npm_route.rs"]
mod npm_route;

libfuzzer_sys::fuzz_target!(|data: &[u8]| npm_route::run(data));
