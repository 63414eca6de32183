//! The descriptor of a Maven plugin, `META-INF/maven/plugin.xml` in its jar: the prefix that people
//! call it by. Jars are untrusted archives: entries are walked one by one, so that memory does not
//! grow with what an archive claims to hold.

use std::io::{self, Read, Seek};

// `zip` leaves the choice of what inflates to who uses it; our feature of `flate2` makes it.
use flate2 as _;
use zip::ZipReadOptions;
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use crate::text::line;
use crate::xml::{self, XmlError};

/// How many entries a jar may have to be looked into.
pub const MAX_ENTRIES: usize = 65_535;

/// How long a descriptor may be, inflated, in bytes.
pub const MAX_DESCRIPTOR: usize = 1 << 20;

const DESCRIPTOR: &[u8] = b"META-INF/maven/plugin.xml";
const MAX_WORD: usize = 255;

/// What a plugin calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginDescriptor {
    /// What stands before the colon on the command line.
    pub prefix: String,
    /// What people call it; the prefix when it has no name.
    pub name: String,
}

/// Reports a jar that could not be looked into.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// The bytes could not be read.
    #[error("the jar cannot be read")]
    Io(#[source] io::Error),
    /// Not a zip archive, or one of a kind that is not known.
    #[error("the jar is not a zip archive that can be read")]
    Zip(#[source] ZipError),
    /// More entries than [`MAX_ENTRIES`].
    #[error("the jar has {0} entries: at most {MAX_ENTRIES} are looked at")]
    TooManyEntries(usize),
    /// No XML, or too much of it.
    #[error("META-INF/maven/plugin.xml in the jar cannot be read")]
    Descriptor(#[from] XmlError),
}

impl From<ZipError> for PluginError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Io(error),
            error => Self::Zip(error),
        }
    }
}

/// Looks for a plugin's descriptor in a jar. `None` when there is none, or it names no prefix. The
/// archive must begin where the bytes do. Many small reads: the reader should be buffered.
///
/// # Errors
/// When the jar is damaged or passes a limit.
pub fn read_plugin(reader: impl Read + Seek) -> Result<Option<PluginDescriptor>, PluginError> {
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let mut archive = ZipIterable::try_new(reader, config)?;
    if archive.len() > MAX_ENTRIES {
        return Err(PluginError::TooManyEntries(archive.len()));
    }
    let entries = archive.files()?;
    for entry in entries.by_ref() {
        let entry = entry?;
        if entry.name_raw() != DESCRIPTOR {
            continue;
        }
        let options = ZipReadOptions::default();
        let file = entry.with_reader(entries.reader_mut(), options)?;
        let mut bytes = Vec::new();
        // One byte more than allowed shows that there is more.
        let limit = MAX_DESCRIPTOR as u64 + 1;
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(PluginError::Io)?;
        let plugin = xml::parse(&bytes, MAX_DESCRIPTOR)?.expect("plugin")?;
        let word = |name| line(plugin.value(name)?, MAX_WORD);
        return Ok(word("goalPrefix").map(|prefix| PluginDescriptor {
            name: word("name").unwrap_or_else(|| prefix.clone()),
            prefix,
        }));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
