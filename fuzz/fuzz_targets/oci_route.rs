//! Feeds [`oci_route::run`], which an ordinary test of packhouse-oci compiles and runs as well.
#![no_main]

#[path = "../src/oci_route.rs"]
mod oci_route;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oci_route::run(data));
