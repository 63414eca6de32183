use std::io::Read;

use flate2::read::ZlibDecoder;

use super::*;
use crate::sample;

#[test]
fn days_are_packed() {
    for (date, packed) in [
        (Some("2024-07-09"), [0x20, 0x19, 0x1f, 0xc0]),
        (Some("1900-01-01"), [0x20, 0x00, 0x00, 0xc0]),
        // 1980-01-02.
        (None, [0x40, 0x00, 0x14, 0xc0]),
        (Some("2023-02-30"), [0x40, 0x00, 0x14, 0xc0]),
        (Some("1899-12-31"), [0x40, 0x00, 0x14, 0xc0]),
        (Some("+99999-01-01"), [0x40, 0x00, 0x14, 0xc0]),
        (Some("yesterday"), [0x40, 0x00, 0x14, 0xc0]),
    ] {
        let expected = [packed, [0; 4]].concat();
        assert_eq!(midnight(date)[..], expected, "{date:?}");
    }
}

#[test]
fn a_bare_gemspec_has_19_values() {
    let values = b"\x04\x08[\x18\
        I\"\x0a3.6.9\x06:\x06ET\
        i\x09\
        I\"\x06a\x06;\0T\
        U:\x11Gem::Version[\x06I\"\x081.0\x06;\0T\
        u:\x09Time\x0d\x40\0\x14\xc0\0\0\0\0\
        0\
        U:\x15Gem::Requirement[\x06[\x06[\x07I\"\x07>=\x06;\0TU;\x06[\x06I\"\x060\x06;\0T\
        U;\x08[\x06[\x06[\x07I\"\x07>=\x06;\0TU;\x06[\x06I\"\x060\x06;\0T\
        I\"\x0ajruby\x06;\0T\
        [\0\
        I\"\0\x06;\0T\
        0\
        [\x06I\"\x06A\x06;\0T\
        0\
        0\
        T\
        I\"\x09java\x06;\0T\
        [\0\
        {\0";
    let length = u8::try_from(values.len()).unwrap();
    let expected = [
        b"\x04\x08u:\x17Gem::Specification\x01",
        &[length][..],
        &values[..],
    ]
    .concat();
    assert_eq!(unpacked(&sample::bare("a", "1.0", "jruby")), expected);
}

#[test]
fn a_dependency_says_its_requirement_twice() {
    let mut values = Writer::new();
    let dependency = sample::dependency(Kind::Development, "rake", &["~> 13"]);
    write_dependency(&mut values, &dependency);
    assert_eq!(
        values.finish(),
        b"\x04\x08o:\x14Gem::Dependency\x0a\
          :\x0a@nameI\"\x09rake\x06:\x06ET\
          :\x11@requirementU:\x15Gem::Requirement[\x06[\x06[\x07I\"\x07~>\x06;\x07T\
          U:\x11Gem::Version[\x06I\"\x0713\x06;\x07T\
          :\x0a@type:\x10development\
          :\x10@prereleaseF\
          :\x1a@version_requirementsU;\x09[\x06[\x06[\x07I\"\x07~>\x06;\x07TU;\x0a[\x06I\"\x0713\x06;\x07T"
    );
}

#[test]
fn one_address_is_a_text_and_several_are_a_list() {
    let bytes = |email: &[&str]| {
        let mut spec = sample::bare("a", "1", "ruby");
        spec.email = email.iter().map(|email| (*email).to_owned()).collect();
        unpacked(&spec)
    };
    let has = |bytes: Vec<u8>, part: &[u8]| bytes.windows(part.len()).any(|at| at == part);
    assert!(has(bytes(&["a@b.c"]), b"I\"\0\x06;\0TI\"\x0aa@b.c"));
    assert!(has(
        bytes(&["a@b.c", "d"]),
        b"I\"\0\x06;\0T[\x07I\"\x0aa@b.c"
    ));
}

#[test]
fn documents_are_packed_by_zlib() {
    let spec = sample::full();
    let packed = document(&spec);
    assert_eq!(packed, document(&spec));
    let mut back = Vec::new();
    ZlibDecoder::new(&packed[..])
        .read_to_end(&mut back)
        .unwrap();
    assert_eq!(back, unpacked(&spec));
}
