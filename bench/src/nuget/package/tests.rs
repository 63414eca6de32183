use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Package, registration_path, tree, version, versions_path};
use crate::nuget::fixture::SMALL;

fn nuspec(bytes: &[u8]) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let roots: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .filter(|name| !name.contains('/'))
        .collect();
    let [root] = roots.as_slice() else {
        panic!("{roots:?} lie at the root");
    };
    let mut text = String::new();
    archive
        .by_name(root)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn a_package_is_an_archive_of_the_size_that_was_asked_for() {
    let package = Package::new("Acme.Lib", "1.0.0", SMALL).for_many_frameworks();
    let nupkg = package.nupkg().unwrap();
    assert!(
        (19_500..=20_500).contains(&nupkg.bytes.len()),
        "{}",
        nupkg.bytes.len()
    );
    let text = nuspec(&nupkg.bytes);
    assert!(text.contains("<id>Acme.Lib</id>\n    <version>1.0.0</version>"));
    assert_eq!(text.matches("<group ").count(), 3);
    assert_eq!(text.matches("<dependency ").count(), 12);
}

#[test]
fn the_same_package_has_the_same_bytes() {
    let bytes = || {
        Package::new("Acme.Lib", "1.0.0", 500)
            .nupkg()
            .unwrap()
            .bytes
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn paths_have_ids_in_lower_case() {
    let package = Package::new("Acme.Lib", "1.0.0-ci.1", 10);
    assert_eq!(
        package.path(),
        "download/acme.lib/1.0.0-ci.1/acme.lib.1.0.0-ci.1.nupkg"
    );
    assert_eq!(versions_path("Acme.Lib"), "download/acme.lib/index.json");
    assert_eq!(
        registration_path("Acme.Lib"),
        "registration/acme.lib/index.json"
    );
}

#[test]
fn a_series_has_nine_prereleases_before_each_release() {
    let versions: Vec<_> = (8..12).map(version).collect();
    assert_eq!(
        versions,
        ["1.0.0-ci.9", "1.0.0", "1.1.0-ci.1", "1.1.0-ci.2"]
    );
}

#[test]
fn the_first_of_a_tree_needs_all_others() {
    let packages = tree(14, 10).unwrap();
    let (mut found, mut next) = (BTreeSet::new(), vec![0]);
    while let Some(number) = next.pop() {
        assert!(found.insert(number), "{number} is needed twice");
        let text = nuspec(&packages[number].bytes);
        let needed = text.split("<dependency id=\"Acme.Part.").skip(1);
        next.extend(needed.map(|rest| rest[..4].parse::<usize>().unwrap()));
    }
    assert_eq!(found, (0..14).collect());
}
