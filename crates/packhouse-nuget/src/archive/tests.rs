mod crafted;

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime as ZipTime};

use super::*;
use crafted::{Crafted, Part};

pub(crate) fn limits() -> Limits {
    Limits::at(DateTime::from_timestamp(1_800_000_000, 0).unwrap())
}

/// Packs files as an ordinary writer does.
pub(crate) fn pack<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        add(
            &mut writer,
            name,
            bytes.as_ref(),
            SimpleFileOptions::default(),
        );
    }
    writer.finish().unwrap().into_inner()
}

fn add<W: Write + Seek>(
    writer: &mut ZipWriter<W>,
    name: &str,
    bytes: &[u8],
    options: SimpleFileOptions,
) {
    writer.start_file(name, options).unwrap();
    writer.write_all(bytes).unwrap();
}

fn open(bytes: &[u8]) -> Result<Archive, ArchiveError> {
    Archive::read(&mut Cursor::new(bytes), &limits())
}

fn contents(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let archive = open(bytes).unwrap_or_else(|error| panic!("{error}"));
    let entries = archive.entries().iter();
    let read = |entry: &Entry| entry.read(Cursor::new(bytes), 1 << 20).unwrap();
    entries
        .map(|entry| (entry.name.clone(), read(entry)))
        .collect()
}

fn files() -> Vec<(String, Vec<u8>)> {
    vec![
        ("a.txt".to_owned(), b"hello ".repeat(1_000)),
        ("lib/empty".to_owned(), Vec::new()),
        ("lib/b+c.bin".to_owned(), (0..=255).collect()),
    ]
}

#[test]
fn archives_of_ordinary_writers_are_read() {
    let plain = SimpleFileOptions::default();
    for options in [
        plain,
        plain.compression_method(CompressionMethod::Stored),
        plain.large_file(true),
        plain.last_modified_time(ZipTime::default()),
    ] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut streamed = ZipWriter::new_stream(Vec::new());
        for (name, bytes) in files() {
            let name = name.replace('+', "%2B");
            add(&mut writer, &name, &bytes, options);
            streamed.start_file(&name, options).unwrap();
            streamed.write_all(&bytes).unwrap();
        }
        let written = writer.finish().unwrap().into_inner();
        assert_eq!(contents(&written), files());
        let streamed = streamed.finish().unwrap().into_inner();
        assert_eq!(contents(&streamed), files(), "{options:?}");
    }
}

#[test]
fn folders_and_comments_may_be_in_an_archive() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.add_directory("lib", options).unwrap();
    add(&mut writer, "lib/A.dll", b"a", options);
    writer.set_comment("packed today").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let archive = open(&bytes).unwrap();
    assert!(archive.entries()[0].is_folder());
    assert!(archive.find("lib/").is_none());
    for path in ["lib/A.dll", "LIB\\a.DLL", "/lib/a.dll", "li%62/a.dll"] {
        assert_eq!(archive.find(path).unwrap().name, "lib/A.dll");
    }
    assert!(archive.find("A.dll").is_none());
    assert_eq!(open(&pack::<&[u8]>(&[])).unwrap().entries(), []);
}

#[test]
fn crafted_archives_are_read_where_they_are_honest() {
    for crafted in [
        Crafted::new(&[("a", b"x"), ("b", b"yy")]),
        Crafted::new(&[("a", b"x")]).with(|a| a.parts[0].descriptor = Some(12)),
        Crafted::new(&[("a", b"x")]).with(|a| a.parts[0].descriptor = Some(16)),
        Crafted::new(&[("a", b"x"), ("b", b"")]).with(|a| a.parts[0].descriptor = Some(20)),
        Crafted::new(&[("a", b"x")]).with(|a| a.parts[0].descriptor = Some(24)),
        // Sizes are known, yet said to follow, and nothing does.
        Crafted::new(&[("a", b"x")]).with(|a| a.parts[0].local_flags = 8),
        Crafted::new(&[("a", b"x")]).with(|a| a.wide = true),
        Crafted::new(&[("a", b"x")]).with(|a| a.parts[0].wide = true),
        Crafted::new(&[("a", b"x"), ("b", b"y")]).with(|a| a.central = vec![1, 0]),
        // No end fits in there.
        Crafted::new(&[("a", b"x")]).with(|a| a.comment = b"PK\x05\x06".to_vec()),
    ] {
        let bytes = crafted.bytes();
        let expected: Vec<(String, Vec<u8>)> = crafted
            .parts
            .iter()
            .map(|part| {
                (
                    String::from_utf8(part.name.clone()).unwrap(),
                    part.data.clone(),
                )
            })
            .collect();
        assert_eq!(contents(&bytes), expected);
    }
}

