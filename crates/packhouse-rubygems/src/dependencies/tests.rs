use super::*;

fn rows() -> [Row<'static>; 2] {
    [
        Row {
            name: "a",
            number: "1.0",
            platform: "ruby",
            dependencies: vec![("b", "~> 2.0, >= 2.0.1".to_owned())],
        },
        Row {
            name: "a",
            number: "2",
            platform: "java",
            dependencies: Vec::new(),
        },
    ]
}

#[test]
fn rows_are_hashes_with_symbols() {
    assert_eq!(
        marshal(&rows()),
        b"\x04\x08[\x07\
          {\x09:\x09nameI\"\x06a\x06:\x06ET:\x0bnumberI\"\x081.0\x06;\x06T\
          :\x0dplatformI\"\x09ruby\x06;\x06T\
          :\x11dependencies[\x06[\x07I\"\x06b\x06;\x06TI\"\x15~> 2.0, >= 2.0.1\x06;\x06T\
          {\x09;\0I\"\x06a\x06;\x06T;\x07I\"\x062\x06;\x06T;\x08I\"\x09java\x06;\x06T;\x09[\0"
    );
    assert_eq!(marshal(&[]), b"\x04\x08[\0");
}

#[test]
fn rows_are_objects() {
    assert_eq!(
        json(&rows()).unwrap(),
        r#"[{"name":"a","number":"1.0","platform":"ruby","dependencies":[["b","~> 2.0, >= 2.0.1"]]},{"name":"a","number":"2","platform":"java","dependencies":[]}]"#
    );
    assert_eq!(json(&[]).unwrap(), "[]");
}
