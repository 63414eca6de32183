//! Archives that no reader should open.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::refuse;
use crate::pack::{Nupkg, zipped};
use crate::world::World;

const DAMAGED: &str = "the archive is damaged or ambiguous, pack it anew";
const LARGE: &str = "the package is too large when unpacked";
const NAME: &str = "an entry of the package has a name that is not allowed";
const NO_ZIP: &str = "the file is not a whole zip archive";

fn lib() -> Nupkg {
    Nupkg::new("Acme.Lib", "1.0.0")
}

/// Packs a nuspec and one more file that many zeros make.
fn bomb(name: &str, size: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    writer.start_file("a.nuspec", options).unwrap();
    writer.write_all(lib().nuspec().as_bytes()).unwrap();
    writer.start_file(name, options).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..size >> 20 {
        writer.write_all(&zeros).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Writes another number over every place where this one stands as a length, in both headers.
pub fn say(bytes: &mut [u8], length: usize, other: u32) {
    let wanted = (length as u32).to_le_bytes();
    let places: Vec<_> = (0..bytes.len() - 4)
        .filter(|at| bytes[*at..*at + 4] == wanted)
        .collect();
    assert!(places.len() >= 2, "both headers say it");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&other.to_le_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn zip_bombs_are_not_inflated() {
    let world = World::new().await;
    let words = ["when unpacked", "no package is like that"];
    let packed = bomb("lib/zeros.bin", 120 << 20);
    assert!(packed.len() < 1 << 20, "{}", packed.len());
    refuse(&world, &packed, LARGE, &words).await;
    // One in what is read of every package.
    let nuspec = format!("{}{}", lib().nuspec(), " ".repeat(4 << 20));
    let packed = zipped(&[("a.nuspec", nuspec.as_bytes())]);
    let words = ["\"a.nuspec\"", "3145728"];
    refuse(&world, &packed, LARGE, &words).await;
    let readme = vec![b'x'; (1 << 20) + 1];
    let packed = lib().with("<readme>r.md</readme>").file("r.md", &readme);
    let words = ["\"r.md\"", "1048576"];
    refuse(&world, &packed.bytes(), LARGE, &words).await;
    // One that says it is small, and goes on.
    let nuspec = format!("{}{}", lib().nuspec(), " ".repeat(123_456));
    let mut packed = zipped(&[("a.nuspec", nuspec.as_bytes())]);
    say(&mut packed, nuspec.len(), 300);
    refuse(&world, &packed, DAMAGED, &["\"a.nuspec\" is damaged"]).await;
    // Many entries.
    let names: Vec<_> = (0..65_536).map(|number| format!("f{number}")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();
    let nuspec = lib().nuspec();
    files.push(("a.nuspec", nuspec.as_bytes()));
    let words = ["65537 entries", "65535"];
    refuse(&world, &zipped(&files), LARGE, &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_lead_out_are_refused_by_name() {
    let world = World::new().await;
    for (name, reason) in [
        ("../x", "dots alone"),
        ("lib/../../x", "dots alone"),
        ("lib\\..\\..\\x", "dots alone"),
        ("%2e%2e/x", "dots alone"),
        ("lib/./x", "dots alone"),
        ("/etc/passwd", "does not lead into the package"),
        ("C:/x", "does not lead into the package"),
        ("%2Fx", "does not lead into the package"),
        ("lib//x", "two separators"),
        ("a%00b", "control characters"),
    ] {
        let package = lib().file(name, b"x").bytes();
        let told = refuse(&world, &package, NAME, &["not allowed", reason]).await;
        let shown = name.replace('\\', "\\\\");
        assert!(told.contains(&shown) || told.contains(name), "{told}");
    }
    for (one, other) in [
        ("lib/a.dll", "LIB/A.DLL"),
        ("a b", "a%20b"),
        ("a/b", "a\\b"),
    ] {
        let package = lib().file(one, b"1").file(other, b"2").bytes();
        let words = ["more than one entry", "ignoring case"];
        refuse(&world, &package, NAME, &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_archive_is_refused() {
    let world = World::new().await;
    let good = lib().bytes();
    let behind = [&good[..], b"more"].concat();
    let before = [b"#!/bin/sh\n", &good[..]].concat();
    for (bytes, reason, words) in [
        (
            &b"no archive, but some text"[..],
            NO_ZIP,
            "not a zip archive",
        ),
        (b"P", NO_ZIP, "not a zip archive"),
        (&good[..good.len() - 1], NO_ZIP, "not a zip archive"),
        (&good[..good.len() / 2], NO_ZIP, "not a zip archive"),
        (&behind, DAMAGED, "behind its end"),
        (&before, DAMAGED, "before its first entry"),
    ] {
        refuse(&world, bytes, reason, &[words]).await;
    }
    // The same bytes in the middle, once changed.
    let mut damaged = good.clone();
    let at = damaged
        .windows(8)
        .position(|part| part == b".NUSPEC\x55" || part.starts_with(b".nuspec"));
    let at = at.unwrap() + 20;
    damaged[at] ^= 0xff;
    refuse(&world, &damaged, DAMAGED, &["damaged"]).await;
    // Nothing but an empty archive.
    let reason = "the package has no nuspec at its root";
    refuse(&world, &zipped(&[]), reason, &["no .nuspec"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_strange_and_future_entries_are_refused() {
    let world = World::new().await;
    let mut packed = lib().bytes();
    // The flag of the first entry in both headers.
    let central = packed
        .windows(4)
        .position(|part| part == b"PK\x01\x02")
        .unwrap();
    packed[6] |= 1;
    packed[central + 8] |= 1;
    let reason = "an entry of the package is encrypted";
    refuse(&world, &packed, reason, &["without a password"]).await;
    let mut packed = lib().bytes();
    packed[8] = 12;
    packed[central + 10] = 12;
    refuse(&world, &packed, DAMAGED, &["method 12"]).await;
    let mut packed = lib().bytes();
    packed[central + 46] = b'x';
    refuse(&world, &packed, DAMAGED, &["than the directory"]).await;
    // The server's clock stands in January 2026.
    for (year, month, day, refused) in [(2026, 2, 2, true), (2107, 1, 1, true), (2026, 2, 1, false)]
    {
        let time = DateTime::from_date_and_time(year, month, day, 0, 0, 0).unwrap();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().last_modified_time(time);
        writer.start_file("a.nuspec", options).unwrap();
        writer.write_all(lib().nuspec().as_bytes()).unwrap();
        let packed = writer.finish().unwrap().into_inner();
        match refused {
            true => drop(refuse(&world, &packed, DAMAGED, &["in the future", "clock"]).await),
            false => drop(world.source().put("package", packed).await.expect(201)),
        }
    }
}