#[test]
fn what_readers_could_see_in_two_ways_is_refused() {
    let two = || Crafted::new(&[("aa", b"xx"), ("bb", b"yy")]);
    let part = |change: fn(&mut Part)| two().with(|a| change(&mut a.parts[0]));
    for (what, crafted, message) in [
        (
            "bytes before",
            two().with(|a| a.before = b"MZ".to_vec()),
            "before its first entry",
        ),
        (
            "bytes before, offsets moved",
            two().with(|a| (a.before, a.moved) = (b"MZ".to_vec(), true)),
            "before its first entry",
        ),
        (
            "bytes behind",
            two().with(|a| a.behind = b"\n".to_vec()),
            "bytes behind its end",
        ),
        (
            "a second end in the comment",
            two().with(|a| a.comment = b"PK\x05\x06".repeat(6)),
            "bytes behind its end",
        ),
        (
            "bytes between",
            part(|p| p.behind = b"hidden".to_vec()),
            "behind the entry \"aa\" that belong to none",
        ),
        (
            "bytes the length of a descriptor",
            part(|p| p.behind = vec![0; 16]),
            "behind the entry \"aa\" that belong to none",
        ),
        (
            "an entry that the directory hides",
            two().with(|a| a.central = vec![0]),
            "behind the entry \"aa\" that belong to none",
        ),
        (
            "an entry listed twice",
            two().with(|a| a.central = vec![0, 1, 1]),
            "\"bb\" lies in the same bytes as another",
        ),
        (
            "an entry that reaches into the next",
            part(|p| (p.size, p.compressed) = (Some(9), Some(9))),
            "\"aa\" lies in the same bytes as another",
        ),
        (
            "another name",
            part(|p| p.local_name = Some(b"zz".to_vec())),
            "another name",
        ),
        (
            "another method",
            part(|p| p.local_method = Some(8)),
            "another method",
        ),
        (
            "another size",
            part(|p| p.local_size = Some(1)),
            "another size",
        ),
        (
            "another size, although one follows",
            part(|p| (p.local_size, p.descriptor) = (Some(1), Some(16))),
            "another size",
        ),
        (
            "encrypted in one place",
            part(|p| p.local_flags = 1),
            "another encryption",
        ),
        (
            "another size behind the data",
            part(|p| (p.descriptor, p.descriptor_size) = (Some(16), Some(7))),
            "another size",
        ),
        (
            "another size behind the data, in 64 bits",
            part(|p| (p.descriptor, p.descriptor_size) = (Some(20), Some(7))),
            "another size",
        ),
        (
            "nothing where a size should follow",
            part(|p| (p.local_flags, p.local_size) = (8, Some(0))),
            "bytes behind the entry \"aa\"",
        ),
        (
            "a count too high",
            two().with(|a| a.count = Some(3)),
            "damaged",
        ),
        (
            "a count too low",
            two().with(|a| a.count = Some(1)),
            "damaged",
        ),
        (
            "names that differ in case",
            two().with(|a| {
                (a.parts[0].name, a.parts[1].name) = (b"Lib/a".to_vec(), b"lib\\A".to_vec());
            }),
            "more than one entry",
        ),
        (
            "names that differ in percent signs",
            two().with(|a| {
                (a.parts[0].name, a.parts[1].name) = (b"a b".to_vec(), b"a%20b".to_vec());
            }),
            "more than one entry",
        ),
        (
            "a file and a folder",
            two().with(|a| {
                (a.parts[0].name, a.parts[1].name) = (b"a".to_vec(), b"A/".to_vec());
                a.parts[1].data = Vec::new();
            }),
            "more than one entry",
        ),
    ] {
        let error = open(&crafted.bytes()).expect_err(what).to_string();
        assert!(error.contains(message), "{what}: {error}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let one =
        |change: fn(&mut Part)| Crafted::new(&[("a", b"x")]).with(|a| change(&mut a.parts[0]));
    for (crafted, message) in [
        (one(|p| p.flags = 1), "encrypted"),
        (one(|p| p.flags = 1 << 6), "encrypted"),
        (one(|p| p.flags = 1 << 13), "encrypted"),
        (one(|p| p.method = 12), "packed with method 12"),
        (one(|p| p.method = 14), "packed with method 14"),
        (
            one(|p| p.name = b"../a".to_vec()),
            "name that is not allowed",
        ),
        (
            one(|p| p.name = b"a\xff".to_vec()).with(|a| a.parts[0].flags = 1 << 11),
            "UTF-8",
        ),
        (one(|p| p.size = Some(2)), "sizes do not fit"),
        (one(|p| p.name = b"a/".to_vec()), "sizes do not fit"),
        (one(|p| p.date = 0xffff), "damaged"),
        (
            one(|p| p.date = (2027 - 1980) << 9 | 1 << 5 | 17),
            "changed in the future",
        ),
    ] {
        let bytes = crafted.bytes();
        match open(&bytes) {
            Err(error) => assert!(error.to_string().contains(message), "{error}"),
            // A day that never was says nothing.
            Ok(_) => assert_eq!(crafted.parts[0].date, 0xffff),
        }
    }
    // Tomorrow at the latest.
    open(&one(|p| p.date = (2027 - 1980) << 9 | 1 << 5 | 16).bytes()).unwrap();
    for bytes in [
        &b""[..],
        b"PK",
        b"PK\x05\x06",
        &[0; 22],
        b"not a zip archive, but text",
    ] {
        assert!(matches!(open(bytes), Err(ArchiveError::NotZip)));
    }
}

#[test]
fn limits_hold() {
    let zeros = vec![0; 1 << 20];
    let bytes = pack(&[("a", &zeros[..]), ("b", b"x")]);
    let check = |change: fn(&mut Limits)| {
        let mut limits = limits();
        change(&mut limits);
        Archive::read(&mut Cursor::new(&bytes), &limits).map(|archive| archive.entries.len())
    };
    assert_eq!(check(|_| {}).unwrap(), 2);
    assert_eq!(check(|l| l.max_entries = 2).unwrap(), 2);
    let error = check(|l| l.max_entries = 1);
    assert!(matches!(
        error,
        Err(ArchiveError::TooManyEntries { entries: 2, max: 1 })
    ));
    let error = check(|l| l.max_directory = 90);
    assert!(matches!(
        error,
        Err(ArchiveError::Directory { max: 90, .. })
    ));
    assert!(check(|l| l.max_inflated = (1 << 20) + 1).is_ok());
    let error = check(|l| l.max_inflated = 1 << 20);
    assert!(matches!(
        error,
        Err(ArchiveError::Inflated {
            inflated: 1_048_577,
            ..
        })
    ));
    assert!(check(|l| l.ratio_from = 1 << 21).is_ok());
    let error = check(|l| l.ratio_from = 1 << 20);
    assert!(matches!(error, Err(ArchiveError::Ratio { .. })));
    assert!(check(|l| (l.ratio_from, l.max_ratio) = (1 << 20, 1_000)).is_ok());

    let archive = open(&bytes).unwrap();
    let read = |max| archive.entries()[0].read(Cursor::new(&bytes), max);
    assert_eq!(read(1 << 20).unwrap(), zeros);
    assert!(matches!(
        read((1 << 20) - 1),
        Err(ArchiveError::TooLarge { .. })
    ));
}

/// From 65,535 entries on, the end says their number in 64 bits.
#[test]
fn as_many_entries_as_allowed_are_read() {
    let names: Vec<String> = (0..=65_535).map(|number| number.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();
    for wide in [false, true] {
        let all = Crafted::new(&files[1..]).with(|a| a.wide = wide);
        assert_eq!(open(&all.bytes()).unwrap().entries().len(), 65_535);
    }
    let error = open(&pack(&files)).unwrap_err();
    let expected = ArchiveError::TooManyEntries {
        entries: 65_536,
        max: 65_535,
    };
    assert_eq!(error.to_string(), expected.to_string());
}

#[test]
fn entries_must_have_what_they_say() {
    let deflated = pack(&[("a", b"hello ".repeat(100))]);
    let stored = Crafted::new(&[("a", b"hello")]).bytes();
    for (what, bytes, change) in [
        (
            "another checksum",
            &deflated,
            (|p| p.crc32 ^= 1) as fn(&mut Place),
        ),
        ("more than it says", &deflated, |p| p.size -= 1),
        ("less than it says", &deflated, |p| p.size += 1),
        ("cut off", &deflated, |p| p.compressed -= 1),
        ("bytes behind its end", &deflated, |p| p.compressed += 1),
        ("not deflated", &stored, |p| p.deflated = true),
        ("another checksum, stored", &stored, |p| p.crc32 ^= 1),
        ("less than it says, stored", &stored, |p| p.size += 1),
        ("beyond the end", &stored, |p| p.offset += 10_000),
    ] {
        let mut entry = open(bytes).unwrap().entries().first().cloned().unwrap();
        assert!(entry.read(Cursor::new(bytes), 1_000).is_ok());
        change(&mut entry.place);
        let error = entry.read(Cursor::new(bytes), 1_000).expect_err(what);
        assert!(
            matches!(error, ArchiveError::Damaged { .. }),
            "{what}: {error}"
        );
    }
}

#[test]
fn places_are_stored() {
    let bytes = pack(&[("a", b"hello ".repeat(100))]);
    let place = open(&bytes).unwrap().entries()[0].place.clone();
    let stored = serde_json::to_string(&place).unwrap();
    let read: Place = serde_json::from_str(&stored).unwrap();
    let mut text = Vec::new();
    let mut reader = read.open(Cursor::new(&bytes)).unwrap();
    reader.read_to_end(&mut text).unwrap();
    assert_eq!(text, b"hello ".repeat(100));
}

/// A reader that breaks off is no fault of the archive.
#[test]
fn faults_of_the_store_are_told_from_damage() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    impl Seek for Broken {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(100)
        }
    }
    let error = Archive::read(&mut Broken, &limits()).unwrap_err();
    assert!(matches!(error, ArchiveError::Io(_)));
}

proptest! {
    #[test]
    fn no_bytes_panic_and_whatever_is_read_has_what_it_says(
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
        cut in prop::option::of(any::<prop::sample::Index>()),
        wide in any::<bool>(),
        follows in prop::sample::select(vec![None, Some(12), Some(16), Some(20), Some(24)]),
    ) {
        let crafted = Crafted::new(&[("a.txt", b"hello"), ("lib/b", b""), ("c", b"xyz")]).with(|a| {
            a.wide = wide;
            a.parts[0].descriptor = follows;
            a.parts[2].wide = wide;
        });
        let mut bytes = crafted.bytes();
        let place = at.index(bytes.len());
        bytes[place] = value;
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(archive) = open(&bytes) {
            for entry in archive.entries() {
                if let Ok(read) = entry.read(Cursor::new(&bytes), 1_000) {
                    prop_assert_eq!(read.len() as u64, entry.place.size);
                    prop_assert_eq!(crc32fast::hash(&read), entry.place.crc32);
                }
            }
        }
    }

    #[test]
    fn no_noise_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = open(&bytes);
    }

    /// What is accepted here, another reader reads alike.
    #[test]
    fn others_see_the_same(names in prop::collection::hash_set("[a-c/%2\\\\.]{1,4}", 0..4)) {
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, name.as_bytes())).collect();
        let bytes = Crafted::new(&files).bytes();
        if let Ok(archive) = open(&bytes) {
            let mut other = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
            prop_assert_eq!(other.len(), archive.entries().len());
            for (place, entry) in archive.entries().iter().enumerate() {
                let mut text = Vec::new();
                other.by_index(place).unwrap().read_to_end(&mut text).unwrap();
                prop_assert_eq!(text, entry.read(Cursor::new(&bytes), 100).unwrap());
            }
        }
    }
}
