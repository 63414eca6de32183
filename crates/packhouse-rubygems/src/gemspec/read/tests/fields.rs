//! The fields that are texts, lists and maps.

use super::{read, refused, spec};
use crate::gemspec::GemspecError;
use crate::gemspec::read::MAX_TEXT;

#[test]
fn the_platform_is_the_one_that_was_given() {
    let check = |lines: &str, original: &str, normalized: &str| {
        let platform = read(&spec(lines)).platform;
        assert_eq!(
            (platform.original(), platform.normalized()),
            (original, normalized),
            "{lines}"
        );
    };
    check("platform: i686-linux\n", "i686-linux", "x86-linux");
    check(
        "platform: x86-linux\noriginal_platform: i686-linux\n",
        "i686-linux",
        "x86-linux",
    );
    check("platform: java\noriginal_platform: ''\n", "java", "java");
    check("platform: java\noriginal_platform:\n", "java", "java");
    check("platform: ''\n", "ruby", "ruby");
    let object = "!ruby/object:Gem::Platform {cpu: x86, os: mswin32, version: 60}";
    check(
        &format!("platform: {object}\n"),
        "x86-mswin32-60",
        "x86-mswin32-60",
    );
    let object = "!ruby/object:Gem::Platform {cpu: , os: java, version: }";
    check(&format!("platform: {object}\n"), "java", "java");
    let error = refused(&spec("platform: java\noriginal_platform: x86_64-linux\n"));
    assert!(
        matches!(error, GemspecError::TwoPlatforms { .. }),
        "{error}"
    );
    let error = refused(&spec("original_platform: x86_64-linux\n"));
    assert!(
        matches!(error, GemspecError::TwoPlatforms { .. }),
        "{error}"
    );
    for bad in [
        "platform: ../x\n",
        "platform: []\n",
        "platform: !ruby/object:Gem::Version {}\n",
    ] {
        let error = refused(&spec(bad)).to_string();
        assert!(error.starts_with("platform in the gemspec"), "{error}");
    }
}

#[test]
fn dates_are_kept_as_days() {
    for written in [
        "2024-07-09",
        "2024-07-09 00:00:00.000000000 Z",
        "2024-07-09 00:00:00.000000000Z",
        "'2024-07-09T23:59:59+01:00'",
        "2024-07-09 00:00:00 +01:00",
    ] {
        let gem = read(&spec(&format!("date: {written}\n")));
        assert_eq!(gem.date.as_deref(), Some("2024-07-09"), "{written}");
    }
    for written in [
        "yesterday",
        "2024-7-9",
        "2024-02-30",
        "0000-01-01",
        "1899-12-31",
        "ääääää",
        "''",
    ] {
        let error = refused(&spec(&format!("date: {written}\n")));
        assert!(matches!(error, GemspecError::Date(_)), "{written}: {error}");
    }
}

#[test]
fn metadata_is_a_flat_map_of_short_texts() {
    let key = "k".repeat(128);
    let value = "ä".repeat(1_024);
    let gem = read(&spec(&format!("metadata:\n  {key}: {value}\n  n: 1\n")));
    assert_eq!((&gem.metadata[&key], &*gem.metadata["n"]), (&value, "1"));
    for (metadata, error) in [
        (
            format!("{{{key}k: v}}"),
            "metadata in the gemspec has the key",
        ),
        (
            "{'': v}".to_owned(),
            "metadata in the gemspec has the key \"\"",
        ),
        (
            format!("{{k: {value}x}}"),
            "metadata in the gemspec has a value at \"k\"",
        ),
        (
            "{k: [v]}".to_owned(),
            "metadata in the gemspec has a value at \"k\"",
        ),
        (
            "{k: }".to_owned(),
            "metadata in the gemspec has a value at \"k\"",
        ),
        ("[k]".to_owned(), "metadata in the gemspec is not a map"),
        (
            "{k: \"\\0\"}".to_owned(),
            "metadata in the gemspec has a NUL",
        ),
        (
            "!ruby/object:Gem::Version {k: v}".to_owned(),
            "metadata in the gemspec is not a map",
        ),
    ] {
        let found = refused(&spec(&format!("metadata: {metadata}\n"))).to_string();
        assert!(found.starts_with(error), "{found}");
    }
    let many: String = (0..1_001).map(|n| format!("  k{n}: v\n")).collect();
    let error = refused(&spec(&format!("metadata:\n{many}")));
    assert!(
        matches!(error, GemspecError::TooMany { length: 1_001, .. }),
        "{error}"
    );
}

#[test]
fn texts_are_bounded() {
    let long = "x".repeat(MAX_TEXT);
    assert_eq!(
        read(&spec(&format!("summary: {long}\n"))).summary,
        Some(long.clone())
    );
    for field in [
        "summary",
        "description",
        "homepage",
        "email",
        "licenses",
        "rubygems_version",
    ] {
        let error = refused(&spec(&format!("{field}: {long}x\n"))).to_string();
        assert!(
            error.starts_with(&format!("{field} in the gemspec has 65537 bytes")),
            "{error}"
        );
        let error = refused(&spec(&format!("{field}: \"a\\0\"\n"))).to_string();
        assert!(
            error.starts_with(&format!("{field} in the gemspec has a NUL")),
            "{error}"
        );
    }
    let halves = format!("email: [&a {}, *a, *a]\n", &long[..MAX_TEXT / 2]);
    assert!(matches!(
        refused(&spec(&halves)),
        GemspecError::TooLong { field: "email", .. }
    ));
    let many = format!("licenses: [{}]\n", "a, ".repeat(1_001));
    assert!(matches!(
        refused(&spec(&many)),
        GemspecError::TooMany {
            field: "licenses",
            ..
        }
    ));
}

#[test]
fn fields_that_clients_would_mistake_are_refused() {
    for field in [
        "full_name",
        "new_platform",
        "loaded_from",
        ":name",
        "\"@name\"",
        "'a b'",
        "Name",
        "''",
        "1a",
    ] {
        let error = refused(&spec(&format!("{field}: rack-9.9\n")));
        assert!(matches!(error, GemspecError::Field(_)), "{field}: {error}");
    }
    let error = refused(&spec("name: b\n"));
    assert!(matches!(error, GemspecError::Yaml(_)), "{error}");
    let error = refused(&spec("extensions: !ruby/object:Kernel {}\n")).to_string();
    assert!(error.contains("!ruby/object:Kernel"), "{error}");
    assert!(matches!(
        refused(&spec("cert_chain: x\n")),
        GemspecError::Kind {
            field: "cert_chain",
            ..
        }
    ));
}
