use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Artifact, Packaging, count_versions, merged, metadata, metadata_path};

fn lib(packaging: Packaging) -> Artifact {
    Artifact::new("lib", "1.0.0", packaging)
}

#[test]
fn files_lie_where_the_layout_has_them() {
    let paths = |packaging| {
        let release = lib(packaging).release().unwrap();
        let files = release.files.into_iter();
        files.map(|file| file.path).collect::<Vec<_>>()
    };
    assert_eq!(
        paths(Packaging::Pom),
        ["com/acme/bench/lib/1.0.0/lib-1.0.0.pom"]
    );
    assert_eq!(
        paths(Packaging::Full(1_000)),
        [
            "com/acme/bench/lib/1.0.0/lib-1.0.0.pom",
            "com/acme/bench/lib/1.0.0/lib-1.0.0.jar",
            "com/acme/bench/lib/1.0.0/lib-1.0.0-sources.jar",
            "com/acme/bench/lib/1.0.0/lib-1.0.0-javadoc.jar",
        ]
    );
    assert_eq!(
        metadata_path("lib"),
        "com/acme/bench/lib/maven-metadata.xml"
    );
}

#[test]
fn a_jar_is_an_archive_of_the_size_that_was_asked_for() {
    let release = lib(Packaging::Jar(super::super::SMALL_JAR))
        .release()
        .unwrap();
    let [pom, jar] = release.files.as_slice() else {
        panic!("{} files", release.files.len());
    };
    assert!((19_500..=20_500).contains(&jar.bytes.len()));
    assert_eq!(jar.content_type(), "application/java-archive");
    let mut archive = ZipArchive::new(Cursor::new(&jar.bytes)).unwrap();
    let mut manifest = String::new();
    let mut entry = archive.by_name("META-INF/MANIFEST.MF").unwrap();
    entry.read_to_string(&mut manifest).unwrap();
    assert_eq!(manifest, "Manifest-Version: 1.0\r\n\r\n");
    let text = std::str::from_utf8(&pom.bytes).unwrap();
    assert!(
        text.contains("<artifactId>lib</artifactId>\n  <version>1.0.0</version>"),
        "{text}"
    );
    assert_eq!((pom.sha1.len(), pom.md5.len()), (40, 32));
}

#[test]
fn the_same_artifact_has_the_same_bytes() {
    let sums = || {
        let release = lib(Packaging::Full(500)).release().unwrap();
        release.files.into_iter().map(|file| file.sha1)
    };
    assert!(sums().eq(sums()));
}

#[test]
fn a_version_joins_the_list_that_was_answered() {
    let new = merged(None, &lib(Packaging::Pom)).unwrap();
    assert_eq!(new, metadata("lib", ["1.0.0"]));
    let old = metadata("lib", ["0.8", "0.9"]);
    let joined = merged(Some(old.as_bytes()), &lib(Packaging::Pom)).unwrap();
    assert_eq!(count_versions(joined.as_bytes()), 3);
    let end = "<version>0.9</version>\n      <version>1.0.0</version>\n    </versions>\n";
    assert!(joined.contains(end), "{joined}");
    assert!(merged(Some(b"<html/>"), &lib(Packaging::Pom)).is_err());
}
