use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use super::*;

/// Builds archives, also wrong ones: headers are written as they are.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn raw(mut self, kind: EntryType, path: &str, link: &str, data: &[u8], size: u64) -> Self {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn entry(self, kind: EntryType, path: &str, link: &str, data: &[u8]) -> Self {
        self.raw(kind, path, link, data, data.len() as u64)
    }

    fn file(self, path: &str, data: &[u8]) -> Self {
        self.entry(EntryType::Regular, path, "", data)
    }

    fn pax(self, fields: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        for (key, value) in fields {
            let rest = key.len() + value.len() + 3;
            let mut length = rest + 1;
            while length != rest + length.to_string().len() {
                length = rest + length.to_string().len();
            }
            text += &format!("{length} {key}={value}\n");
        }
        self.entry(EntryType::XHeader, "PaxHeader/x", "", text.as_bytes())
    }

    fn package() -> Self {
        Self::default().file("package/package.json", b"{}")
    }

    fn tar(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }

    fn gz(self) -> Vec<u8> {
        gzip(&self.tar())
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn look(bytes: &[u8]) -> Result<TarballInfo, TarballError> {
    inspect(bytes, ArchiveLimits::default())
}

#[track_caller]
fn refused(bytes: &[u8], limits: ArchiveLimits, reason: &str) {
    let error = inspect(bytes, limits).expect_err(reason);
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains(reason), "{reason}: {error}");
}

#[track_caller]
fn bad(tar: Tar, reason: &str) {
    refused(&tar.gz(), ArchiveLimits::default(), reason);
}

#[test]
fn an_ordinary_package_is_described() {
    let bytes = Tar::default()
        .entry(EntryType::Directory, "x/", "", b"")
        .file("x/README", b"plain")
        .file("x/package.json", b"{\"name\":1}")
        .file("x/lib/package.json", b"{}")
        .file("x/readme.MD", "# Ü".as_bytes())
        .file("x/README.txt", b"later")
        .file("x/binding.gyp", b"")
        .file("x/npm-shrinkwrap.json", b"{}")
        .file("x/sub/binding.gyp", b"")
        .entry(EntryType::Symlink, "x/lib/link", "../package.json", b"")
        .entry(EntryType::Link, "x/lib/hard", "x/package.json", b"")
        .gz();
    let expect = TarballInfo {
        package_json: b"{\"name\":1}".to_vec(),
        file_count: 8,
        unpacked_size: 5 + 10 + 2 + 4 + 5 + 2,
        has_shrinkwrap: true,
        has_root_gyp: true,
        readme: Some("# Ü".into()),
        readme_file: Some("readme.MD".into()),
    };
    assert_eq!(look(&bytes).unwrap(), expect);
}

#[test]
fn long_names_and_members_are_understood() {
    let long = format!("package/{}/x.js", "d".repeat(150));
    let tar = Tar::default()
        .entry(
            EntryType::XGlobalHeader,
            "pax_global_header",
            "",
            b"14 comment=ab\n",
        )
        .entry(
            EntryType::GNULongName,
            "././@LongLink",
            "",
            format!("{long}\0").as_bytes(),
        )
        .file("package/short", b"1")
        .pax(&[("path", &long), ("mtime", "1"), ("size", "2")])
        .file("package/short", b"22")
        .pax(&[("path", "package/package.json")])
        .file("package/other", b"{}")
        .tar();
    let info = look(&gzip(&tar)).unwrap();
    assert_eq!(
        (info.file_count, info.package_json.as_slice()),
        (3, &b"{}"[..])
    );
    // The same archive in two gzip members.
    let mut members = gzip(&tar[..700]);
    members.extend(gzip(&tar[700..]));
    assert_eq!(look(&members).unwrap(), info);
}

#[test]
fn paths_out_of_the_package_are_refused_and_named() {
    for path in [
        "/etc/passwd",
        "../x",
        "package/../../x",
        "package/..",
        "C:\\x",
        "\\x",
        "a\\..\\x",
    ] {
        bad(Tar::package().file(path, b"x"), "lies outside the package");
        bad(Tar::package().file(path, b"x"), &format!("{path:?}"));
        bad(
            Tar::package()
                .pax(&[("path", path)])
                .file("package/x", b"x"),
            "lies outside the package",
        );
    }
}

