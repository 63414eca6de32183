//! What the files of a gem may be.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::build::{Entry, file, gz, link, other, tar, tar_open};
use super::{ArchiveError, Limits, good, open, read, refused, replaced};

fn with(entries: &[Entry]) -> Vec<u8> {
    replaced(1, gz(tar(entries)))
}

fn check(entries: &[Entry], expected: &str) {
    let error = refused(&with(entries));
    assert!(error.contains(expected), "{expected}: {error}");
}

#[test]
fn ordinary_entries_are_accepted() {
    let long = format!("{}/{}", "d".repeat(49), "f".repeat(50));
    open(&with(&[])).unwrap();
    open(&with(&[
        other(b'5', "lib/"),
        other(b'5', "lib/sub"),
        file("./lib/a.rb", vec![7; 100_000]),
        file("lib/..b..rb", "x"),
        file("lib/ä\u{a0}b", ""),
        file(&long, "x"),
        Entry {
            kind: 0,
            ..file("old", "x")
        },
        file("PaxHeaders/x", "x"),
    ]))
    .unwrap();
}

#[test]
fn paths_stay_within_the_gem() {
    for (path, reason) in [
        ("/etc/passwd", "has an absolute path"),
        ("\\windows\\x", "has an absolute path"),
        ("C:\\x", "has an absolute path"),
        ("c:x", "has an absolute path"),
        ("../x", "has a path that goes up"),
        ("lib/../../x", "has a path that goes up"),
        ("lib/..", "has a path that goes up"),
        ("lib\\..\\..\\x", "has a path that goes up"),
        (".", "has a path that leads nowhere"),
        ("./", "has a path that leads nowhere"),
        ("", "has a path that leads nowhere"),
    ] {
        for kind in [b'0', b'5', b'2', b'x'] {
            let entry = Entry {
                target: b"x".to_vec(),
                ..other(kind, path)
            };
            check(
                &[file("lib/a", "x"), entry],
                &format!("the entry {path:?} in the data of the gem {reason}"),
            );
        }
    }
    let mut evil = file("a", "x");
    evil.path = b"a\0b".to_vec();
    check(
        &[evil],
        "the entry \"a\" in the data of the gem has a NUL in its name",
    );
    check(&[file("a ", "")], "ends in a space");
    check(&[file("lib/", "")], "is a file with the name of a folder");
}

#[test]
fn only_files_folders_and_links_are_accepted() {
    for (kind, reason) in [
        (b'1', "is a hard link"),
        (b'3', "is a device"),
        (b'4', "is a device"),
        (b'6', "is a fifo"),
        (b'7', "is neither a file"),
        (b'L', "has a long name"),
        (b'K', "has a long name"),
        (b'S', "is a sparse file"),
        (b'V', "is neither a file"),
        (0xff, "is neither a file"),
    ] {
        check(
            &[file("a", ""), other(kind, "evil")],
            &format!("the entry \"evil\" in the data of the gem {reason}"),
        );
    }
    let folder = Entry {
        kind: b'5',
        ..file("evil", "x")
    };
    check(&[folder], "has bytes but is no file");
    let linked = Entry {
        data: vec![0],
        ..link("evil", "b")
    };
    check(&[linked], "has bytes but is no file");
}

#[test]
fn links_stay_within_the_gem() {
    for (path, target) in [
        ("a", "b"),
        ("a", "./b/c"),
        ("lib/a", "../b"),
        ("lib/x/a", "../../b"),
        ("lib/x/a", ".."),
        ("a", "a"),
        ("a", "missing/..c"),
    ] {
        open(&with(&[link(path, target)]))
            .unwrap_or_else(|error| panic!("{path} {target}: {error}"));
    }
    for (path, target, reason) in [
        ("a", "/etc/passwd", "is an absolute path"),
        ("a", "C:x", "is an absolute path"),
        ("a", "", "leads nowhere"),
        ("a", "..", "lies outside the gem"),
        ("a", ".", "lies outside the gem"),
        ("a", "../a", "lies outside the gem"),
        ("lib/a", "..", "lies outside the gem"),
        ("lib/a", "../../b", "lies outside the gem"),
        ("lib/a", "..\\..\\b", "lies outside the gem"),
        ("lib/a", "x/../../../b", "goes down before it goes up"),
        ("lib/a", "x/..", "goes down before it goes up"),
    ] {
        check(
            &[file("lib/z", ""), link(path, target)],
            &format!(
                "the entry {path:?} in the data of the gem links to {target:?}, which {reason}"
            ),
        );
    }
}

#[test]
fn links_do_not_lead_out_through_one_another() {
    // Where `d` leads, `..` is not where its path says.
    let turns = [link("deep/er/d", "../../x"), link("deep/er/d/l", "../../y")];
    check(&turns, "lies behind another link");
    check(
        &[turns[1].clone(), turns[0].clone()],
        "lies behind another link",
    );
    check(
        &[link("D", "x"), link("d/e/l", "../y")],
        "lies behind another link",
    );
    check(&[link("a", "x"), link("A", "y")], "replaces another link");
    check(
        &[link("deep/er/d", "../../x"), link("l", "deep/er/d/..")],
        "goes down before it goes up",
    );
    // Down through a link is within the gem, since the link is.
    open(&with(&[
        link("a", "b"),
        file("b/c", "x"),
        link("e", "a/c"),
        file("a/f", "x"),
    ]))
    .unwrap();
    let many: Vec<Entry> = (0..10_001).map(|n| link(&format!("l{n}"), "x")).collect();
    check(&many, "more than 10000 links");
}

