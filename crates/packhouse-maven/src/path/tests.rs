use proptest::prelude::*;

use super::*;
use crate::coordinates::Ga;

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn located(path: &str) -> Located {
    parse(&segments(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn file(path: &str) -> FilePath {
    match located(path).what {
        What::File(file) => file,
        other => panic!("{path}: {other:?}"),
    }
}

fn metadata(path: &str) -> MetadataPath {
    match located(path).what {
        What::Metadata(metadata) => metadata,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn names_of_files_say_what_they_are() {
    // Version, what follows `lib-`, then build, classifier, extension.
    for (version, name, build, classifier, extension) in [
        ("1.0", "1.0.jar", None, None, "jar"),
        ("1.0", "1.0.pom", None, None, "pom"),
        ("1.0", "1.0.module", None, None, "module"),
        ("1.0", "1.0.tar.gz", None, None, "tar.gz"),
        ("1.0", "1.0.jar.asc", None, None, "jar.asc"),
        (
            "1.0",
            "1.0.jar.sigstore.json",
            None,
            None,
            "jar.sigstore.json",
        ),
        ("1.0", "1.0-sources.jar", None, Some("sources"), "jar"),
        (
            "1.0",
            "1.0-sources.jar.asc",
            None,
            Some("sources"),
            "jar.asc",
        ),
        ("1.0", "1.0-s.jar.sigstore", None, Some("s"), "jar.sigstore"),
        (
            "1.0",
            "1.0-s.jar.sigstore.json",
            None,
            Some("s"),
            "jar.sigstore.json",
        ),
        ("1.0", "1.0-jdk1.5.jar", None, Some("jdk1.5"), "jar"),
        (
            "1.0",
            "1.0-linux-x86_64.tar.gz",
            None,
            Some("linux-x86_64"),
            "tar.gz",
        ),
        (
            "1.0",
            "1.0-bin.tar.bz2.asc",
            None,
            Some("bin"),
            "tar.bz2.asc",
        ),
        ("1.0", "1.0-a.b.cpio.gz", None, Some("a.b"), "cpio.gz"),
        ("1.0", "1.0-tar.gz", None, Some("tar"), "gz"),
        ("1.0", "1.0-build.pom", None, Some("build"), "pom"),
        ("1.0", "1.0-c.asc", None, Some("c"), "asc"),
        ("1.0", "1.0.asc", None, None, "asc"),
        (
            "1.0",
            "1.0-20240131.235959-7.jar",
            None,
            Some("20240131.235959-7"),
            "jar",
        ),
        ("1.0+build 7", "1.0+build 7-x.jar", None, Some("x"), "jar"),
        ("1.0-SNAPSHOT", "1.0-SNAPSHOT.jar", None, None, "jar"),
        (
            "1.0-SNAPSHOT",
            "1.0-SNAPSHOT-tests.jar",
            None,
            Some("tests"),
            "jar",
        ),
        (
            "1.0-SNAPSHOT",
            "1.0-20240131.235959-7.pom",
            Some("20240131.235959-7"),
            None,
            "pom",
        ),
        (
            "1.0-SNAPSHOT",
            "1.0-20240131.235959-12-linux-x86_64.tar.gz.asc",
            Some("20240131.235959-12"),
            Some("linux-x86_64"),
            "tar.gz.asc",
        ),
        (
            "SNAPSHOT",
            "20240131.235959-0.jar",
            Some("20240131.235959-0"),
            None,
            "jar",
        ),
        ("SNAPSHOT", "SNAPSHOT.jar", None, None, "jar"),
    ] {
        let name = format!("lib-{name}");
        let file = file(&format!("com/acme/lib/{version}/{name}"));
        assert_eq!(file.ga, Ga::parse("com.acme:lib").unwrap());
        assert_eq!((&*file.version, &file.file), (version, &name));
        assert_eq!(file.name(), format!("{version}/{name}"));
        let part = file.part.unwrap_or_else(|| panic!("{name}"));
        assert_eq!(part.build.as_ref().map(Build::to_string).as_deref(), build);
        assert_eq!(part.classifier.as_deref(), classifier, "{name}");
        assert_eq!(part.extension, extension, "{name}");
        assert_eq!(part.file_name("lib", version), name);
    }
}

#[test]
fn names_of_another_naming_are_opaque() {
    for path in [
        "foo/foo_2.12_1.0/1.0/foo-1.0.jar",
        "com/acme/lib/1.0/lib-1.0",
        "com/acme/lib/1.0/lib-1.0.",
        "com/acme/lib/1.0/lib-1.0..jar",
        "com/acme/lib/1.0/lib-1.0-sources",
        "com/acme/lib/1.0/lib-1.0-.jar",
        "com/acme/lib/1.0/lib-1.0-x.",
        "com/acme/lib/1.0/lib-1.0-.tar.gz.asc",
        "com/acme/lib/1.0/lib-1.0_x.jar",
        "com/acme/lib/1.0/lib1.0.jar",
        "com/acme/lib/1.0/lib",
        "com/acme/lib/1.0/LIB-1.0.jar",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20240131.235959.jar",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20240131.235959-07.jar",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20240131.235959-99999999999999999999.jar",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20240131.235959-.jar",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-2024013.1235959-7.jar",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20240131.2359é-7.jar",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0-20240131.235959-7",
        "com/acme/lib/1.0-SNAPSHOT/lib-1.0.jar",
        "com/acme/lib/1.0-snapshot/lib-1.0-20240131.235959-7.jar",
    ] {
        assert_eq!(file(path).part, None, "{path}");
    }
    assert!(file("a/b/1/other.jar.asc").is_signature());
    assert!(!file("a/b/1/other.jar").is_signature());
}

#[test]
fn what_a_part_is_for() {
    for (name, pom, signature, main) in [
        ("1.pom", true, false, false),
        ("1.pom.asc", false, true, false),
        ("1-build.pom", false, false, false),
        ("1.module", false, false, false),
        ("1.jar", false, false, true),
        ("1.tar.gz", false, false, true),
        ("1.jar.asc", false, true, false),
        ("1.jar.sigstore", false, true, false),
        ("1.jar.sigstore.json", false, true, false),
        ("1-sources.jar", false, false, false),
    ] {
        let part = Part::parse("a", "1", &format!("a-{name}")).unwrap();
        let told = (part.is_main_pom(), part.is_signature(), part.is_main());
        assert_eq!(told, (pom, signature, main), "{name}");
    }
}

#[test]
fn one_checksum_suffix_is_taken_off() {
    for (name, rest, checksum) in [
        ("lib-1.0.jar.sha1", "lib-1.0.jar", Some(Algorithm::Sha1)),
        (
            "lib-1.0.jar.asc.md5",
            "lib-1.0.jar.asc",
            Some(Algorithm::Md5),
        ),
        ("lib-1.0.jar.sha256", "lib-1.0.jar", Some(Algorithm::Sha256)),
        ("lib-1.0.jar.sha512", "lib-1.0.jar", Some(Algorithm::Sha512)),
        (
            "lib-1.0.jar.md5.sha1",
            "lib-1.0.jar.md5",
            Some(Algorithm::Sha1),
        ),
        ("lib-1.0.jar.SHA1", "lib-1.0.jar.SHA1", None),
        (".sha1", ".sha1", None),
    ] {
        let located = located(&format!("com/acme/lib/1.0/{name}"));
        assert_eq!(located.checksum, checksum, "{name}");
        assert!(matches!(located.what, What::File(file) if file.file == rest));
    }
    let located = located("archetype-catalog.xml.sha1");
    assert_eq!(located.what, What::ArchetypeCatalog);
    assert_eq!(located.checksum, Some(Algorithm::Sha1));
}

#[test]
fn metadata_is_of_the_levels_its_directory_can_be() {
    for (path, version, artifact, group) in [
        ("com/maven-metadata.xml", None, None, Some("com")),
        (
            "org/foo/bar/maven-metadata.xml",
            None,
            Some("org.foo:bar"),
            Some("org.foo.bar"),
        ),
        (
            "org/foo/b.r/maven-metadata.xml.sha1",
            None,
            Some("org.foo:b.r"),
            None,
        ),
        (
            "org/foo/1.0-SNAPSHOT/maven-metadata.xml",
            Some(("org:foo", "1.0-SNAPSHOT")),
            None,
            None,
        ),
        (
            "org/foo/SNAPSHOT/maven-metadata.xml.md5",
            Some(("org:foo", "SNAPSHOT")),
            None,
            None,
        ),
        (
            "org/foo/1/maven-metadata.xml",
            None,
            Some("org.foo:1"),
            Some("org.foo.1"),
        ),
    ] {
        let path = metadata(path);
        let told = path.version_level();
        let told = told.map(|(ga, version)| (ga.to_string(), version));
        let expected = version.map(|(ga, version)| (ga.to_owned(), version.to_owned()));
        assert_eq!(told, expected, "{path:?}");
        let told = path.artifact_level().map(|ga| ga.to_string());
        assert_eq!(told.as_deref(), artifact, "{path:?}");
        assert_eq!(path.group_level().as_deref(), group, "{path:?}");
    }
}

#[test]
fn bad_addresses_are_refused() {
    let long = format!("com/acme/lib/1/{}", "x".repeat(256));
    for path in [
        "../x",
        "a/./b/1/b-1.jar",
        "a/b/../1/b-1.jar",
        "a/b/1/b\\1.jar",
        "a/b/1/b:1.jar",
        "a/b/1/b\"1.jar",
        "a/b/1/b<1.jar",
        "a/b/1/b>1.jar",
        "a/b/1/b|1.jar",
        "a/b/1/b?1.jar",
        "a/b/1/b*1.jar",
        "a/b/1/b\u{7f}.jar",
        "a/b/1/b\n.jar",
        "a/b/1/b\u{85}.jar",
        "a//1/b.jar",
        &long,
    ] {
        let error = parse(&segments(path)).unwrap_err();
        assert!(matches!(error, PathError::Segment(_)), "{path}: {error}");
    }
    let slash = ["a", "b", "1", "b/1.jar"].map(str::to_owned);
    assert_eq!(parse(&slash), Err(PathError::Segment("b/1.jar".to_owned())));

    for path in [
        "com.foo/bar/1/bar-1.jar",
        "a b/bar/1/bar-1.jar",
        "a/b c/1/x.jar",
        "é/b/1/b-1.jar",
        "a/b.c/d/1/d-1.jar",
        ".meta/x/prefixes/y.txt",
        "com.foo/maven-metadata.xml",
        "com.foo/bar/maven-metadata.xml",
        "a/b c/1-SNAPSHOT/maven-metadata.xml",
    ] {
        let error = parse(&segments(path)).unwrap_err();
        assert!(
            matches!(error, PathError::Coordinates(_)),
            "{path}: {error}"
        );
    }
    for path in [
        "maven-metadata.xml",
        "a/1-SNAPSHOT/maven-metadata.xml",
        "SNAPSHOT/maven-metadata.xml",
        "pom.xml",
        "a/b",
        "a/b/c",
        ".meta/prefixes.txt",
        ".index/nexus-maven-repository-index.gz",
        "a/archetype-catalog.xml",
    ] {
        assert_eq!(parse(&segments(path)), Err(PathError::Incomplete), "{path}");
    }
    assert_eq!(parse(&[]), Err(PathError::Incomplete));
}

#[test]
fn the_whole_path_has_a_limit() {
    // 4 * 250 + 3 slashes below, then a file that fills it up.
    let mut path = vec!["a".repeat(250); 4];
    path.push("x".repeat(20));
    assert_eq!(directory(&path), Ok(()));
    assert!(parse(&path).is_ok());
    path[4].push('x');
    assert_eq!(parse(&path), Err(PathError::TooLong(1_025)));
    assert_eq!(directory(&path), Err(PathError::TooLong(1_025)));
    assert_eq!(directory(&[]), Ok(()));
    assert_eq!(directory(&segments("com.foo/x y")), Ok(()));
}

#[test]
fn builds_are_ordered_by_their_time_first() {
    let build = |text| Build::parse(text).unwrap();
    let old = build("20240131.235959-10");
    assert_eq!(old.to_string(), "20240131.235959-10");
    assert_eq!(old.updated(), "20240131235959");
    assert_eq!(old.value("1.0-SNAPSHOT"), "1.0-20240131.235959-10");
    assert!(old < build("20240201.000000-2"));
    assert!(build("20240131.235959-9") < old);
    for bad in [
        "",
        "20240131.235959-7x",
        "20240131-235959-7",
        "20240131.235959",
        "x",
    ] {
        assert_eq!(Build::parse(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn addresses_round_trip(
        group in prop::collection::vec("[A-Za-z0-9_-]{1,6}", 1..4),
        artifact in "[A-Za-z0-9_-][A-Za-z0-9_.-]{0,6}",
        version in "([0-9]{1,2}(\\.[0-9]{1,2}){0,2}(-SNAPSHOT)?|SNAPSHOT)",
        build in prop::option::of(("20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])\\.([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]", 0_u64..1_000)),
        classifier in prop::option::of("[a-z][a-z0-9._-]{0,5}[a-z]"),
        extension in "(jar|pom|module|tar\\.gz|zip)(\\.asc|\\.sigstore|\\.sigstore\\.json)?",
        checksum in prop::option::of(prop::sample::select(&Algorithm::ALL[..])),
    ) {
        let ga = Ga { group: group.join("."), artifact };
        let build = build
            .filter(|_| version.ends_with("SNAPSHOT"))
            .map(|(timestamp, number)| Build { timestamp, number });
        let part = Part { build, classifier, extension };
        let mut name = part.file_name(&ga.artifact, &version);
        if let Some(algorithm) = checksum {
            name = format!("{name}.{}", algorithm.suffix());
        }
        let path = format!("{}/{version}/{name}", ga.path());
        let located = parse(&segments(&path)).unwrap();
        prop_assert_eq!(located.checksum, checksum);
        let What::File(file) = located.what else { panic!("{path}") };
        prop_assert_eq!(&file.ga, &ga);
        prop_assert_eq!(&file.version, &version);
        prop_assert_eq!(file.part, Some(part));
    }

    #[test]
    fn no_segments_panic(segments in prop::collection::vec(
        "(com|lib|1\\.0|1\\.0-SNAPSHOT|lib-1\\.0(-[0-9]{8}\\.[0-9]{6}-[0-9])?(-x)?\\.(jar|tar\\.gz)(\\.asc)?(\\.md5)?|maven-metadata\\.xml|.{0,12})",
        0..7,
    )) {
        if let Ok(Located { what: What::File(file), .. }) = parse(&segments)
            && let Some(part) = file.part
        {
            prop_assert_eq!(part.file_name(&file.ga.artifact, &file.version), file.file);
        }
    }
}