#[test]
fn links_out_of_the_package_are_refused_and_named() {
    for (kind, path, target) in [
        (EntryType::Symlink, "package/l", "/etc/passwd"),
        (EntryType::Symlink, "package/l", ".."),
        (EntryType::Symlink, "package/l", "../x"),
        (EntryType::Symlink, "package/a/l", "../../x"),
        (EntryType::Symlink, "package/a/l", "b/../../../x"),
        (EntryType::Symlink, "package/a/l", "b/../x"),
        (EntryType::Symlink, "package/l", "..\\x"),
        (EntryType::Symlink, "package/l", ""),
        (EntryType::Symlink, "l", "x"),
        (EntryType::Link, "package/l", "/etc/passwd"),
        (EntryType::Link, "package/l", "../x"),
        (EntryType::Link, "package/l", "other/x"),
        (EntryType::Link, "package/l", "package"),
    ] {
        let tar = Tar::package().entry(kind, path, target, b"");
        bad(
            tar,
            &format!("entry {path:?} of the tarball links to {target:?}"),
        );
    }
    for (link, path) in [("package/d", "package/d/x"), ("a/d", "b/D/sub/x")] {
        let tar = Tar::package()
            .entry(EntryType::Symlink, link, "lib", b"")
            .file(path, b"x");
        bad(
            tar,
            &format!("entry {path:?} of the tarball lies behind a link"),
        );
    }
    let mut tar = Tar::package();
    for index in 0..1001 {
        tar = tar.entry(EntryType::Symlink, &format!("package/{index}"), "x", b"");
    }
    bad(tar, "more than 1000 links");
}

#[test]
fn there_is_exactly_one_package_json() {
    bad(Tar::default().file("package/x", b""), "no package.json");
    bad(
        Tar::default().file("package.json", b"{}"),
        "no package.json",
    );
    bad(
        Tar::default().file("package/lib/package.json", b"{}"),
        "no package.json",
    );
    bad(Tar::default(), "no package.json");
    for path in [
        "package/package.json",
        "other/package.json",
        "package/Package.JSON",
        "package//package.json",
        "./package/package.json",
    ] {
        bad(
            Tar::package().file(path, b"{}"),
            "more than one package.json",
        );
    }
    bad(
        Tar::default().entry(EntryType::Symlink, "package/package.json", "x", b""),
        "more than one package.json",
    );
    bad(
        Tar::default().file("package/PACKAGE.json", b"{}"),
        "more than one package.json",
    );
    let info = look(&Tar::default().file("./package/package.json", b"{}").gz()).unwrap();
    assert_eq!(info.file_count, 1);
}

#[test]
fn what_readers_understand_differently_is_refused() {
    bad(
        Tar::package().entry(EntryType::Directory, "package/d/", "", b"x"),
        "no file",
    );
    bad(
        Tar::package().entry(EntryType::Regular, "package/d/", "", b"x"),
        "no file",
    );
    bad(
        Tar::package().entry(EntryType::Symlink, "package/l", "x", b"x"),
        "no file",
    );
    bad(
        Tar::package().pax(&[("size", "7")]).file("package/x", b"x"),
        "two different sizes",
    );
    bad(
        Tar::package().pax(&[("size", "x")]).file("package/x", b"x"),
        "no number",
    );
    bad(
        Tar::package()
            .pax(&[("path", "package/a"), ("path", "package/b")])
            .file("package/x", b""),
        "the same field twice",
    );
    bad(
        Tar::package()
            .pax(&[("a", "b")])
            .pax(&[("a", "b")])
            .file("package/x", b""),
        "in a row",
    );
    bad(
        Tar::package().entry(EntryType::XGlobalHeader, "g", "", b"18 path=package/x\n"),
        "for all entries",
    );
    bad(
        Tar::package()
            .pax(&[("GNU.sparse.name", "x")])
            .file("package/x", b""),
        "sparse",
    );
    for kind in [
        EntryType::Fifo,
        EntryType::Char,
        EntryType::Block,
        EntryType::GNUSparse,
    ] {
        bad(
            Tar::package().entry(kind, "package/dev", "", b""),
            "neither file, folder nor link",
        );
    }
    bad(Tar::package().pax(&[("a", "b")]), "cut off");
    let long = "d/".repeat(2500);
    bad(
        Tar::package()
            .pax(&[("path", &format!("package/{long}x"))])
            .file("package/x", b""),
        "more than 4096 bytes",
    );
}

