//! The fuzz targets on inputs made here, so that they cannot rot unnoticed: `fuzz/` is a workspace
//! of its own, and checking it whole would build OpenSSL and SQLite a second time.

use std::io::Cursor;

use proptest::prelude::*;

use crate::archive::tests::{limits, pack};
use crate::nupkg::Nupkg;
use crate::nupkg::tests::nuspec_with;
use crate::symbols::Snupkg;

#[path = "../../../fuzz/src/nuget_archive.rs"]
mod nuget_archive;
#[path = "../../../fuzz/src/nuget_text.rs"]
mod nuget_text;

fn input(first: u8, rest: &str) -> Vec<u8> {
    let mut input = vec![first];
    input.extend_from_slice(rest.as_bytes());
    input
}

fn packages() -> Vec<Vec<u8>> {
    let nuspec = nuspec_with("<readme>docs/r.md</readme><icon>i.png</icon>");
    let symbols = nuspec_with("<packageTypes><packageType name='SymbolsPackage'/></packageTypes>");
    let pdb = b"BSJB\x01\0\x01\0\0\0\0\0\x04\0\0\0v1\0\0\0\0\x01\0\x28\0\0\0\x14\0\0\0#Pdb\0\0\0\0\
                0123456789abcdef0123";
    vec![
        pack(&[
            ("a.nuspec", nuspec.as_bytes()),
            ("docs%2Fr.md", b"# Hello"),
            ("i.png", b"\x89PNG\r\n\x1a\n"),
        ]),
        pack(&[("a.nuspec", symbols.as_bytes()), ("lib/a.pdb", pdb)]),
    ]
}

#[test]
fn texts_pass_in_whole_and_cut_anywhere() {
    let nuspec = nuspec_with(
        "<tags>a b</tags><license type='file'>l.txt</license><dependencies><group \
         targetFramework='net8.0'><dependency id='B' version='[1.0,2)'/></group></dependencies>",
    );
    for (kind, text) in [
        (0, &*nuspec),
        (1, " 01.2.3.4-RC.1.-5+meta.01 "),
        (1, "[1.0-a, 2.0)"),
        (2, ".NETFramework,Version=v4.0,Profile=Client"),
        (2, "Acme.Lib-1_x"),
        (
            3,
            "((Id ne null) and substringof('it''s',tolower(Id))) or not IsLatestVersion eq true",
        ),
        (3, "Packages(Id='X',Version='1.0')"),
        (
            3,
            "id='X'&$filter=Id eq 'a'&$orderby=concat(Title,Id) desc,Id&$top=1&$skip=2&$inlinecount=allpages",
        ),
    ] {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            nuget_text::run(&input(kind, &text[..end]));
        }
        nuget_text::run(&input(kind, text));
    }
}

#[test]
fn the_packages_cut_up_here_are_good_ones() {
    let limits = limits();
    let [package, symbols] = &packages()[..] else {
        panic!("two packages");
    };
    Nupkg::read(Cursor::new(package), &limits).unwrap();
    Snupkg::read(Cursor::new(symbols), &limits).unwrap();
}

#[test]
fn packages_pass_in_whole_and_cut_anywhere() {
    for package in packages() {
        for end in 0..=package.len() {
            nuget_archive::run(&package[..end]);
        }
    }
}

proptest! {
    #[test]
    fn any_text_passes(
        kind in 0_u8..4,
        parts in prop::collection::vec(
            "(<package>|<metadata>|<id>|</id>|[0-9]{1,3}|\\.|-|\\+|,|\\[|\\(|\\)|\\]|'|Id| eq | and |not |\\$filter=|&|\\*|.{0,2})",
            0..16),
    ) {
        nuget_text::run(&input(kind, &parts.concat()));
    }

    #[test]
    fn any_package_passes(
        which in 0_usize..2,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut package = packages().swap_remove(which);
        for (place, value) in changes {
            let place = place.index(package.len());
            package[place] = value;
        }
        nuget_archive::run(&package);
    }
}
