use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::archive::tests::{limits, pack};
use crate::nupkg::tests::nuspec_with;

const SYMBOLS: &str = "<packageTypes><packageType name='SymbolsPackage'/></packageTypes>";

const GUID: [u8; 16] = [
    0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde, 1, 2, 3, 4, 5, 6, 7, 8,
];
const KEY: &str = "123456789abcdef00102030405060708ffffffff";

/// Writes the beginning of a portable PDB as compilers do.
fn pdb(guid: [u8; 16]) -> Vec<u8> {
    pdb_at(&guid, 0)
}

fn pdb_at(guid: &[u8], gap: usize) -> Vec<u8> {
    let mut bytes = b"BSJB\x01\0\x01\0\0\0\0\0\x0c\0\0\0PDB v1.0\0\0\0\0\0\0\x02\0".to_vec();
    let header = bytes.len() + 16 + 12 + gap;
    for (offset, size, name) in [
        (header, guid.len() + 4, &b"#Pdb\0\0\0\0"[..]),
        (header + 100, 8, b"#~\0\0"),
    ] {
        bytes.extend_from_slice(&(offset as u32).to_le_bytes());
        bytes.extend_from_slice(&(size as u32).to_le_bytes());
        bytes.extend_from_slice(name);
    }
    bytes.extend(vec![0; gap]);
    bytes.extend_from_slice(guid);
    bytes.extend_from_slice(&[1, 2, 3, 4]);
    bytes
}

fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
    // The SDK leaves the authors out.
    let nuspec = nuspec_with(SYMBOLS).replace("<authors>a</authors>", "");
    let mut all = vec![
        ("_rels/.rels", &b"x"[..]),
        ("Acme.Lib.nuspec", nuspec.as_bytes()),
        ("[Content_Types].xml", b"x"),
        ("package/services/metadata/core-properties/1.PSMDCP", b"x"),
    ];
    all.extend_from_slice(files);
    pack(&all)
}

fn read(bytes: &[u8]) -> Result<Snupkg, SnupkgError> {
    Snupkg::read(Cursor::new(bytes), &limits())
}

fn error(files: &[(&str, &[u8])]) -> String {
    read(&package(files)).unwrap_err().to_string()
}

#[test]
fn pdbs_are_found_by_name_and_number() {
    let mut second = pdb([0xff; 16]);
    second.extend(vec![7; 100_000]);
    let bytes = package(&[
        ("lib/net8.0/Acme.Lib.pdb", &pdb(GUID)),
        ("lib/net8.0/de/Other.PDB", &second),
    ]);
    let package = read(&bytes).unwrap();
    assert_eq!(package.id.as_str(), "Acme.Lib");
    assert_eq!(package.version.normalized(), "1.0.0");
    let found: Vec<(&str, &str)> = package.pdbs.iter().map(|p| (&*p.name, &*p.key)).collect();
    let all_f = "f".repeat(40);
    assert_eq!(found, [("Acme.Lib.pdb", KEY), ("Other.PDB", &*all_f)]);
    for (pdb, expected) in package.pdbs.iter().zip([pdb(GUID), second]) {
        let stored = serde_json::to_string(pdb).unwrap();
        let stored: Pdb = serde_json::from_str(&stored).unwrap();
        assert_eq!(&stored, pdb);
        let mut text = Vec::new();
        stored
            .open(Cursor::new(&bytes))
            .unwrap()
            .read_to_end(&mut text)
            .unwrap();
        assert_eq!(text, expected);
    }
}

#[test]
fn one_build_for_several_frameworks_is_one_pdb() {
    let (one, mut other) = (pdb(GUID), pdb(GUID));
    other.push(0);
    let twice = package(&[
        ("lib/a/A.pdb", &one),
        ("lib/b/a.PDB", &one),
        ("lib/b/b.pdb", &one),
    ]);
    let names: Vec<String> = read(&twice)
        .unwrap()
        .pdbs
        .into_iter()
        .map(|p| p.name)
        .collect();
    assert_eq!(names, ["A.pdb", "b.pdb"]);
    let message = error(&[("lib/a/a.pdb", &one), ("lib/b/A.pdb", &other)]);
    assert!(
        message.starts_with("\"lib/b/A.pdb\" is another file than the one"),
        "{message}"
    );
}

