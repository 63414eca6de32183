use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::archive::tests::{limits, pack};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

/// Writes a nuspec with all that it must have, and this.
pub(crate) fn nuspec_with(more: &str) -> String {
    format!(
        "<package xmlns='http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd'><metadata>\
         <id>Acme.Lib</id><version>1.0</version><description>d</description><authors>a</authors>\
         {more}</metadata></package>"
    )
}

fn read(bytes: &[u8]) -> Result<Nupkg, NupkgError> {
    Nupkg::read(Cursor::new(bytes), &limits())
}

/// Packs a nuspec with this in it, and files.
fn package(more: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let nuspec = nuspec_with(more);
    let mut all = vec![
        ("_rels/.rels", &b"<Relationships/>"[..]),
        ("Acme.Lib.nuspec", nuspec.as_bytes()),
        ("[Content_Types].xml", b"<Types/>"),
    ];
    all.extend_from_slice(files);
    pack(&all)
}

#[test]
fn what_people_look_at_is_taken_out() {
    let bytes = package(
        "<readme>docs\\READ%20ME.md</readme><icon>Icon.PNG</icon><license type='file'>/License</license>",
        &[
            ("docs/read me.md", b"# Hello"),
            ("icon.png", PNG),
            ("LICENSE", b"Free"),
            ("lib/net8.0/Acme.Lib.dll", b"MZ"),
        ],
    );
    let package = read(&bytes).unwrap();
    assert_eq!(package.nuspec.id.as_str(), "Acme.Lib");
    assert!(package.nuspec_bytes.starts_with(b"<package "));
    assert_eq!(
        package.readme,
        Some(Content {
            name: "docs/read me.md".to_owned(),
            bytes: b"# Hello".to_vec(),
            media_type: "text/markdown; charset=utf-8",
        })
    );
    let icon = package.icon.unwrap();
    assert_eq!((&*icon.bytes, icon.media_type), (PNG, "image/png"));
    let license = package.license.unwrap();
    assert_eq!(
        (&*license.bytes, license.media_type),
        (&b"Free"[..], "text/plain; charset=utf-8")
    );
    assert_eq!((package.signed, package.entries), (false, 7));
    assert_eq!(package.warnings, Vec::<String>::new());
}

#[test]
fn the_least_is_enough() {
    let package = read(&pack(&[("A.NUSPEC", nuspec_with(""))])).unwrap();
    assert_eq!(package.readme, None);
    assert_eq!(package.icon, None);
    assert_eq!(package.license, None);
    assert_eq!(package.entries, 1);
    // An expression is no file.
    let bytes = self::package("<license type='expression'>MIT</license>", &[]);
    assert_eq!(read(&bytes).unwrap().license, None);
}

#[test]
fn icons_are_known_by_their_bytes() {
    let icon = |bytes: &[u8]| {
        let package = read(&package("<icon>i.png</icon>", &[("i.png", bytes)])).unwrap();
        let kept = package.icon.is_some();
        assert_eq!(package.nuspec.icon.is_some(), kept);
        assert_eq!(package.warnings.is_empty(), kept);
        package.icon.map(|icon| icon.media_type)
    };
    assert_eq!(icon(PNG), Some("image/png"));
    assert_eq!(icon(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
    assert_eq!(icon(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
    assert_eq!(icon(b"GIF89a"), None);
    assert_eq!(icon(b""), None);
}

#[test]
fn one_nuspec_lies_at_the_root() {
    let nuspec = nuspec_with("");
    let nuspec = nuspec.as_bytes();
    assert!(matches!(
        read(&pack(&[("lib/a.nuspec", nuspec)])),
        Err(NupkgError::NoNuspec)
    ));
    assert!(matches!(
        read(&pack(&[("lib%2Fa.nuspec", nuspec)])),
        Err(NupkgError::NoNuspec)
    ));
    assert!(matches!(
        read(&pack::<&[u8]>(&[])),
        Err(NupkgError::NoNuspec)
    ));
    let two = pack(&[("a.nuspec", nuspec), ("b.NuSpec", nuspec)]);
    assert!(matches!(read(&two), Err(NupkgError::ManyNuspecs(2))));
    read(&pack(&[("a.nuspec", nuspec), ("lib/b.nuspec", b"x")])).unwrap();
}

#[test]
fn what_is_named_must_be_there_and_not_too_long() {
    for (element, what) in [
        ("<readme>a b.md</readme>", "readme"),
        ("<icon>a b.md</icon>", "icon"),
        ("<license type='file'>a b.md</license>", "licence"),
    ] {
        let error = read(&package(element, &[])).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the nuspec names the {what} \"a b.md\", which is not in the package: add the file"
            )
        );
        let longest = vec![b'a'; MAX_PART as usize];
        read(&package(element, &[("a%20b.md", &longest)])).unwrap();
        let too_long = vec![b'a'; MAX_PART as usize + 1];
        let error = read(&package(element, &[("a%20b.md", &too_long)])).unwrap_err();
        let NupkgError::Archive(ArchiveError::TooLarge { max, .. }) = error else {
            panic!("{error}");
        };
        assert_eq!(max, MAX_PART);
    }
    let huge = pack(&[("a.nuspec", vec![b' '; MAX_NUSPEC + 1])]);
    let error = read(&huge).unwrap_err();
    assert!(matches!(
        error,
        NupkgError::Archive(ArchiveError::TooLarge { .. })
    ));
}

#[test]
fn mistakes_in_the_nuspec_and_the_archive_come_through() {
    let error = read(&pack(&[("a.nuspec", "<package/>")])).unwrap_err();
    assert!(matches!(error, NupkgError::Nuspec(_)) && !error.is_io());
    let error = read(&package("", &[("../x", b"")])).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("\"../x\" has a name that is not allowed"),
        "{error}"
    );
    let symbols = "<packageTypes><packageType name='symbolsPackage'/></packageTypes>";
    assert!(matches!(
        read(&package(symbols, &[])),
        Err(NupkgError::Symbols)
    ));
}

#[test]
fn a_signature_is_seen() {
    let options = SimpleFileOptions::default();
    for (name, method, signed) in [
        (SIGNATURE, CompressionMethod::Stored, true),
        (SIGNATURE, CompressionMethod::Deflated, false),
        ("lib/.signature.p7s", CompressionMethod::Stored, false),
    ] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("a.nuspec", options).unwrap();
        writer.write_all(nuspec_with("").as_bytes()).unwrap();
        writer
            .start_file(name, options.compression_method(method))
            .unwrap();
        writer.write_all(&[0; 100]).unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        assert_eq!(read(&bytes).unwrap().signed, signed, "{name} {method}");
    }
}

proptest! {
    #[test]
    fn no_change_of_bytes_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = package(
            "<readme>r.md</readme><icon>i.png</icon>",
            &[("r.md", b"# Hello"), ("i.png", PNG)],
        );
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(package) = read(&bytes) {
            prop_assert_eq!(package.readme.map(|readme| readme.bytes), Some(b"# Hello".to_vec()));
        }
    }
}
