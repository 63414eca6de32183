//! One entry of an archive, with the extension headers before it taken into account.

use std::io::Read;

use tar::{EntryType, PaxExtensions};

use super::TarballError;
use crate::name::cut;

/// The longest path of an entry, in bytes.
const MAX_PATH: usize = 4096;

/// The longest extension header, in bytes.
const MAX_EXTENSION: u64 = 1 << 20;

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A symbolic link with its target.
    Symlink(String),
    /// A second name for the file at this path of the archive.
    Hardlink(String),
}

/// A file, folder or link.
#[derive(Debug)]
pub(super) struct Entry {
    pub path: String,
    pub kind: Kind,
    /// Bytes of its data.
    pub size: u64,
}

impl Entry {
    /// Gives the components of the path, or nothing when it is absolute or goes up. Backslashes
    /// count as slashes, as they do where they matter.
    pub(super) fn parts(&self) -> Option<Vec<&str>> {
        split(&self.path)
    }
}

/// Splits a relative path that never goes up.
pub(super) fn split(path: &str) -> Option<Vec<&str>> {
    let bytes = path.as_bytes();
    let has_drive = bytes.get(1) == Some(&b':') && bytes[0].is_ascii_alphabetic();
    if path.starts_with(['/', '\\']) || has_drive || path.contains('\0') {
        return None;
    }
    let parts: Vec<&str> = path
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    (!parts.contains(&"..")).then_some(parts)
}

/// What extension headers said about the entry that follows them.
#[derive(Debug, Default)]
pub(super) struct Pending {
    long_path: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    pax: Option<Pax>,
}

#[derive(Debug, Default)]
struct Pax {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Pending {
    /// Reads a raw entry; gives nothing when it is an extension header.
    pub(super) fn read<R: Read>(
        &mut self,
        raw: &mut tar::Entry<'_, R>,
    ) -> Result<Option<Entry>, TarballError> {
        match raw.header().entry_type() {
            EntryType::GNULongName => fill(&mut self.long_path, long_name(raw)?, raw)?,
            EntryType::GNULongLink => fill(&mut self.long_link, long_name(raw)?, raw)?,
            EntryType::XHeader => fill(&mut self.pax, pax(raw)?, raw)?,
            EntryType::XGlobalHeader => {
                let global = pax(raw)?;
                if global.path.is_some() || global.link.is_some() || global.size.is_some() {
                    return Err(header(raw, "a path or size for all entries"));
                }
            }
            _ => return std::mem::take(self).entry(raw).map(Some),
        }
        Ok(None)
    }

    /// Checks that no extension header was left without its entry.
    pub(super) fn finish(self) -> Result<(), TarballError> {
        if self.long_path.is_some() || self.long_link.is_some() || self.pax.is_some() {
            return Err(TarballError::Truncated);
        }
        Ok(())
    }

    fn entry<R: Read>(self, raw: &tar::Entry<'_, R>) -> Result<Entry, TarballError> {
        let pax = self.pax.unwrap_or_default();
        let path = pax
            .path
            .or(self.long_path)
            .unwrap_or_else(|| raw.path_bytes().into_owned());
        if path.len() > MAX_PATH {
            return Err(header(raw, "a path of more than 4096 bytes"));
        }
        let path = String::from_utf8_lossy(&path).into_owned();
        let size = raw.size();
        let bad = |what| TarballError::Header {
            entry: cut(&path),
            what,
        };
        if pax.size.is_some_and(|told| told != size) {
            return Err(bad("two different sizes"));
        }
        let link = || {
            let target = pax
                .link
                .or(self.long_link)
                .or_else(|| raw.link_name_bytes().map(|bytes| bytes.into_owned()))
                .unwrap_or_default();
            String::from_utf8_lossy(&target).into_owned()
        };
        let kind = match raw.header().entry_type() {
            EntryType::Regular | EntryType::Continuous if path.ends_with('/') => Kind::Folder,
            EntryType::Regular | EntryType::Continuous => Kind::File,
            EntryType::Directory => Kind::Folder,
            EntryType::Symlink => Kind::Symlink(link()),
            EntryType::Link => Kind::Hardlink(link()),
            _ => return Err(TarballError::Type { entry: cut(&path) }),
        };
        // Some readers skip these bytes, others take them for the next header.
        if kind != Kind::File && size != 0 {
            return Err(bad("data that belongs to no file"));
        }
        Ok(Entry { path, kind, size })
    }
}

fn header<R: Read>(raw: &tar::Entry<'_, R>, what: &'static str) -> TarballError {
    TarballError::Header {
        entry: cut(&String::from_utf8_lossy(&raw.path_bytes())),
        what,
    }
}

fn fill<T, R: Read>(
    slot: &mut Option<T>,
    value: T,
    raw: &tar::Entry<'_, R>,
) -> Result<(), TarballError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(header(raw, "two of the same extension header in a row")),
    }
}

fn extension<R: Read>(raw: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, TarballError> {
    let size = raw.size();
    if size > MAX_EXTENSION {
        return Err(header(raw, "an extension header of more than 1 MiB"));
    }
    let mut bytes = Vec::new();
    raw.take(size)
        .read_to_end(&mut bytes)
        .map_err(TarballError::NotTar)?;
    if bytes.len() as u64 != size {
        return Err(TarballError::Truncated);
    }
    Ok(bytes)
}

fn long_name<R: Read>(raw: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, TarballError> {
    let mut bytes = extension(raw)?;
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
    }
    Ok(bytes)
}

fn pax<R: Read>(raw: &mut tar::Entry<'_, R>) -> Result<Pax, TarballError> {
    let bytes = extension(raw)?;
    let mut pax = Pax::default();
    for record in PaxExtensions::new(&bytes) {
        let record = record.map_err(TarballError::NotTar)?;
        let value = record.value_bytes();
        let once = match record.key_bytes() {
            b"path" => pax.path.replace(value.to_vec()).is_none(),
            b"linkpath" => pax.link.replace(value.to_vec()).is_none(),
            b"size" => {
                let number = std::str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| header(raw, "a size that is no number"))?;
                pax.size.replace(number).is_none()
            }
            // Sparse files: the real name and size hide here.
            key if key.starts_with(b"GNU.sparse") => {
                return Err(header(raw, "a sparse file"));
            }
            _ => true,
        };
        if !once {
            return Err(header(raw, "the same field twice"));
        }
    }
    Ok(pax)
}