#[test]
fn extension_headers_do_not_say_where_files_are() {
    let pax = |kind: u8, records: &str| {
        [
            Entry {
                kind,
                ..file("PaxHeaders/a", records)
            },
            file("a", "x"),
        ]
    };
    for kind in [b'x', b'g'] {
        open(&with(&pax(kind, "30 mtime=1700000000.123456789\n"))).unwrap();
        open(&with(&pax(kind, ""))).unwrap();
        for records in [
            "13 path=../x\n",
            "14 linkpath=x\n",
            "9 size=1\n",
            "21 GNU.sparse.name=x\n",
        ] {
            check(&pax(kind, records), "which RubyGems does not read");
        }
        for records in [
            "x",
            "5 a=b\n",
            "99 a=b\n",
            "0 a=b\n",
            "6 a=bc",
            "-6 a=b\n",
            "99999999999999999999 a=b\n",
        ] {
            check(&pax(kind, records), "cannot be read");
        }
        let long = Entry {
            size: Some((1 << 20) + 1),
            ..other(kind, "PaxHeaders/a")
        };
        check(&[long], "an extension header of more than 1 MiB");
    }
}

#[test]
fn the_archive_is_whole_and_ends_where_it_ends() {
    let entries = [file("a", vec![7; 1_000]), file("b", "x")];
    let whole = tar(&entries);
    for end in [0, 100, 512, 1_000, 1_500, 2_048, tar_open(&entries).len()] {
        let error = refused(&replaced(1, gz(&whole[..end])));
        assert!(
            error.contains("not a whole tar archive: it was cut off"),
            "{end}: {error}"
        );
    }
    // One block of zeros is where clients stop.
    open(&replaced(1, gz(&whole[..whole.len() - 512]))).unwrap();
    let mut hidden = tar_open(&entries);
    hidden.resize(hidden.len() + 512, 0);
    hidden.extend_from_slice(&tar(&[file("c", "evil")]));
    let error = refused(&replaced(1, gz(&hidden)));
    assert!(error.contains("it has bytes behind its end"), "{error}");
    let huge = Entry {
        size: Some(0o77_777_777_777),
        ..file("a", "x")
    };
    check(&[huge], "cut off");
    check(
        &[
            file("a", ""),
            Entry {
                size: Some(1_600),
                ..file("b", "x")
            },
        ],
        "cut off",
    );
    let error = refused(&replaced(1, gz("hello")));
    assert!(error.contains("cut off"), "{error}");
}

/// Compresses that many zeros, after these bytes, without holding them.
fn zeros(first: &[u8], count: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(first).unwrap();
    for _ in 0..count >> 16 {
        encoder.write_all(&[0; 1 << 16]).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn data_that_grows_too_much_is_refused() {
    let limits = Limits {
        entries: 3,
        inflated: 8 << 20,
        ratio_from: 1 << 20,
        ..Limits::default()
    };
    let check = |data: Vec<u8>| read(Cursor::new(replaced(1, data)), &limits);
    let files = |count: usize| gz(tar(&vec![file("a", "x"); count]));
    check(files(3)).unwrap();
    assert!(matches!(
        check(files(4)),
        Err(ArchiveError::TooManyEntries { max: 3 })
    ));

    // Zeros within a file, and zeros behind the end.
    let sized = |size: u64| {
        super::build::header(&Entry {
            size: Some(size),
            ..file("a", "")
        })
    };
    for first in [sized(64 << 20).to_vec(), Vec::new()] {
        check(zeros(&first, 512 << 10)).err().map_or_else(
            || assert!(first.is_empty()),
            |error| assert!(matches!(error, ArchiveError::Data(_)), "{error}"),
        );
        let error = check(zeros(&first, 4 << 20)).unwrap_err();
        assert!(matches!(error, ArchiveError::Ratio { max: 100 }), "{error}");
    }
    // What grows no more than it may meets the other limit.
    let limits = Limits {
        ratio: 10_000,
        ..limits
    };
    let gem = replaced(1, zeros(&sized(64 << 20), 16 << 20));
    let error = read(Cursor::new(gem), &limits).unwrap_err();
    assert!(
        matches!(
            error,
            ArchiveError::Inflated {
                member: "data.tar.gz",
                max: 8_388_608
            }
        ),
        "{error}"
    );
}

#[test]
fn the_default_limits_hold() {
    let bomb = replaced(1, zeros(&[], 65 << 20));
    assert_eq!(
        refused(&bomb),
        "the data of the gem grows more than 100 times when it is unpacked"
    );
    let mut members = good();
    members[1].data = gz(tar(&vec![other(b'5', "d"); 100_001]));
    members.truncate(2);
    let error = refused(&tar(&members));
    assert_eq!(error, "the data of the gem has more than 100000 entries");
}
