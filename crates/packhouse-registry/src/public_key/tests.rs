use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::{KeyError, PublicKey};

mod keys;
use keys::*;

const MESSAGE: &[u8] = b"a message";

fn key(pem: &str) -> PublicKey {
    PublicKey::parse(pem.as_bytes()).unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    key(pem).der().to_owned()
}

fn message(file: &[u8]) -> String {
    PublicKey::parse(file).unwrap_err().to_string()
}

#[test]
fn accepted_keys_tell_their_kind_and_fingerprint() {
    for (pem, kind, fingerprint) in [
        (
            P256,
            "ECDSA P-256",
            "HreKdS/n+t8r8PnKObJtfz8Jq4QOEDqyPXBJdh5VFEU",
        ),
        (
            P384,
            "ECDSA P-384",
            "KE44uWYvQbhGT8MAZ1rIWETGBzL21dIn7zlWwOdomCI",
        ),
        (
            ED25519,
            "Ed25519",
            "zy/BhZW7X/0up6UP6nG2iViIOLbX9AgolFukUlsg9Rc",
        ),
        (
            RSA2048,
            "RSA 2048",
            "SWwgB1RPJRK5bITE44MD0cAIYzxPjmLgfunAugarj/w",
        ),
    ] {
        let key = key(pem);
        assert_eq!(key.algorithm().to_string(), kind);
        assert_eq!(key.fingerprint(), format!("SHA256:{fingerprint}"));
        assert_eq!(PublicKey::parse(key.der()), Ok(key.clone()));
        let windows = format!("my key:\r\n{}\r\n\r\n", pem.replace('\n', "\r\n"));
        assert_eq!(PublicKey::parse(windows.as_bytes()), Ok(key));
    }
}

#[test]
fn signatures_are_checked() {
    for (pem, signature) in [
        (P256, P256_SIG),
        (P384, P384_SHA384_SIG),
        (P384, P384_SHA256_SIG),
        (ED25519, ED25519_SIG),
        (RSA2048, RSA_PKCS1_SIG),
        (RSA2048, RSA_PSS_SIG),
    ] {
        let key = key(pem);
        let signature = STANDARD.decode(signature).unwrap();
        assert!(key.verify(MESSAGE, &signature), "{key:?}");
        assert!(!key.verify(b"another message", &signature), "{key:?}");
        assert!(!key.verify(MESSAGE, &[]), "{key:?}");
        for place in [0, signature.len() / 2, signature.len() - 1] {
            let mut changed = signature.clone();
            changed[place] ^= 1;
            assert!(!key.verify(MESSAGE, &changed), "{key:?} {place}");
        }
        for other in [P256, P384, ED25519, RSA2048] {
            let other = self::key(other);
            assert_eq!(other.verify(MESSAGE, &signature), other == key);
        }
    }
    let other_hash = STANDARD.decode(RSA_SHA512_SIG).unwrap();
    assert!(!key(RSA2048).verify(MESSAGE, &other_hash));
}

#[test]
fn other_kinds_are_refused_by_name() {
    for (pem, name) in [
        (P224, "ECDSA P-224 keys"),
        (P521, "ECDSA P-521 keys"),
        (SECP256K1, "ECDSA secp256k1 keys"),
        (X25519, "X25519 keys"),
        (ED448, "Ed448 keys"),
        (DSA, "DSA keys"),
        (RSA_PSS, "RSA restricted to PSS keys"),
        (RSA1024, "RSA keys of 1024 bits"),
        (COMPRESSED, "the point of this key is compressed"),
        (PKCS1, "this RSA key is in its old form"),
    ] {
        let text = message(pem.as_bytes());
        assert!(text.starts_with(name), "{text}");
    }
    let block = |label: &str| format!("-----BEGIN {label}-----\nMAA=\n-----END {label}-----\n");
    for (label, name) in [
        ("PRIVATE KEY", "this is a private key"),
        ("EC PRIVATE KEY", "this is a private key"),
        ("OPENSSH PRIVATE KEY", "this is a private key"),
        ("ENCRYPTED SIGSTORE PRIVATE KEY", "this is a private key"),
        ("CERTIFICATE", "this is a certificate"),
        (
            "PGP PUBLIC KEY BLOCK",
            "not a public key but \"PGP PUBLIC KEY BLOCK\"",
        ),
        ("PUBLIC KEY", "not a public key"),
    ] {
        let text = message(block(label).as_bytes());
        assert!(text.starts_with(name), "{label}: {text}");
    }
}

#[test]
fn damaged_files_are_refused() {
    let two = format!("{P256}{P384}");
    assert_eq!(PublicKey::parse(two.as_bytes()), Err(KeyError::Several));
    assert_eq!(PublicKey::parse(&[b' '; 20_000]), Err(KeyError::TooLong));
    let mut long = der(P256);
    long.push(0);
    for file in [
        &b""[..],
        b"ssh-ed25519 AAAA user",
        b"-----BEGIN PUBLIC KEY-----",
        b"-----BEGIN PUBLIC KEY",
        b"-----BEGIN PUBLIC KEY-----\n!!!\n-----END PUBLIC KEY-----",
        &der(P256)[1..],
        &long,
    ] {
        assert_eq!(PublicKey::parse(file), Err(KeyError::NotAKey));
    }
    for (pem, algorithm) in [
        (P256, "ECDSA P-256"),
        (P384, "ECDSA P-384"),
        (RSA2048, "RSA"),
    ] {
        // The last byte is that of the point, or of the exponent 65537, which becomes even.
        let mut off = der(pem);
        *off.last_mut().unwrap() ^= 1;
        assert_eq!(PublicKey::parse(&off), Err(KeyError::Damaged { algorithm }));
    }
}

proptest! {
    #[test]
    fn any_damage_is_survived(place in 0_usize..1_000, byte in any::<u8>(), which in 0_usize..4) {
        let mut file = der([P256, P384, ED25519, RSA2048][which]);
        let place = place % file.len();
        file[place] = byte;
        if let Ok(key) = PublicKey::parse(&file) {
            prop_assert_eq!(key.der(), &file[..]);
            prop_assert!(!key.verify(MESSAGE, b"no signature"));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(file in prop::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(PublicKey::parse(&file).is_err());
    }
}
