use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Rc<Node> {
    parse(text.as_bytes(), Limits::default()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn refused(text: &str) -> YamlError {
    parse(text.as_bytes(), Limits::default()).expect_err(text)
}

/// Draws a tree in one line.
fn drawn(node: &Node) -> String {
    let value = match &node.value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(nodes) => {
            let nodes: Vec<_> = nodes.iter().map(|node| drawn(node)).collect();
            format!("[{}]", nodes.join(", "))
        }
        Value::Map(pairs) => {
            let pairs = pairs.iter();
            let pairs: Vec<_> = pairs
                .map(|(key, node)| format!("{key}: {}", drawn(node)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    };
    match node.tag {
        Tag::None => value,
        Tag::Object(class) => format!("{class:?}{value}"),
    }
}

#[test]
fn scalars_stay_as_they_are_written() {
    for (text, expected) in [
        (
            "- 1.10\n- 010\n- yes\n- 2024-07-09\n",
            r#"["1.10", "010", "yes", "2024-07-09"]"#,
        ),
        ("- 'it''s'\n- \"a\\n\\u00e4\"\n", r#"["it's", "a\nä"]"#),
        (
            "a: |\n  x\n   y\n\n  z\nb: |-\n  x\nc: >\n  x\n  y\n",
            r#"{a: "x\n y\n\nz\n", b: "x", c: "x y\n"}"#,
        ),
        (
            "- :runtime\n- !ruby/symbol runtime\n- !ruby/sym a\n",
            r#"[":runtime", ":runtime", ":a"]"#,
        ),
        (
            "- !str 1\n- !!str null\n- ! x\n- !str\n",
            r#"["1", "null", "x", ""]"#,
        ),
        ("--- \na: b\n...\n", r#"{a: "b"}"#),
        ("\u{feff}a: b\n", r#"{a: "b"}"#),
        ("a:\r\n- b\r\n", r#"{a: ["b"]}"#),
    ] {
        assert_eq!(drawn(&read(text)), expected, "{text:?}");
    }
}

#[test]
fn null_is_told_from_texts_that_look_like_it() {
    let text =
        "-\n- ~\n- null\n- Null\n- NULL\n- !!null x\n- ''\n- '~'\n- \"null\"\n- nil\n- |\n  ~\n";
    assert_eq!(
        drawn(&read(text)),
        r#"[null, null, null, null, null, null, "", "~", "null", "nil", "~\n"]"#
    );
}

#[test]
fn base64_is_decoded_and_its_invalid_utf8_replaced() {
    for (text, expected) in [
        ("!binary |\n  SGVs\n  bG8=\n", r#""Hello""#),
        ("!binary |-\n  w6Q", r#""ä""#),
        ("!binary \"SGVsbG8g/w==\"", r#""Hello �""#),
        ("!!binary w6Q=", r#""ä""#),
        ("!binary \"U0hBMQ==\":\n  a: b\n", r#"{SHA1: {a: "b"}}"#),
        ("!binary ''", r#""""#),
    ] {
        assert_eq!(drawn(&read(text)), expected, "{text:?}");
    }
    assert_eq!(refused("a: !binary '??'"), YamlError::Binary { line: 1 });
}

#[test]
fn aliases_stand_for_their_nodes() {
    let text = "a: &id001 !ruby/object:Gem::Requirement\n  none: &x\n    - 1\nb: *id001\nc: *x\n";
    assert_eq!(
        drawn(&read(text)),
        r#"{a: Requirement{none: ["1"]}, b: Requirement{none: ["1"]}, c: ["1"]}"#
    );
    // The name is free to be given again.
    assert_eq!(drawn(&read("- &a 1\n- &a 2\n- *a\n")), r#"["1", "2", "2"]"#);
    assert_eq!(refused("- &a\n  - *a\n"), YamlError::Cycle { line: 2 });
    assert!(matches!(refused("- *a\n"), YamlError::Syntax { .. }));
}

#[test]
fn tags_make_known_objects_or_nothing() {
    let object = |class| drawn(&read(&format!("!ruby/object:{class} {{}}")));
    assert_eq!(object("Gem::Specification"), "Specification{}");
    assert_eq!(object("Gem::Version"), "Version{}");
    assert_eq!(object("Gem::Version::Requirement"), "Requirement{}");
    assert_eq!(object("Gem::Dependency"), "Dependency{}");
    assert_eq!(object("Gem::Platform"), "Platform{}");
    assert_eq!(object("YAML::Syck::DefaultKey"), "DefaultKey{}");
    assert_eq!(drawn(&read("!<!ruby/object:Gem::Version> {}")), "Version{}");
    for tag in [
        "!ruby/object:Kernel",
        "!ruby/object:OpenStruct",
        "!ruby/object",
        "!ruby/struct:A",
        "!ruby/hash:A",
        "!ruby/regexp",
        "!ruby/class",
        "!!int",
        "!!timestamp",
        "!x",
    ] {
        for text in [
            format!("a: {tag} b"),
            format!("a: {tag} {{}}"),
            format!("a: {tag} []"),
        ] {
            let error = refused(&text);
            assert!(
                matches!(error, YamlError::Tag { line: 1, .. }),
                "{text}: {error}"
            );
            assert!(
                error
                    .to_string()
                    .contains(&tag.replace("!!", ":2002:")[1..]),
                "{error}"
            );
        }
    }
    for text in [
        "!ruby/object:Gem::Version 1.0",
        "!ruby/object:Gem::Version []",
        "!str {}",
        "!str []",
    ] {
        let error = refused(text);
        assert!(
            matches!(error, YamlError::TagPlace { .. }),
            "{text}: {error}"
        );
    }
}

#[test]
fn maps_have_each_key_once_and_written_out() {
    for text in [
        "a: 1\nb: 2\n'a': 3\n",
        "{a: 1, \"\\x61\": 2}",
        "a: 1\n!binary YQ==: 2\n",
    ] {
        let error = refused(text);
        assert!(
            matches!(&error, YamlError::DuplicateKey { key, .. } if key == "a"),
            "{text}: {error}"
        );
    }
    for text in ["a: &x {b: c}\n<<: *x\n", "'<<': {}\n"] {
        assert!(
            matches!(refused(text), YamlError::MergeKey { .. }),
            "{text}"
        );
    }
    for text in [
        "? [a]\n: b\n",
        "? {a: b}\n: c\n",
        "~: b\n",
        ": b\n",
        "- &x [a]\n- *x : b\n",
    ] {
        assert!(matches!(refused(text), YamlError::Key { .. }), "{text}");
    }
}

#[test]
fn only_one_document_is_read() {
    assert_eq!(refused(""), YamlError::Empty);
    assert_eq!(refused("# nothing\n"), YamlError::Empty);
    assert_eq!(
        refused("a: b\n---\nc: d\n"),
        YamlError::Documents { line: 2 }
    );
    assert!(matches!(
        refused("%YAML 1.1\n---\na: b\n"),
        YamlError::Syntax { .. }
    ));
    assert!(matches!(refused("a: [b\n"), YamlError::Syntax { .. }));
}

#[test]
fn lines_end_where_clients_see_them_end() {
    // A reader that does not see the break takes the second key for a part of the first text.
    for end in ['\u{85}', '\u{2028}', '\u{2029}'] {
        assert_eq!(
            drawn(&read(&format!("a: |-\n  b{end}c: d\n"))),
            r#"{a: "b", c: "d"}"#
        );
    }
    assert_eq!(
        drawn(&read("a: \"\\N\\L\\P\"")),
        "{a: \"\\u{85}\\u{2028}\\u{2029}\"}"
    );
}

#[test]
fn bytes_must_be_a_text_that_yaml_has() {
    assert_eq!(
        parse(b"a: \xff", Limits::default()),
        Err(YamlError::NotUtf8)
    );
    assert_eq!(
        parse(b"\xff\xfea\0", Limits::default()),
        Err(YamlError::NotUtf8)
    );
    for code in [0, 7, 0x1b, 0x7f, 0x9f, 0xfeff, 0xffff] {
        let char = char::from_u32(code).unwrap();
        assert_eq!(
            refused(&format!("a: b\nc: {char}\n")),
            YamlError::Character { code, line: 2 }
        );
    }
}

#[test]
fn depth_is_bounded_aliases_replaced() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    read(&nested(32));
    assert_eq!(
        refused(&nested(33)),
        YamlError::TooDeep { max: 32, line: 1 }
    );
    assert!(matches!(
        refused(&"[".repeat(1 << 20)),
        YamlError::Syntax { .. }
    ));
    assert_eq!(
        refused(&"- ".repeat(1 << 20)),
        YamlError::TooDeep { max: 32, line: 1 }
    );
    let half = format!(
        "- &a {}\n- {}*a{}\n",
        nested(20),
        "[".repeat(12),
        "]".repeat(12)
    );
    assert_eq!(refused(&half), YamlError::TooDeep { max: 32, line: 2 });
}

#[test]
fn nodes_are_bounded_aliases_replaced() {
    let mut bomb = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("- &a{level} [{aliases}]\n"));
    }
    assert_eq!(refused(&bomb), YamlError::TooManyNodes { max: 1_000_000 });
    let limits = Limits {
        nodes: 4,
        ..Limits::default()
    };
    parse(b"[a, b, c]", limits).unwrap();
    assert_eq!(
        parse(b"[a, b, c, d]", limits),
        Err(YamlError::TooManyNodes { max: 4 })
    );
    assert_eq!(
        parse(b"[&a [], *a, *a, *a]", limits),
        Err(YamlError::TooManyNodes { max: 4 })
    );
}

/// Counts the nodes of a tree, those of aliases every time.
fn count(node: &Node) -> u64 {
    1 + match &node.value {
        Value::List(nodes) => nodes.iter().map(|node| count(node)).sum(),
        Value::Map(pairs) => pairs.iter().map(|(_, node)| 1 + count(node)).sum::<u64>(),
        _ => 0,
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        parts in prop::collection::vec(
            "(- |\\? |: |a|&a |\\*a|!str |!binary |'|\"|\\[|\\]|\\{|\\}|,|\\||>|\n|\n  |#|---\n|\\.\\.\\.\n|<<|~|\u{2028}|\\\\x41|.{0,2})",
            0..24),
    ) {
        let limits = Limits { nodes: 50, depth: 4 };
        if let Ok(node) = parse(parts.concat().as_bytes(), limits) {
            prop_assert!(count(&node) <= 50);
        }
    }

    #[test]
    fn texts_in_quotes_come_back(text in "[^\\p{Cc}\u{feff}\u{fffe}\u{ffff}\u{85}\u{2028}\u{2029}]{0,20}") {
        let yaml = format!("- '{}'\n", text.replace('\'', "''"));
        let node = read(&yaml);
        prop_assert_eq!(node.list().unwrap()[0].text(), Some(&*text));
    }
}