#[test]
fn extension_headers_are_never_read_beyond_their_cap() {
    for kind in [
        EntryType::XHeader,
        EntryType::GNULongName,
        EntryType::GNULongLink,
        EntryType::XGlobalHeader,
    ] {
        let tar = Tar::package().raw(kind, "package/h", "", b"", 1 << 30);
        bad(tar, "more than 1 MiB");
    }
}

#[test]
fn other_files_are_told_from_tarballs() {
    let default = ArchiveLimits::default();
    for bytes in [&b""[..], b"x", b"PK\x03\x04 zip", &Tar::package().tar()] {
        refused(bytes, default, "not gzip-compressed");
    }
    refused(b"\x1f\x8b", default, "cut off");
    refused(
        b"\x1f\x8b\x08\x00\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        default,
        "damaged",
    );
    refused(&gzip(&[7; 2000]), default, "not a valid tar archive");
    let whole = Tar::package().file("package/x", &[1; 5000]).gz();
    for end in [3, 20, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        refused(&whole[..end], default, "cut off");
    }
    let mut flipped = whole.clone();
    let crc = whole.len() - 6;
    flipped[crc] ^= 1;
    refused(&flipped, default, "damaged");
    let mut trailing = whole;
    trailing.extend_from_slice(b"more than a gzip header");
    refused(&trailing, default, "damaged");
    let tar = Tar::package().file("package/x", &[1; 5000]).tar();
    refused(&gzip(&tar[..3000]), default, "too early");
    refused(&gzip(&tar[..700]), default, "too early");
}

#[test]
fn limits_hold() {
    let limits = ArchiveLimits {
        entries: 3,
        unpacked: 100_000,
        ratio: 10,
        ratio_from: 50_000,
        package_json: 10,
    };
    let small = || Tar::package().file("package/a", b"").file("package/b", b"");
    assert!(inspect(small().gz().as_slice(), limits).is_ok());
    refused(
        &small().file("package/c", b"").gz(),
        limits,
        "more than 3 entries",
    );
    refused(
        &Tar::default()
            .file("package/package.json", b"{\"a\":12345}")
            .gz(),
        limits,
        "more than 10 bytes",
    );
    let bomb = |size: usize| Tar::package().file("package/zero", &vec![0; size]).gz();
    assert!(inspect(bomb(40_000).as_slice(), limits).is_ok());
    refused(&bomb(60_000), limits, "grows more than 10 times");
    refused(&bomb(5_000_000), limits, "more than 100000 bytes");
    let noise: Vec<u8> = (0..200_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    refused(
        &Tar::package().file("package/x", &noise).gz(),
        limits,
        "more than 100000 bytes",
    );
    // A bomb behind the end of the archive.
    let mut tar = Tar::package().tar();
    tar.resize(tar.len() + 5_000_000, 0);
    refused(&gzip(&tar), limits, "more than 100000 bytes");
}

#[test]
fn a_long_readme_is_cut_between_characters() {
    let text = "ä".repeat(MAX_README);
    let info = look(
        &Tar::package()
            .file("package/README.md", text.as_bytes())
            .gz(),
    )
    .unwrap();
    assert_eq!(info.readme.unwrap(), "ä".repeat(MAX_README / 2));
    let odd = format!("x{text}");
    let info = look(
        &Tar::package()
            .file("package/README.md", odd.as_bytes())
            .gz(),
    )
    .unwrap();
    assert_eq!(info.readme.unwrap().len(), MAX_README - 1);
    let info = look(
        &Tar::package()
            .file("package/README.md", &[0xff; 100_000])
            .gz(),
    )
    .unwrap();
    assert!(info.readme.unwrap().len() <= MAX_README);
}

#[test]
fn a_failing_disk_is_no_fault_of_the_tarball() {
    struct Failing(usize, Vec<u8>);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let rest = &self.1[self.0..];
            if rest.is_empty() {
                return Err(io::Error::other("disk is gone"));
            }
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            self.0 += count;
            Ok(count)
        }
    }
    let whole = Tar::package().file("package/x", &[1; 5000]).gz();
    let failing = Failing(0, whole[..whole.len() - 30].to_vec());
    let error = inspect(failing, ArchiveLimits::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(matches!(error, TarballError::Io(_)));
}
