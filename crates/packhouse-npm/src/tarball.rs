//! A look into a tarball: is it safe to hand out, and what does its package.json say
//! (npm notes §4, step 6).
//!
//! The archive is read once, as a stream; nothing is unpacked and nothing grows with its size.
//! Readers differ in small things, and what two of them read differently can hide a second
//! package.json, so whatever is ambiguous is refused.

mod bounded;
mod entry;
mod links;

use std::io::{self, Cursor, Read};

use packhouse_core::error::ErrorKind;

use crate::name::cut;
use bounded::Bounded;
use entry::{Entry, Kind};
use links::Links;

/// Limits on archives.
#[derive(Debug, Clone, Copy)]
pub struct ArchiveLimits {
    /// The most entries of any kind.
    pub entries: u64,
    /// The most bytes that may come out.
    pub unpacked: u64,
    /// The largest quotient of bytes out and bytes in, once `ratio_from` bytes came out.
    pub ratio: u64,
    /// Where the quotient begins to count, in bytes.
    pub ratio_from: u64,
    /// The longest package.json, in bytes.
    pub package_json: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            entries: 100_000,
            unpacked: 4 << 30,
            ratio: 100,
            ratio_from: 64 << 20,
            package_json: 4 << 20,
        }
    }
}

/// The longest readme that is kept, in bytes; the rest is cut off.
pub const MAX_README: usize = 64 << 10;

/// What a tarball holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TarballInfo {
    /// The bytes of the package.json at depth one.
    pub package_json: Vec<u8>,
    /// How many files there are.
    pub file_count: u64,
    /// How many bytes they have together.
    pub unpacked_size: u64,
    /// There is an npm-shrinkwrap.json at depth one.
    pub has_shrinkwrap: bool,
    /// There is a binding.gyp at depth one, so installing builds.
    pub has_root_gyp: bool,
    /// The text of the readme at depth one, Markdown preferred.
    pub readme: Option<String>,
    /// The readme's file name.
    pub readme_file: Option<String>,
}

/// Reports a tarball that is not accepted, naming the entry where there is one.
#[derive(Debug, thiserror::Error)]
pub enum TarballError {
    /// Not compressed as tarballs are.
    #[error("the tarball is not gzip-compressed")]
    NotGzip,
    /// The compressed stream is damaged.
    #[error("the tarball's gzip stream is damaged: {0}")]
    BadGzip(#[source] io::Error),
    /// The archive ends in the middle.
    #[error("the tarball ends too early: it was cut off")]
    Truncated,
    /// Decompressed, it is no tar archive.
    #[error("the tarball is not a valid tar archive: {0}")]
    NotTar(#[source] io::Error),
    /// The bytes could not be read; a fault of ours.
    #[error("the tarball cannot be read")]
    Io(#[source] io::Error),
    /// Too many entries.
    #[error("the tarball has more than {limit} entries")]
    TooManyEntries {
        /// The limit.
        limit: u64,
    },
    /// Too large when unpacked.
    #[error("the tarball unpacks to more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Grows too much when unpacked.
    #[error("the tarball grows more than {limit} times when it is unpacked")]
    Inflation {
        /// The limit.
        limit: u64,
    },
    /// An entry outside the package.
    #[error("entry {entry:?} of the tarball lies outside the package: no absolute paths, no `..`")]
    Path {
        /// Which.
        entry: String,
    },
    /// A link out of the package.
    #[error("entry {entry:?} of the tarball links to {target:?}, outside the package")]
    Link {
        /// Which.
        entry: String,
        /// Where it points.
        target: String,
    },
    /// An entry whose path goes through a link.
    #[error("entry {entry:?} of the tarball lies behind a link")]
    BehindLink {
        /// Which.
        entry: String,
    },
    /// Too many links.
    #[error("the tarball has more than {limit} links")]
    TooManyLinks {
        /// The limit.
        limit: usize,
    },
    /// A device, or something else that no package holds.
    #[error("entry {entry:?} of the tarball is neither file, folder nor link")]
    Type {
        /// Which.
        entry: String,
    },
    /// Something that readers understand differently.
    #[error("entry {entry:?} of the tarball has a header that is not accepted: {what}")]
    Header {
        /// Which.
        entry: String,
        /// What is wrong.
        what: &'static str,
    },
    /// None at depth one.
    #[error("the tarball has no package.json in its top folder")]
    NoPackageJson,
    /// More than one at depth one.
    #[error("the tarball has more than one package.json: {entry:?}")]
    DuplicatePackageJson {
        /// The second one.
        entry: String,
    },
    /// Longer than allowed.
    #[error("the tarball's package.json has more than {limit} bytes")]
    PackageJsonTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
}

impl TarballError {
    /// Gives the kind by which a status is chosen.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io(_) => ErrorKind::Internal,
            _ => ErrorKind::Invalid,
        }
    }
}

/// Reads a whole tarball and says what it holds. It blocks, so it belongs on a blocking thread.
///
/// # Errors
/// When it is not gzip and tar, was cut off, passes a limit, reaches out of its folder or has not
/// exactly one package.json.
pub fn inspect(mut reader: impl Read, limits: ArchiveLimits) -> Result<TarballInfo, TarballError> {
    let mut magic = Vec::with_capacity(2);
    reader
        .by_ref()
        .take(2)
        .read_to_end(&mut magic)
        .map_err(TarballError::Io)?;
    if magic != [0x1f, 0x8b] {
        return Err(TarballError::NotGzip);
    }
    let bounded = Bounded::new(Cursor::new(magic).chain(reader), limits);
    let verdict = bounded.verdict();
    let mut archive = tar::Archive::new(bounded);
    let mut look = Look::new(limits);
    let walked = look.walk(&mut archive);
    // What the reader underneath found wrong is nearer to the truth than what tar made of it.
    if let Some(error) = verdict.take() {
        return Err(error);
    }
    walked.map_err(|error| match error {
        TarballError::NotTar(_) if verdict.ended() => TarballError::Truncated,
        other => other,
    })?;
    // The gzip checksum is at the very end, behind tar's closing blocks.
    let mut rest = archive.into_inner();
    if let Err(error) = io::copy(&mut rest, &mut io::sink()) {
        return Err(verdict.take().unwrap_or(TarballError::Io(error)));
    }
    look.finish()
}

/// What was seen so far.
struct Look {
    limits: ArchiveLimits,
    package_json: Option<Vec<u8>>,
    file_count: u64,
    unpacked_size: u64,
    has_shrinkwrap: bool,
    has_root_gyp: bool,
    readme: Option<(String, String)>,
    links: Links,
}

impl Look {
    fn new(limits: ArchiveLimits) -> Self {
        Self {
            limits,
            package_json: None,
            file_count: 0,
            unpacked_size: 0,
            has_shrinkwrap: false,
            has_root_gyp: false,
            readme: None,
            links: Links::default(),
        }
    }

