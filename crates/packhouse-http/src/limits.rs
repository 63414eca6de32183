//! How large and how slow bodies may be.

use std::time::Duration;

/// The limits that protocols ask for; sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// An npm publish, in whole.
    pub npm: u64,
    /// The part of an npm publish outside its attachments, and an npm audit's body unpacked.
    pub npm_metadata: u64,
    /// A NuGet package, or its symbols.
    pub nuget: u64,
    /// A gem.
    pub gem: u64,
    /// A file of a Maven version.
    pub maven: u64,
    /// A container layer.
    pub oci_layer: u64,
    /// A container manifest.
    pub manifest: u64,
    /// A JSON body of any other call.
    pub json: u64,
    /// How long a body may pause before it is given up: one minute.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            npm: 512 * MIB,
            npm_metadata: 32 * MIB,
            nuget: 512 * MIB,
            gem: 512 * MIB,
            maven: 2 * 1024 * MIB,
            oci_layer: 10 * 1024 * MIB,
            manifest: 4 * MIB,
            json: MIB,
            idle: Duration::from_secs(60),
        }
    }
}

const MIB: u64 = 1024 * 1024;
