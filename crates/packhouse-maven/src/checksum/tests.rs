use packhouse_core::digest::{Md5, Sha1, Sha256, Sha512};
use proptest::prelude::*;

use super::*;

#[test]
fn suffixes_are_taken_off_once() {
    for (name, rest, algorithm) in [
        ("a.jar.sha1", "a.jar", Some(Algorithm::Sha1)),
        ("a.md5.sha512", "a.md5", Some(Algorithm::Sha512)),
        ("a.sha256", "a", Some(Algorithm::Sha256)),
        ("a.md5", "a", Some(Algorithm::Md5)),
        ("a.SHA1", "a.SHA1", None),
        ("a.sha384", "a.sha384", None),
        ("sha1", "sha1", None),
        (".sha1", ".sha1", None),
        ("", "", None),
    ] {
        assert_eq!(split_suffix(name), (rest, algorithm), "{name}");
    }
}

#[test]
fn names_and_lengths() {
    for algorithm in Algorithm::ALL {
        let header = format!("x-checksum-{}", algorithm.suffix());
        assert_eq!(algorithm.header(), header);
        let digests = Digests {
            sha256: Sha256([0xab; 32]),
            sha512: Some(Sha512([0xab; 64])),
            sha1: Some(Sha1([0xab; 20])),
            md5: Some(Md5([0xab; 16])),
            size: 1,
        };
        let hex = "ab".repeat(algorithm.hex_len() / 2);
        assert_eq!(of(algorithm, &digests), Some(hex));
    }
    let bare = Digests {
        sha256: Sha256([0; 32]),
        sha512: None,
        sha1: None,
        md5: None,
        size: 0,
    };
    assert_eq!(of(Algorithm::Sha1, &bare), None);
}

#[test]
fn every_form_of_a_checksum_file_is_read() {
    let hex = "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709";
    for body in [
        hex.to_owned(),
        format!("{hex}\n"),
        format!("\n  \r\n{hex}\r\nmore\n"),
        format!("{hex}  lib-1.0.jar\n"),
        format!("{hex} */home/of/lib-1.0.jar"),
        format!("SHA1 (lib 1.0.jar) = {hex}\n"),
        format!("SHA1(lib=1.jar)= {hex}"),
        format!("\u{feff}{hex}"),
        format!("{hex}  \u{fffd} odd = (name) = x"),
    ] {
        let read = parse_body(Algorithm::Sha1, body.as_bytes());
        assert_eq!(read, Ok(hex.to_ascii_lowercase()), "{body:?}");
    }
    let mut latin = hex.as_bytes().to_vec();
    latin.extend(b"  caf\xe9.jar\n");
    assert!(parse_body(Algorithm::Sha1, &latin).is_ok());
}

#[test]
fn anything_else_is_refused() {
    let hex = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    for body in ["", "\n\n", "  "] {
        let read = parse_body(Algorithm::Sha1, body.as_bytes());
        assert_eq!(read, Err(ChecksumError::Empty(Algorithm::Sha1)));
    }
    for body in [
        "<html>",
        &hex[1..],
        &format!("{hex}0"),
        &format!("lib.jar: {hex}"),
        &format!("sha1 = {hex}"),
        &format!("-\n{hex}"),
        &"é".repeat(20),
    ] {
        let read = parse_body(Algorithm::Sha1, body.as_bytes());
        assert!(
            matches!(read, Err(ChecksumError::Malformed { .. })),
            "{body}"
        );
    }
    assert!(parse_body(Algorithm::Md5, hex.as_bytes()).is_err());
    let long = vec![b'\n'; MAX_BODY + 1];
    let read = parse_body(Algorithm::Md5, &long);
    assert_eq!(read, Err(ChecksumError::TooLong(MAX_BODY + 1)));
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for algorithm in Algorithm::ALL {
            if let Ok(hex) = parse_body(algorithm, &body) {
                prop_assert_eq!(hex.len(), algorithm.hex_len());
            }
        }
    }
}
