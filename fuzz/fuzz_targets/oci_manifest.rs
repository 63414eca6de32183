//! Feeds [`oci_manifest::run`], which an ordinary test of packhouse-oci compiles and runs as well.
#![no_main]

#[path = "../src/oci_manifest.rs"]
mod oci_manifest;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oci_manifest::run(data));