#[test]
fn only_symbols_are_accepted() {
    let nuspec = nuspec_with("");
    let plain = pack(&[("a.nuspec", nuspec.as_bytes()), ("a.pdb", &pdb(GUID))]);
    assert!(matches!(read(&plain), Err(SnupkgError::NoSymbols)));
    for name in ["lib/a.dll", "a.pdb.exe", "README", "lib.pdb/x"] {
        let message = error(&[("a.pdb", &pdb(GUID)), (name, b"x")]);
        assert!(
            message.ends_with(&format!("alone, not {name:?}")),
            "{message}"
        );
    }
    assert!(matches!(read(&package(&[])), Err(SnupkgError::NoPdb)));
    assert!(matches!(
        read(&pack(&[("a.pdb", pdb(GUID))])),
        Err(SnupkgError::Package(NupkgError::NoNuspec))
    ));
    assert!(matches!(
        read(b"no archive, but some text"),
        Err(SnupkgError::Package(NupkgError::Archive(
            ArchiveError::NotZip
        )))
    ));
}

#[test]
fn only_portable_pdbs_are_accepted() {
    let good = pdb(GUID);
    let changed = |place: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[place] = value;
        bytes
    };
    for (bytes, reason) in [
        (
            b"Microsoft C/C++ MSF 7.00\r\n".to_vec(),
            "it is a Windows PDB",
        ),
        (b"MZ\0\0".to_vec(), "it does not begin with BSJB"),
        (Vec::new(), "it is cut off"),
        (good[..good.len() - 5].to_vec(), "it is cut off"),
        (good[..30].to_vec(), "it is cut off"),
        (changed(13, 2), "the version of its metadata is too long"),
        (changed(31, 1), "it has too many streams"),
        (changed(30, 0), "it has no #Pdb stream"),
        (changed(41, b'Q'), "it has no #Pdb stream"),
        (changed(36, 19), "it has no #Pdb stream"),
        (changed(32, 1), "its #Pdb stream is not where it says"),
        (
            pdb_at(&GUID, 2 << 20),
            "it is cut off, or its number is not near",
        ),
    ] {
        let message = error(&[("lib/a.pdb", &bytes)]);
        let expected = format!("\"lib/a.pdb\" is not a portable PDB: {reason}");
        assert!(message.starts_with(&expected), "{message}");
    }
    read(&package(&[("lib/a.pdb", &pdb_at(&GUID, 1_000_000))])).unwrap();
    let twice = [&good[..32], &good[32..48], &good[32..48], &good[60..]].concat();
    assert!(error(&[("a.pdb", &twice)]).ends_with("it has two #Pdb streams"));
}

#[test]
fn limits_hold() {
    let pdbs: Vec<(String, Vec<u8>)> = (0..=MAX_PDBS)
        .map(|number| (format!("lib/{number}.pdb"), pdb(GUID)))
        .collect();
    let files: Vec<(&str, &[u8])> = pdbs.iter().map(|(n, b)| (&**n, &**b)).collect();
    assert_eq!(read(&package(&files[1..])).unwrap().pdbs.len(), MAX_PDBS);
    assert!(matches!(
        read(&package(&files)),
        Err(SnupkgError::TooManyPdbs(1_001))
    ));
}

#[test]
fn a_pdb_that_says_too_much_is_refused_unread() {
    let bytes = package(&[("a.pdb", &pdb(GUID))]);
    let archive = Archive::read(&mut Cursor::new(&bytes), &limits()).unwrap();
    let mut entry = archive.find("a.pdb").cloned().unwrap();
    entry.place.size = MAX_PDB + 1;
    let error = pdbs(Cursor::new(&bytes), &[&entry]).unwrap_err();
    assert!(
        error.to_string().contains("at most 209715200 are allowed"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(
        change in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        length in 0..100_usize,
    ) {
        let mut bytes = pdb(GUID);
        for (place, value) in change {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        bytes.truncate(length);
        if let Ok(key) = pdb::key(&*bytes) {
            prop_assert_eq!(key.len(), 40);
        }
    }
}