    fn walk<R: Read>(&mut self, archive: &mut tar::Archive<R>) -> Result<(), TarballError> {
        // Raw entries: tar would read extension headers of any length into memory.
        let entries = archive.entries().map_err(TarballError::NotTar)?.raw(true);
        let mut pending = entry::Pending::default();
        let mut count = 0;
        for raw in entries {
            let mut raw = raw.map_err(TarballError::NotTar)?;
            count += 1;
            if count > self.limits.entries {
                return Err(TarballError::TooManyEntries {
                    limit: self.limits.entries,
                });
            }
            if let Some(entry) = pending.read(&mut raw)? {
                self.visit(&entry, &mut raw)?;
            }
        }
        pending.finish()
    }

    fn visit(&mut self, entry: &Entry, data: &mut impl Read) -> Result<(), TarballError> {
        let shown = || cut(&entry.path);
        let parts = entry
            .parts()
            .ok_or_else(|| TarballError::Path { entry: shown() })?;
        self.links.check(entry, &parts)?;
        let root_file = match parts.as_slice() {
            [_, name] => Some(*name),
            _ => None,
        };
        let is_package_json =
            root_file.is_some_and(|name| name.eq_ignore_ascii_case("package.json"));
        if is_package_json && (self.package_json.is_some() || entry.kind != Kind::File) {
            return Err(TarballError::DuplicatePackageJson { entry: shown() });
        }
        if entry.kind != Kind::File {
            return Ok(());
        }
        self.file_count += 1;
        self.unpacked_size += entry.size;
        match root_file {
            // Where names have no case, another spelling would overwrite the real one.
            Some(name) if is_package_json => {
                if name != "package.json" {
                    return Err(TarballError::DuplicatePackageJson { entry: shown() });
                }
                self.package_json = Some(self.read_package_json(entry, data)?);
            }
            Some("npm-shrinkwrap.json") => self.has_shrinkwrap = true,
            Some("binding.gyp") => self.has_root_gyp = true,
            Some(name) if self.wants_readme(name) => {
                let mut text = Vec::new();
                data.take(MAX_README as u64)
                    .read_to_end(&mut text)
                    .map_err(TarballError::NotTar)?;
                self.readme = Some((name.to_owned(), readme_text(&text)));
            }
            _ => {}
        }
        Ok(())
    }

    fn read_package_json(
        &self,
        entry: &Entry,
        data: &mut impl Read,
    ) -> Result<Vec<u8>, TarballError> {
        let limit = self.limits.package_json;
        if entry.size > limit {
            return Err(TarballError::PackageJsonTooLarge { limit });
        }
        let mut bytes = Vec::new();
        data.take(limit)
            .read_to_end(&mut bytes)
            .map_err(TarballError::NotTar)?;
        if bytes.len() as u64 != entry.size {
            return Err(TarballError::Truncated);
        }
        Ok(bytes)
    }

    /// Takes the first readme, and a Markdown one in place of another.
    fn wants_readme(&self, name: &str) -> bool {
        let is_markdown = |name: &str| name.to_ascii_lowercase().ends_with(".md");
        let lower = name.to_ascii_lowercase();
        let is_readme = lower == "readme" || lower.starts_with("readme.");
        is_readme
            && match &self.readme {
                None => true,
                Some((held, _)) => is_markdown(name) && !is_markdown(held),
            }
    }

    fn finish(self) -> Result<TarballInfo, TarballError> {
        let (readme_file, readme) = self.readme.unzip();
        Ok(TarballInfo {
            package_json: self.package_json.ok_or(TarballError::NoPackageJson)?,
            file_count: self.file_count,
            unpacked_size: self.unpacked_size,
            has_shrinkwrap: self.has_shrinkwrap,
            has_root_gyp: self.has_root_gyp,
            readme,
            readme_file,
        })
    }
}

/// Makes text of a readme that may have been cut in the middle of a character.
fn readme_text(bytes: &[u8]) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    };
    let mut text = String::from_utf8_lossy(whole).into_owned();
    let end = (0..=MAX_README.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests;
