//! What is compressed, and what vouches for it.

use super::build::{Entry, checksums, file, gz, members, tar};
use super::{ArchiveError, good, hello, open, refused, replaced};
use crate::gemspec::tests::forms::{GEM_3_3, GEM_4_0};

#[test]
fn compressed_members_are_one_stream_and_nothing_more() {
    let spec = gz(GEM_3_3);
    for index in [0, 1] {
        let name = ["metadata.gz", "data.tar.gz"][index];
        let packed = good()[index].data.clone();
        for (data, expected) in [
            (
                [&packed[..], &packed[..]].concat(),
                "has bytes behind its end",
            ),
            ([&packed[..], b"\0"].concat(), "has bytes behind its end"),
            (
                packed[..packed.len() - 1].to_vec(),
                "is not gzip, or damaged",
            ),
            (b"no gzip at all".to_vec(), "is not gzip, or damaged"),
            (Vec::new(), "is not gzip, or damaged"),
        ] {
            let error = refused(&replaced(index, data));
            assert!(
                error.starts_with(&format!("the file {name} of the gem {expected}")),
                "{error}"
            );
        }
    }
    let mut wrong = spec.clone();
    let crc = wrong.len() - 8;
    wrong[crc] ^= 1;
    assert!(refused(&replaced(0, wrong)).contains("damaged"));
    let bomb = gz(vec![b'#'; (10 << 20) + 1]);
    assert_eq!(
        refused(&replaced(0, bomb)),
        "the file metadata.gz of the gem has more than 10485760 bytes when unpacked"
    );
    let error = refused(&replaced(0, gz("--- hello")));
    assert!(error.contains("is not a Gem::Specification"), "{error}");
}

/// Gives a gem with these checksums.
fn with_checksums(text: impl Fn(&[u8], &[u8]) -> String) -> Vec<u8> {
    let mut members = good();
    let text = text(&members[0].data, &members[1].data);
    members[2].data = gz(text);
    tar(&members)
}

#[test]
fn checksums_are_those_of_the_compressed_members() {
    let wrong = with_checksums(|metadata, _| checksums(metadata, b"x"));
    let actual = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&good()[1].data));
    let claimed = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"x"));
    assert_eq!(
        refused(&wrong),
        format!(
            "the SHA256 of data.tar.gz in the gem is {actual}, but its checksums.yaml.gz says \
             {claimed:?}: rebuild it with gem build"
        )
    );
    // Those of 2013, in the YAML of its Ruby.
    let sha1 = |bytes: &[u8]| hex::encode(<sha1::Sha1 as sha1::Digest>::digest(bytes));
    let md5 = |bytes: &[u8]| hex::encode(<md5::Md5 as md5::Digest>::digest(bytes));
    let old = with_checksums(|metadata, data| {
        let (metadata, data) = (sha1(metadata), sha1(data));
        format!("---\n!binary \"U0hBMQ==\":\n  metadata.gz: {metadata}\n  data.tar.gz: {data}\n")
    });
    open(&old).unwrap();
    let old = with_checksums(|metadata, _| format!("MD5:\n  metadata.gz: {}\n", md5(metadata)));
    open(&old).unwrap();
    for name in ["SHA1", "MD5", "SHA512"] {
        let error = refused(&with_checksums(|_, _| {
            format!("{name}:\n  metadata.gz: '00'\n")
        }));
        assert!(
            error.starts_with(&format!("the {name} of metadata.gz in the gem is ")),
            "{error}"
        );
    }
    for (text, expected) in [
        ("[]", "is not a map"),
        ("SHA256: x", "has a kind that is not a map"),
        (
            "SHA256: {metadata.gz: []}",
            "has a checksum that is not a text",
        ),
        ("SHA256: {evil: x}", "names \"evil\", which is not in it"),
        ("CRC32: {}", "has \"CRC32\": SHA256"),
        ("SHA256: &a [*a]", "cannot be read: the alias"),
        ("!ruby/object:Kernel {}", "cannot be read: the tag"),
        ("SHA256: {}\nSHA256: {}", "cannot be read: the key"),
    ] {
        let error = refused(&with_checksums(|_, _| text.to_owned()));
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn signatures_are_short_and_there_when_certificates_are() {
    let mut members = members(GEM_4_0, &hello());
    let unsigned = |members: &[Entry]| match open(&tar(members)) {
        Err(ArchiveError::Unsigned(name)) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(unsigned(&members), "metadata.gz.sig");
    members.push(file("metadata.gz.sig", "x"));
    assert_eq!(unsigned(&members), "data.tar.gz.sig");
    members.push(file("data.tar.gz.sig", "x"));
    assert_eq!(unsigned(&members), "checksums.yaml.gz.sig");
    // There need not be one of checksums that there are not.
    let without = [&members[..2], &members[3..]].concat();
    assert!(open(&tar(&without)).unwrap().spec.signed);
    members.push(file("checksums.yaml.gz.sig", vec![0; 1 << 20]));
    assert!(open(&tar(&members)).unwrap().spec.signed);
    members[5].data.push(0);
    assert_eq!(
        refused(&tar(&members)),
        "the file checksums.yaml.gz.sig of the gem has 1048577 bytes: at most 1048576 are allowed"
    );
}
