//! Names, versions and what a gem needs.

use super::{needs, read, refused, spec, version};
use crate::gemspec::GemspecError;

fn requirement(pairs: &[(&str, &str)]) -> String {
    let pair = |(op, number): &(&str, &str)| format!("[{op}, {}]", version(number));
    let pairs: Vec<String> = pairs.iter().map(pair).collect();
    format!(
        "!ruby/object:Gem::Requirement {{requirements: [{}]}}",
        pairs.join(", ")
    )
}

#[test]
fn names_and_versions_keep_to_their_rules() {
    for (from, to, error) in [
        (
            "name: a",
            "name: ../x",
            "name in the gemspec: \"../x\" is not a gem name",
        ),
        (
            "name: a",
            "name: 1",
            "name in the gemspec: \"1\" is not a gem name",
        ),
        (
            "name: a",
            "name:",
            "the gemspec has no name, or an empty one",
        ),
        (
            "name: a",
            "name: {a: b}",
            "name in the gemspec is not a text",
        ),
        (
            "name: a",
            "name: [a, b]",
            "name in the gemspec is not a text",
        ),
        (
            "version: 1.0",
            "version: 1.0-1",
            "version in the gemspec: \"1.0-1\"",
        ),
        (
            "version: 1.0",
            "version: ''",
            "version in the gemspec: \"\"",
        ),
        ("version: 1.0", "version: ", "the gemspec has no version"),
        (
            "version: 1.0",
            "version: [1]",
            "version in the gemspec is not a Gem::Version",
        ),
        (
            "!ruby/object:Gem::Version ",
            "",
            "version in the gemspec is not a Gem::Version",
        ),
        (
            "!ruby/object:Gem::Specification",
            "",
            "the metadata is not a Gem::Specification",
        ),
        ("authors: [x]", "", "the gemspec has no authors"),
        ("authors: [x]", "authors: []", "the gemspec has no authors"),
        ("authors: [x]", "authors: [x, ]\nbindir: ''", ""),
        (
            "authors: [x]",
            "authors: [x, ~]",
            "authors in the gemspec is not a list of texts",
        ),
        (
            "authors: [x]",
            "authors: {x: y}",
            "authors in the gemspec is not a list of texts",
        ),
    ] {
        let yaml = spec("").replacen(from, to, 1);
        assert_ne!(yaml, spec(""), "{from}");
        match error {
            "" => drop(read(&yaml)),
            _ => {
                let found = refused(&yaml).to_string();
                assert!(found.starts_with(error), "{found}");
            }
        }
    }
    let yaml = spec("").replace("authors: [x]", "author: Example makers");
    assert_eq!(read(&yaml).authors, ["Example makers"]);
}

#[test]
fn requirements_keep_to_their_rules() {
    let ruby = |text: &str| spec(&format!("required_ruby_version: {text}\n"));
    let kept = |text: &str| read(&ruby(text)).required_ruby_version.to_string();
    assert_eq!(
        kept(&requirement(&[("~>", "2.0"), ("'!='", "2.1")])),
        "~> 2.0, != 2.1"
    );
    assert_eq!(kept(&requirement(&[])), ">= 0");
    let old = requirement(&[("'='", "1")]).replace("Requirement ", "Version::Requirement ");
    assert_eq!(
        kept(&old.replace("Gem::Requirement", "Gem::Version::Requirement")),
        "= 1"
    );
    for op in [
        "'#<YAML::Syck::DefaultKey:0x7f0>'",
        "!ruby/object:Syck::DefaultKey {}",
    ] {
        assert_eq!(kept(&requirement(&[(op, "1.2")])), "= 1.2", "{op}");
    }
    let many = vec![("'>='", "1"); 101];
    for (text, error) in [
        (
            requirement(&[("'=>'", "1")]),
            "required_ruby_version in the gemspec has the sign \"=>\"",
        ),
        (
            requirement(&[("'>'", "x")]),
            "required_ruby_version in the gemspec: \"x\"",
        ),
        (
            requirement(&[("[]", "1")]),
            "required_ruby_version in the gemspec is not a Gem::Req",
        ),
        (
            requirement(&many),
            "required_ruby_version in the gemspec has 101 entries",
        ),
        (
            "!ruby/object:Gem::Requirement {none: false}".to_owned(),
            "required_ruby_version in the gemspec is not a Gem::Requirement",
        ),
        (
            "'>= 1'".to_owned(),
            "required_ruby_version in the gemspec is not a Gem::Requirement",
        ),
        (
            "!ruby/object:Gem::Requirement {requirements: [['>=']]}".to_owned(),
            "required_ruby_version in the gemspec is not a Gem::Requirement",
        ),
    ] {
        let found = refused(&ruby(&text)).to_string();
        assert!(found.starts_with(error), "{found}");
    }
}

#[test]
fn dependencies_keep_to_their_rules() {
    let on = |fields: &str| {
        spec(&format!(
            "dependencies:\n- !ruby/object:Gem::Dependency {{{fields}}}\n"
        ))
    };
    let one = requirement(&[("'>='", "1")]);
    let two = requirement(&[("'>='", "2")]);
    for (fields, kept) in [
        ("name: b".to_owned(), "b >= 0"),
        ("name: [b], type: ".to_owned(), "b >= 0"),
        (format!("name: b, requirement: {one}"), "b >= 1"),
        (
            format!("name: b, version_requirements: {one}, type: :development"),
            "b >= 1 in development",
        ),
        (
            format!("name: b, requirement: {one}, version_requirements: {one}"),
            "b >= 1",
        ),
        (
            format!("name: b, requirement: ~, version_requirements: {one}"),
            "b >= 1",
        ),
        (
            "name: b, type: !ruby/symbol runtime, force_ruby_platform: false".to_owned(),
            "b >= 0",
        ),
    ] {
        assert_eq!(needs(&read(&on(&fields))), [kept], "{fields}");
    }
    for (fields, error) in [
        (
            "type: :runtime".to_owned(),
            "the gemspec has no dependencies.name",
        ),
        (
            "name: b.gem".to_owned(),
            "dependencies.name in the gemspec: \"b.gem\"",
        ),
        (
            "name: b, type: runtime".to_owned(),
            "the dependency b in the gemspec has the type",
        ),
        (
            "name: b, requirement: '>= 1'".to_owned(),
            "dependencies.requirement in the gemspec",
        ),
        (
            format!("name: b, requirement: {one}, version_requirements: {two}"),
            "the dependency b in the gemspec has a requirement and other",
        ),
    ] {
        let found = refused(&on(&fields)).to_string();
        assert!(found.starts_with(error), "{found}");
    }
    let many = "- !ruby/object:Gem::Dependency {name: b}\n".repeat(2_001);
    assert!(matches!(
        refused(&spec(&format!("dependencies:\n{many}"))),
        GemspecError::TooMany {
            field: "dependencies",
            length: 2_001,
            ..
        }
    ));
    let bare = refused(&spec("dependencies: [b]\n"));
    assert!(
        matches!(
            bare,
            GemspecError::Kind {
                field: "dependencies",
                ..
            }
        ),
        "{bare}"
    );
}
