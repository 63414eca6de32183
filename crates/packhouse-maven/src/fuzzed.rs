//! The fuzz targets on inputs made here, so that they cannot rot unnoticed: `fuzz/` is a workspace
//! of its own, and checking it whole would build OpenSSL and SQLite a second time.

use proptest::prelude::*;

#[path = "../../../fuzz/src/maven_pom.rs"]
mod maven_pom;
#[path = "../../../fuzz/src/maven_route.rs"]
mod maven_route;

fn input(first: u8, rest: &str) -> Vec<u8> {
    let mut input = vec![first];
    input.extend_from_slice(rest.as_bytes());
    input
}

#[test]
fn every_address_passes() {
    for path in [
        "archetype-catalog.xml.sha1",
        "com/acme/maven-metadata.xml",
        "com/acme/lib/1.0-SNAPSHOT/maven-metadata.xml.md5",
        "com//acme/lib/1.0/lib-1.0-sources.jar.asc.sha512",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20240131.235959-7-x.tar.gz",
        "com/acme/lib/1.0/other.jar",
        ".meta/prefixes.txt",
    ] {
        for end in 0..=path.len() {
            maven_route::run(&path.as_bytes()[..end]);
        }
    }
}

#[test]
fn documents_pass_in_whole_and_cut_anywhere() {
    for document in [
        "<?xml version='1.0' encoding='UTF-8'?><project><groupId>${a}</groupId><parent><version>1\
         </version></parent><properties><a>x${b}</a><b/></properties><dependencies><dependency>\
         <groupId>g</groupId><artifactId>a</artifactId></dependency></dependencies></project>",
        "<metadata><versioning><versions><version>1</version></versions></versioning><plugins>\
         <plugin><prefix>p</prefix><artifactId>a</artifactId></plugin></plugins></metadata>",
        r#"{"formatVersion":"1.1","createdBy":{"gradle":{"version":"8"}},"variants":[{"name":"x","attributes":{"org.gradle.usage":"y"}}]}"#,
    ] {
        for end in (0..document.len()).step_by(7).chain([document.len()]) {
            for kind in 0..3 {
                maven_pom::run(&input(kind, &document[..end]));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_address_passes(
        path in prop::collection::vec(
            "(/|com|lib|1\\.0|-SNAPSHOT|-20240131\\.235959-7|\\.jar|\\.tar\\.gz|\\.asc|\\.sha1|maven-metadata\\.xml|\\.\\.|-|:|.{0,3})",
            0..12),
    ) {
        maven_route::run(path.concat().as_bytes());
    }

    #[test]
    fn any_document_passes(
        kind in 0_u8..3,
        parts in prop::collection::vec(
            "(<project>|</project>|<metadata>|<version>|</version>|<properties>|<a>|</a>|\\$\\{a\\}|\\$\\{|\\{|\\}|\\[|\\]|:|,|\"variants\":|&lt;|<!DOCTYPE|.{0,2})",
            0..24),
    ) {
        maven_pom::run(&input(kind, &parts.concat()));
    }
}
