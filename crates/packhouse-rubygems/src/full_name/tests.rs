use proptest::prelude::*;

use super::*;

fn build(text: &str) -> Build {
    Build::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_platform_follows_unless_it_is_ruby() {
    let name = GemName::parse("a-b").unwrap();
    for (text, written, normalized) in [
        ("1.0", "a-b-1.0", "a-b-1.0"),
        ("1.0-java", "a-b-1.0-java", "a-b-1.0-java"),
        ("1.0-jruby", "a-b-1.0-jruby", "a-b-1.0-java"),
        (
            "1.0.a-i686-linux",
            "a-b-1.0.a-i686-linux",
            "a-b-1.0.a-x86-linux",
        ),
        (
            "2-arm64-darwin22",
            "a-b-2-arm64-darwin22",
            "a-b-2-arm64-darwin-22",
        ),
    ] {
        assert_eq!(build(text).to_string(), text);
        assert_eq!(build(text).full_name(&name), written);
        assert_eq!(build(text).normalized_full_name(&name), normalized);
        let json = serde_json::to_string(&build(text)).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Build>(&json).unwrap(), build(text));
    }
    assert_eq!(build("1.0-ruby").to_string(), "1.0");
    assert_eq!(build("1.0-ruby"), build("1.0"));
    assert_eq!(build("1.0-").to_string(), "1.0");
}

#[test]
fn what_is_no_build_is_refused() {
    assert!(matches!(Build::parse("a-java"), Err(BuildError::Number(_))));
    assert!(matches!(Build::parse(""), Err(BuildError::Number(_))));
    assert!(matches!(
        Build::parse("1.0-../x"),
        Err(BuildError::Platform(_))
    ));
    assert_eq!(
        Build::parse("1.0--x").unwrap_err().to_string(),
        "\"-x\" is not a gem platform: it must begin and end with a letter or a digit"
    );
}

#[test]
fn names_of_files_fit_a_file_system() {
    let name = GemName::parse(&"n".repeat(crate::name::MAX_LENGTH)).unwrap();
    let build = Build {
        number: Number::parse(&"1".repeat(crate::number::MAX_LENGTH)).unwrap(),
        platform: Platform::parse(&"p".repeat(crate::platform::MAX_LENGTH)).unwrap(),
    };
    let file = format!("{}.gemspec.rz", build.full_name(&name));
    assert!(file.len() <= 255, "{}", file.len());
}

#[test]
fn builds_are_ordered() {
    let ordered = [
        "1.0.a",
        "1.0",
        "1.0-java",
        "1.0.0-java",
        "1.0-x86-linux",
        "1.9",
        "1.10-java",
        "1.11",
    ];
    for (i, a) in ordered.iter().enumerate() {
        for (j, b) in ordered.iter().enumerate() {
            assert_eq!(build(a).compare(&build(b)), i.cmp(&j), "{a} and {b}");
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(text in "[0-9]{1,2}(\\.[0-9a-z]{1,3}){0,2}(-[a-z0-9]{1,6}){0,3}") {
        if let Ok(build) = Build::parse(&text) {
            prop_assert_eq!(&Build::parse(&build.to_string()).unwrap(), &build);
        }
    }
}
