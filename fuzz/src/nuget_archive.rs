//! Packages that NuGet clients push: no bytes may panic, take for ever or grow in memory, and what
//! is taken out of a package is as long as the package says.

use std::io::{Cursor, Read};
use std::time::{Duration, UNIX_EPOCH};

use packhouse_nuget::archive::{Archive, Limits};
use packhouse_nuget::nupkg::{MAX_PART, Nupkg};
use packhouse_nuget::symbols::Snupkg;

/// How much of what a fuzzed archive holds is read.
const MAX_READ: u64 = 1 << 20;

/// Runs one input: an archive.
pub fn run(data: &[u8]) {
    let limits = Limits::at((UNIX_EPOCH + Duration::from_secs(1_800_000_000)).into());
    let Ok(archive) = Archive::read(&mut Cursor::new(data), &limits) else {
        // Nothing else looks into what is no archive.
        assert!(Nupkg::read(Cursor::new(data), &limits).is_err());
        assert!(Snupkg::read(Cursor::new(data), &limits).is_err());
        return;
    };
    for entry in archive.entries() {
        assert!(!entry.name.split('/').any(|part| part == ".."));
        if let Ok(bytes) = entry.read(Cursor::new(data), MAX_READ) {
            assert_eq!(bytes.len() as u64, entry.place.size);
        }
    }
    if let Ok(package) = Nupkg::read(Cursor::new(data), &limits) {
        assert_eq!(package.entries, archive.entries().len());
        for part in [package.readme, package.icon, package.license]
            .into_iter()
            .flatten()
        {
            assert!(part.bytes.len() as u64 <= MAX_PART);
        }
    }
    if let Ok(package) = Snupkg::read(Cursor::new(data), &limits) {
        for pdb in package.pdbs {
            assert_eq!(pdb.key.len(), 40);
            let mut start = [0; 4];
            let mut file = pdb.open(Cursor::new(data)).expect("an archive in memory");
            file.read_exact(&mut start).expect("read once already");
            assert_eq!(&start, b"BSJB");
        }
    }
}
