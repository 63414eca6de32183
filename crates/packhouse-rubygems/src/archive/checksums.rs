//! The checksums that a gem brings along of its compressed files (RubyGems notes §12.2).

use std::io::{self, Read, Seek};

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::ArchiveError;
use super::members::{Members, Place};
use crate::yaml;

/// How much is hashed at once, in bytes.
const BUFFER: usize = 64 << 10;

/// Checks all checksums of the document, as clients do; that of 2013 has SHA1 and SHA512, that of
/// today SHA256 and SHA512.
pub(super) fn verify<R: Read + Seek>(
    source: &mut R,
    members: &Members,
    document: &[u8],
) -> Result<(), ArchiveError> {
    let root = yaml::parse(document, yaml::Limits::default());
    let root = root.map_err(ArchiveError::ChecksumsYaml)?;
    let algorithms = root.map().ok_or(ArchiveError::Checksums("is not a map"))?;
    for (algorithm, sums) in algorithms {
        let (algorithm, hash): (_, Hash<R>) = match algorithm.as_str() {
            "SHA256" => ("SHA256", hash::<Sha256, R>),
            "SHA512" => ("SHA512", hash::<Sha512, R>),
            "SHA1" => ("SHA1", hash::<Sha1, R>),
            "MD5" => ("MD5", hash::<Md5, R>),
            _ => return Err(ArchiveError::Algorithm(algorithm.clone())),
        };
        let sums = (sums.map()).ok_or(ArchiveError::Checksums("has a kind that is not a map"))?;
        for (name, claimed) in sums {
            let place = (members.find(name))
                .ok_or_else(|| ArchiveError::ChecksumOfNothing(name.clone()))?;
            let claimed = (claimed.text())
                .ok_or(ArchiveError::Checksums("has a checksum that is not a text"))?;
            let actual = hash(source, place)?;
            if actual != claimed {
                return Err(ArchiveError::Checksum {
                    algorithm,
                    member: place.name,
                    actual,
                    claimed: claimed.to_owned(),
                });
            }
        }
    }
    Ok(())
}

type Hash<R> = fn(&mut R, Place) -> Result<String, ArchiveError>;

fn hash<D: Digest, R: Read + Seek>(source: &mut R, place: Place) -> Result<String, ArchiveError> {
    let mut file = place.open(source)?;
    let mut digest = D::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ArchiveError::Io(error)),
        }
    }
    Ok(hex::encode(digest.finalize()))
}
