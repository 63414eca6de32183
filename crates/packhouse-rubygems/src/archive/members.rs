//! The outer archive: which files a gem has, and where their bytes lie.

use std::io::{self, Read, Seek, SeekFrom};

use super::header::{self, BLOCK, Kind};
use super::{ArchiveError, Limits};

/// What a gem may have, in the order of [`Members::all`].
const NAMES: [&str; 6] = [
    "metadata.gz",
    "data.tar.gz",
    "checksums.yaml.gz",
    "metadata.gz.sig",
    "data.tar.gz.sig",
    "checksums.yaml.gz.sig",
];

/// How RubyGems before 0.9 began a gem.
const OLD_START: &[u8] = b"MD5SUM =";

/// Where the bytes of a file lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub name: &'static str,
    pub offset: u64,
    pub size: u64,
}

impl Place {
    /// Opens the file.
    pub(super) fn open<R: Read + Seek>(
        self,
        source: &mut R,
    ) -> Result<io::Take<&mut R>, ArchiveError> {
        source
            .seek(SeekFrom::Start(self.offset))
            .map_err(ArchiveError::Io)?;
        Ok(source.take(self.size))
    }
}

/// The files of a gem.
#[derive(Debug)]
pub(super) struct Members {
    pub metadata: Place,
    pub data: Place,
    pub checksums: Option<Place>,
    all: [Option<Place>; 6],
}

impl Members {
    /// Finds a file by its name.
    pub(super) fn find(&self, name: &str) -> Option<Place> {
        self.all
            .into_iter()
            .flatten()
            .find(|place| place.name == name)
    }

    /// Checks that what certificates are for is there.
    pub(super) fn check_signatures(&self) -> Result<(), ArchiveError> {
        let [metadata, data, checksums, signatures @ ..] = self.all;
        for (signed, signature, name) in [
            (metadata, signatures[0], NAMES[3]),
            (data, signatures[1], NAMES[4]),
            (checksums, signatures[2], NAMES[5]),
        ] {
            if signed.is_some() && signature.is_none() {
                return Err(ArchiveError::Unsigned(name));
            }
        }
        Ok(())
    }
}

/// Reads the headers of a gem, from its first byte to its last.
pub(super) fn find(
    source: &mut (impl Read + Seek),
    limits: &Limits,
) -> Result<Members, ArchiveError> {
    let length = source.seek(SeekFrom::End(0)).map_err(ArchiveError::Io)?;
    source.rewind().map_err(ArchiveError::Io)?;
    let mut all = [None; 6];
    let mut offset = 0;
    loop {
        let mut block = [0; BLOCK];
        read_block(source, &mut block, offset == 0)?;
        offset += BLOCK as u64;
        if header::is_end(&block) {
            break;
        }
        let (index, size, next) = member(&block, offset, length)?;
        let name = NAMES[index];
        if name.ends_with(".sig") && size > limits.signature {
            return Err(ArchiveError::Signature {
                member: name,
                size,
                max: limits.signature,
            });
        }
        let place = Place { name, offset, size };
        if all[index].replace(place).is_some() {
            return Err(ArchiveError::DuplicateMember(name));
        }
        offset = source
            .seek(SeekFrom::Start(next))
            .map_err(ArchiveError::Io)?;
    }
    check_end(source, length)?;
    Ok(Members {
        metadata: all[0].ok_or(ArchiveError::NoMember(NAMES[0]))?,
        data: all[1].ok_or(ArchiveError::NoMember(NAMES[1]))?,
        checksums: all[2],
        all,
    })
}

/// Reads the header of a file: which it is, its size, and where the next header lies.
fn member(
    block: &[u8; BLOCK],
    offset: u64,
    length: u64,
) -> Result<(usize, u64, u64), ArchiveError> {
    let header = header::read(block).map_err(|(member, reason)| match offset as usize {
        BLOCK => ArchiveError::NotGem("it does not begin with the header of a tar archive"),
        _ => ArchiveError::Member { member, reason },
    })?;
    let known = NAMES.iter().position(|name| name.as_bytes() == header.path);
    let index = known.ok_or_else(|| ArchiveError::UnknownMember(header.shown()))?;
    let bad = |reason| ArchiveError::Member {
        member: header.shown(),
        reason,
    };
    if header.kind != Kind::File {
        return Err(bad("is no ordinary file"));
    }
    let next = header
        .padded()
        .and_then(|padded| offset.checked_add(padded));
    match next.filter(|next| *next <= length) {
        Some(next) => Ok((index, header.size, next)),
        None => Err(bad("is longer than the gem")),
    }
}

fn read_block(
    source: &mut impl Read,
    block: &mut [u8; BLOCK],
    is_first: bool,
) -> Result<(), ArchiveError> {
    let mut read = 0;
    while read < BLOCK {
        match source.read(&mut block[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ArchiveError::Io(error)),
        }
    }
    if is_first && block.starts_with(OLD_START) {
        return Err(ArchiveError::OldFormat);
    }
    match read {
        BLOCK => Ok(()),
        _ => Err(ArchiveError::NotGem("it was cut off")),
    }
}

/// Checks that nothing but padding follows the first block of zeros, where RubyGems stops to read.
fn check_end(source: &mut impl Read, length: u64) -> Result<(), ArchiveError> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) if buffer[..read].iter().all(|byte| *byte == 0) => {}
            Ok(_) => return Err(ArchiveError::Trailing),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ArchiveError::Io(error)),
        }
    }
    match length % BLOCK as u64 {
        0 => Ok(()),
        _ => Err(ArchiveError::NotGem("its length is not a multiple of 512")),
    }
}
