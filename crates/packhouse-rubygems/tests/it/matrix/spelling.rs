//! How one address can be written.

/// How an address is written. Clients tell names of gems apart by case, so those stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spelling {
    Plain,
    /// The owner in upper case.
    Upper,
    /// All slashes doubled.
    Slashes,
    /// Everything but slashes encoded.
    Encoded,
}

impl Spelling {
    pub const ALL: [Self; 4] = [Self::Plain, Self::Upper, Self::Slashes, Self::Encoded];

    /// Writes the name of an owner.
    pub fn owner(self, owner: &str) -> String {
        match self {
            Self::Upper => owner.to_uppercase(),
            _ => owner.to_owned(),
        }
    }

    /// Writes an address that names its owner so.
    pub fn write(self, path: String) -> String {
        match self {
            Self::Plain | Self::Upper => path,
            Self::Slashes => path.replace('/', "//"),
            Self::Encoded => {
                let encode = |c: char| match c {
                    '/' => c.to_string(),
                    c => format!("%{:02x}", u32::from(c)),
                };
                path.chars().map(encode).collect()
            }
        }
    }
}
