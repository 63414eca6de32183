//! How large bodies may be.

/// The size limits that this release's protocols ask for, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// An npm publish, in whole.
    pub npm: u64,
    /// The part of an npm publish outside its attachments, and an npm audit's body unpacked.
    pub npm_metadata: u64,
    /// A JSON body of any other call.
    pub json: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            npm: 512 * MIB,
            npm_metadata: 32 * MIB,
            json: MIB,
        }
    }
}

const MIB: u64 = 1024 * 1024;
