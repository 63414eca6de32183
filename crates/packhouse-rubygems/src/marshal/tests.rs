use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

use super::*;
use crate::sample::requirement;

fn stream(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::new();
    write(&mut writer);
    writer.finish()
}

#[test]
fn numbers_are_packed() {
    for (number, bytes) in [
        (0, &[0][..]),
        (1, &[6]),
        (4, &[9]),
        (122, &[127]),
        (123, &[1, 123]),
        (255, &[1, 255]),
        (256, &[2, 0, 1]),
        (0xffff, &[2, 255, 255]),
        (0x10000, &[3, 0, 0, 1]),
        (0xff_ffff, &[3, 255, 255, 255]),
        (0x100_0000, &[4, 0, 0, 0, 1]),
        (i32::MAX, &[4, 255, 255, 255, 127]),
        (-1, &[0xfa]),
        (-123, &[0x80]),
        (-124, &[0xff, 0x84]),
        (-256, &[0xff, 0]),
        (-257, &[0xfe, 0xff, 0xfe]),
        (-65536, &[0xfe, 0, 0]),
        (-65537, &[0xfd, 0xff, 0xff, 0xfe]),
    ] {
        let expected = [&[4, 8, b'i'], bytes].concat();
        assert_eq!(stream(|writer| writer.number(number)), expected, "{number}");
    }
}

#[test]
fn simple_values() {
    assert_eq!(stream(Writer::nil), b"\x04\x080");
    assert_eq!(stream(|writer| writer.bool(true)), b"\x04\x08T");
    assert_eq!(stream(|writer| writer.bool(false)), b"\x04\x08F");
    assert_eq!(stream(|writer| writer.list(0)), b"\x04\x08[\0");
    assert_eq!(
        stream(|writer| writer.text("hola")),
        b"\x04\x08I\"\x09hola\x06:\x06ET"
    );
    assert_eq!(
        stream(|writer| writer.text("é")),
        b"\x04\x08I\"\x07\xc3\xa9\x06:\x06ET"
    );
    assert_eq!(stream(|writer| writer.optional_text(None)), b"\x04\x080");
    assert_eq!(
        stream(|writer| {
            writer.hash(1);
            writer.symbol("name");
            writer.number(1);
        }),
        b"\x04\x08{\x06:\x09namei\x06"
    );
    let long = "x".repeat(300);
    let expected = [b"\x04\x08I\"\x02\x2c\x01", long.as_bytes(), b"\x06:\x06ET"].concat();
    assert_eq!(stream(|writer| writer.text(&long)), expected);
}

#[test]
fn symbols_are_named_by_their_place() {
    let bytes = stream(|writer| {
        writer.list(4);
        for symbol in ["a", "b", "a", "b"] {
            writer.symbol(symbol);
        }
    });
    assert_eq!(bytes, b"\x04\x08[\x09:\x06a:\x06b;\0;\x06");
}

#[test]
fn objects_of_clients() {
    assert_eq!(
        stream(|writer| writer.version("1.0")),
        b"\x04\x08U:\x11Gem::Version[\x06I\"\x081.0\x06:\x06ET"
    );
    assert_eq!(
        stream(|writer| writer.requirement(&requirement(&["~> 1", "< 2"]))),
        b"\x04\x08U:\x15Gem::Requirement[\x06[\x07\
          [\x07I\"\x07~>\x06:\x06ETU:\x11Gem::Version[\x06I\"\x061\x06;\x06T\
          [\x07I\"\x06<\x06;\x06TU;\x07[\x06I\"\x062\x06;\x06T"
    );
    assert_eq!(
        stream(|writer| {
            writer.object("Gem::Dependency", 1);
            writer.symbol("@type");
            writer.symbol("runtime");
        }),
        b"\x04\x08o:\x14Gem::Dependency\x06:\x0a@type:\x0cruntime"
    );
}

#[test]
fn a_list_may_be_counted_last() {
    let mut writer = Writer::new();
    writer.number(1);
    writer.number(2);
    assert_eq!(writer.finish_list(2), b"\x04\x08[\x07i\x06i\x07");
    assert_eq!(Writer::new().finish_list(0), b"\x04\x08[\0");
}

#[test]
fn packing_is_the_same_every_time() {
    let bytes = b"\x04\x08[\0";
    let packed = gzip(bytes);
    assert_eq!(packed, gzip(bytes));
    // Magic, deflate, no name, no time.
    assert_eq!(packed[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    let mut back = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut back).unwrap();
    assert_eq!(back, bytes);

    let packed = zlib(bytes);
    assert_eq!(packed, zlib(bytes));
    assert_eq!(packed[0], 0x78);
    back.clear();
    ZlibDecoder::new(&packed[..])
        .read_to_end(&mut back)
        .unwrap();
    assert_eq!(back, bytes);
}
