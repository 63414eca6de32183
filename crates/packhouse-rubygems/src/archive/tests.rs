pub(crate) mod build;
mod data;
mod packed;

use std::io::{Cursor, Seek, SeekFrom};

use build::{Entry, file, gem, members, tar, tar_open};

use super::*;
use crate::gemspec::tests::forms::{GEM_1_3, GEM_1_8, GEM_3_3};

fn open(bytes: &[u8]) -> Result<Gem, ArchiveError> {
    read(Cursor::new(bytes), &Limits::default())
}

fn refused(bytes: &[u8]) -> String {
    match open(bytes) {
        Ok(gem) => panic!("read as {}", gem.spec.name),
        Err(error) => error.to_string(),
    }
}

fn hello() -> Vec<Entry> {
    vec![file("lib/hola.rb", "puts 1\n")]
}

fn good() -> Vec<Entry> {
    members(GEM_3_3, &hello())
}

/// Gives a good gem whose member `index` was changed.
fn changed(index: usize, change: impl FnOnce(&mut Entry)) -> Vec<u8> {
    let mut members = good();
    change(&mut members[index]);
    tar(&members)
}

/// Gives a good gem without checksums, with this in place of `index`.
fn replaced(index: usize, data: Vec<u8>) -> Vec<u8> {
    let mut members = good();
    members[index].data = data;
    members.truncate(2);
    tar(&members)
}

#[test]
fn gems_of_all_times_are_read() {
    for (spec, name) in [(GEM_1_3, "elder"), (GEM_1_8, "middling"), (GEM_3_3, "hola")] {
        assert_eq!(open(&gem(spec, &hello())).unwrap().spec.name.as_str(), name);
    }
    let members = good();
    let [metadata, data, checksums] = &members[..] else {
        panic!("three members");
    };
    // Others wrote them in other orders, and the oldest without checksums.
    open(&tar(&[data.clone(), metadata.clone()])).unwrap();
    open(&tar(&[checksums.clone(), metadata.clone(), data.clone()])).unwrap();
    // Tar itself pads to twenty blocks.
    let mut padded = tar(&members);
    padded.resize(10_240, 0);
    open(&padded).unwrap();
}

#[test]
fn what_is_no_gem_is_refused() {
    let not = |bytes: &[u8]| {
        let error = refused(bytes);
        assert!(
            error.starts_with("the file is not a gem, or not a whole one"),
            "{error}"
        );
    };
    not(b"");
    not(b"hello");
    not(&[b'x'; 2_048]);
    let good = tar(&good());
    for end in [511, 512, 600, good.len() - 1_024, good.len() - 1] {
        let error = refused(&good[..end]);
        let is_cut =
            error.contains("cut off") || error.contains("longer than") || error.contains("512");
        assert!(is_cut, "{end}: {error}");
    }
    let old = refused(b"MD5SUM = \"d41d8cd98f00b204e9800998ecf8427e\"\nif $0 == __FILE__\n");
    assert!(
        old.ends_with("rebuild it with gem build") && old.contains("0.9"),
        "{old}"
    );
    assert!(matches!(
        open(&[0; 1_024]),
        Err(ArchiveError::NoMember("metadata.gz"))
    ));
}

#[test]
fn nothing_follows_the_end() {
    let mut bytes = tar(&good());
    bytes.extend_from_slice(&tar(&good()));
    assert!(matches!(open(&bytes), Err(ArchiveError::Trailing)));
    let mut bytes = tar_open(&good());
    bytes.resize(bytes.len() + 512, 0);
    bytes.extend_from_slice(&tar(&[file("data.tar.gz", "evil")]));
    assert!(matches!(open(&bytes), Err(ArchiveError::Trailing)));
}

#[test]
fn members_are_the_known_ones_once() {
    for name in [
        "metadata",
        "data.tar.gz/",
        "./data.tar.gz",
        "evil",
        "metadata.gz.sig.sig",
        "",
    ] {
        let mut members = good();
        members.push(file(name, ""));
        let error = refused(&tar(&members));
        assert!(
            error.starts_with(&format!("the gem has the file {name:?}: only")),
            "{error}"
        );
    }
    for index in 0..3 {
        let mut members = good();
        members.push(members[index].clone());
        assert!(matches!(
            open(&tar(&members)),
            Err(ArchiveError::DuplicateMember(_))
        ));
    }
    assert_eq!(
        refused(&tar(&good()[1..2])),
        "the gem has no metadata.gz: rebuild it with gem build"
    );
    assert_eq!(
        refused(&tar(&good()[..1])),
        "the gem has no data.tar.gz: rebuild it with gem build"
    );
}

#[test]
fn members_are_ordinary_files_with_plain_headers() {
    for kind in [b'1', b'2', b'5', b'x', b'g', b'L', b'K', b'S', b'7', b'A'] {
        let error = refused(&changed(1, |entry| entry.kind = kind));
        assert!(
            error.starts_with("the file \"data.tar.gz\" of the gem is no ordinary"),
            "{error}"
        );
    }
    open(&changed(1, |entry| entry.kind = 0)).unwrap();
    let error = refused(&changed(1, |entry| entry.size = Some(1 << 30)));
    assert!(error.contains("is longer than the gem"), "{error}");
    let error = refused(&changed(2, |entry| entry.size = Some(0o77_777_777_777)));
    assert!(error.contains("is longer than the gem"), "{error}");

    let with_header = |change: fn(&mut [u8; 512])| {
        let members = good();
        let mut bytes = tar_open(&members[..1]);
        let mut header = build::header(&members[1]);
        change(&mut header);
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(&tar(&members[1..])[512..]);
        refused(&bytes)
    };
    let summed = |reason: &str, change: fn(&mut [u8; 512])| {
        let error = with_header(change);
        assert!(error.contains(reason), "{reason}: {error}");
    };
    summed("wrong checksum", |header| header[0] = b'e');
    summed("whose checksum is no number", |header| header[148] = b'x');
    summed("a NUL in its name", |header| {
        header[50] = b'x';
        build::sum(header);
    });
    summed("ends in a space", |header| {
        header[11] = b' ';
        build::sum(header);
    });
    summed("not the ustar format", |header| {
        header[257..265].copy_from_slice(b"ustar  \0");
        header[345] = b'x';
        build::sum(header);
    });
    summed("x/data.tar.gz", |header| {
        header[345] = b'x';
        build::sum(header);
    });
    summed("no octal number", |header| {
        header[124] = 0x80;
        build::sum(header);
    });
    summed("no octal number", |header| {
        header[124..136].copy_from_slice(b"12 1\0\0\0\0\0\0\0\0");
        build::sum(header);
    });
}

/// Fails when it is read at or behind a place.
struct Failing(Cursor<Vec<u8>>, u64);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.position() + buffer.len() as u64 > self.1 {
            true => Err(std::io::Error::other("the disk is gone")),
            false => self.0.read(buffer),
        }
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_disk_that_fails_is_no_fault_of_the_gem() {
    let bytes = tar(&good());
    for end in (0..bytes.len() as u64).step_by(256) {
        match read(Failing(Cursor::new(bytes.clone()), end), &Limits::default()) {
            Err(error @ ArchiveError::Io(_)) => {
                assert_eq!(error.kind(), packhouse_core::error::ErrorKind::Internal);
            }
            other => panic!("{end}: {other:?}"),
        }
    }
    let error = open(b"").unwrap_err();
    assert_eq!(
        error.kind(),
        packhouse_core::error::ErrorKind::Unprocessable
    );
}
