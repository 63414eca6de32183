use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

fn jar(entries: &[(&str, &str)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, text) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Result<Option<PluginDescriptor>, PluginError> {
    read_plugin(Cursor::new(bytes))
}

const PATH: &str = "META-INF/maven/plugin.xml";
const DESCRIPTOR: &str = "<?xml version=\"1.0\"?>\n<plugin>\n<name>Acme Plugin</name>
    <groupId>com.acme</groupId><goalPrefix>acme</goalPrefix><mojos/></plugin>";

#[test]
fn the_prefix_is_found() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let jar = jar(
            &[
                ("META-INF/MANIFEST.MF", "x"),
                (PATH, DESCRIPTOR),
                ("a.class", ""),
            ],
            method,
        );
        let expected = PluginDescriptor {
            prefix: "acme".to_owned(),
            name: "Acme Plugin".to_owned(),
        };
        assert_eq!(read(&jar).unwrap(), Some(expected));
    }
    let nameless = "<plugin><goalPrefix>x</goalPrefix></plugin>";
    let nameless = read(&jar(&[(PATH, nameless)], CompressionMethod::Stored)).unwrap();
    assert_eq!(nameless.unwrap().name, "x");
}

#[test]
fn without_one_there_is_nothing() {
    for entries in [
        &[][..],
        &[("a.class", "x")],
        &[("meta-inf/maven/plugin.xml", DESCRIPTOR)],
        &[(PATH, "<plugin><name>x</name></plugin>")],
    ] {
        let jar = jar(entries, CompressionMethod::Stored);
        assert_eq!(read(&jar).unwrap(), None, "{entries:?}");
    }
}

#[test]
fn limits_hold() {
    let huge = format!("<plugin>{}</plugin>", " ".repeat(MAX_DESCRIPTOR));
    let huge = jar(&[(PATH, &huge)], CompressionMethod::Deflated);
    let error = read(&huge).unwrap_err();
    assert!(
        matches!(error, PluginError::Descriptor(XmlError::TooLarge { .. })),
        "{error}"
    );

    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for place in 0..=MAX_ENTRIES {
        writer.start_file(place.to_string(), options).unwrap();
    }
    let many = writer.finish().unwrap().into_inner();
    let error = read(&many).unwrap_err();
    assert!(
        matches!(error, PluginError::TooManyEntries(65_536)),
        "{error}"
    );
}

#[test]
fn damaged_jars_are_refused() {
    assert!(read(b"").is_err());
    assert!(read(b"not a jar at all, but long enough to hold the end of one").is_err());
    let good = jar(&[(PATH, DESCRIPTOR)], CompressionMethod::Deflated);
    assert!(read(&good[..good.len() - 10]).is_err());
    let other = jar(
        &[(PATH, "<!DOCTYPE x><plugin/>")],
        CompressionMethod::Stored,
    );
    let error = read(&other).unwrap_err();
    assert!(
        matches!(error, PluginError::Descriptor(XmlError::Doctype { .. })),
        "{error}"
    );
    let other = jar(&[(PATH, "<project/>")], CompressionMethod::Stored);
    assert!(matches!(read(&other), Err(PluginError::Descriptor(_))));
    // A changed byte of the content does not fit its checksum.
    let mut changed = jar(&[(PATH, DESCRIPTOR)], CompressionMethod::Stored);
    let place = changed
        .windows(4)
        .position(|window| window == b"acme")
        .unwrap();
    changed[place] = b'A';
    assert!(matches!(read(&changed), Err(PluginError::Io(_))));
}

proptest! {
    #[test]
    fn no_damage_panics(place in 0_usize..400, byte in any::<u8>(), cut in 0_usize..400) {
        let mut bytes = jar(&[("a", "b"), (PATH, DESCRIPTOR)], CompressionMethod::Deflated);
        let place = place % bytes.len();
        bytes[place] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut);
        let _ = read(&bytes);
    }
}
