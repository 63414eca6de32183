//! What readers get: after a deletion, in part, and of POMs of every kind.

use crate::world::{Gav, World, jar, metadata, pom_with, refused, value};

const GA: &str = "com.acme:lib";
const A_LEVEL: &str = "com/acme/lib/maven-metadata.xml";

#[tokio::test(flavor = "multi_thread")]
async fn case_22_a_deleted_version_is_gone_from_the_metadata_at_once() {
    let world = World::new().await;
    let repo = world.libs();
    for version in ["1.0", "1.1", "2.0-SNAPSHOT"] {
        repo.deploy(GA, version).await;
    }
    let text = repo.get(A_LEVEL).await.expect(200).text();
    assert_eq!(value(&text, "latest"), "2.0-SNAPSHOT");
    assert_eq!(value(&text, "release"), "1.1");
    world.app.clock.advance(chrono::Duration::minutes(5));
    assert_eq!(world.delete("libs/com.acme:lib", &["1.1"]).await, 1);
    let document = repo.get(A_LEVEL).await.expect(200);
    let text = document.text();
    assert_eq!(value(&text, "release"), "1.0");
    assert_eq!(value(&text, "lastUpdated"), "20260131120500");
    assert_eq!(repo.versions(GA).await, ["1.0", "2.0-SNAPSHOT"]);
    let sum = repo.get(&format!("{A_LEVEL}.sha1")).await.expect(200);
    assert_eq!(sum.text(), crate::world::sum("sha1", &document.body));
    let file = Gav::new(GA, "1.1").file("jar");
    refused(repo.get(&file).await, 404, &["not found"]);
    refused(repo.get("com/acme/lib/1.1/").await, 404, &["not found"]);
    // The last ones.
    let rest = ["1.0", "2.0-SNAPSHOT"];
    assert_eq!(world.delete("libs/com.acme:lib", &rest).await, 2);
    for path in [A_LEVEL, "com/acme/lib/", "com/"] {
        refused(repo.get(path).await, 404, &["not found"]);
    }
    refused(repo.get(&format!("{A_LEVEL}.sha1")).await, 404, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_23_heads_parts_and_conditions() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let (path, jar) = (Gav::new(GA, "1.0").file("jar"), jar(GA, "1.0"));
    let head = repo.head(&path).await.expect(200);
    assert_eq!(head.header("content-length"), Some(&*jar.len().to_string()));
    assert!(head.body.is_empty());
    let modified = head.header("last-modified").unwrap().to_owned();
    assert_eq!(modified, "Sat, 31 Jan 2026 12:00:00 GMT");
    let etag = head.header("etag").unwrap().to_owned();
    let part = repo
        .get_with(&path, &[("range", "bytes=100-")])
        .await
        .expect(206);
    assert_eq!(part.body, jar[100..]);
    let shown = format!("bytes 100-{}/{}", jar.len() - 1, jar.len());
    assert_eq!(part.header("content-range"), Some(&*shown));
    let known = repo.get_with(&path, &[("if-none-match", &etag)]).await;
    assert!(known.expect(304).body.is_empty());
    // A resolver goes on with a part that it got a while ago.
    let stale = [
        ("if-unmodified-since", "Sat, 31 Jan 2026 11:59:00 GMT"),
        ("range", "bytes=100-"),
    ];
    refused(repo.get_with(&path, &stale).await, 412, &["condition"]);
    let fresh = [("if-unmodified-since", &*modified), ("range", "bytes=100-")];
    repo.get_with(&path, &fresh).await.expect(206);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_26_document_types_and_entities_are_refused() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let bomb: String = (0..10)
        .map(|level| match level {
            0 => "<!ENTITY e0 \"ha\">".to_owned(),
            level => format!(
                "<!ENTITY e{level} \"{}\">",
                format!("&e{};", level - 1).repeat(10)
            ),
        })
        .collect();
    for text in [
        "<!DOCTYPE project><project/>".to_owned(),
        "<!DOCTYPE project SYSTEM \"file:///etc/passwd\"><project/>".to_owned(),
        format!("<!DOCTYPE p [{bomb}]><project><name>&e9;</name></project>"),
    ] {
        let answer = repo.put(&at.file("pom"), text.clone()).await;
        refused(answer, 400, &["lib-1.0.pom", "document type"]);
        refused(repo.put(A_LEVEL, text).await, 400, &["maven-metadata.xml"]);
    }
    let entity = "<project><name>&nbsp;</name></project>";
    refused(repo.put(&at.file("pom"), entity).await, 400, &["nbsp"]);
    world.expect_untouched("nothing was stored").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_26_poms_come_in_many_encodings_and_are_served_as_they_came() {
    let world = World::new().await;
    let repo = world.libs();
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let mark = if little {
            vec![0xff, 0xfe]
        } else {
            vec![0xfe, 0xff]
        };
        let units = text.encode_utf16().flat_map(move |unit| match little {
            true => unit.to_le_bytes(),
            false => unit.to_be_bytes(),
        });
        mark.into_iter().chain(units).collect()
    };
    let single = |text: &str| -> Vec<u8> {
        let byte = |c: char| match c {
            '€' => 0x80,
            c => u8::try_from(u32::from(c)).unwrap(),
        };
        text.chars().map(byte).collect()
    };
    let declared = |encoding: &str, said: &str| {
        let body = pom_with(GA, "1.0", &format!("<description>{said}</description>"));
        let body = String::from_utf8(body).unwrap();
        body.replace("UTF-8", encoding)
    };
    let umlauts = "Für Größen und Maße";
    for (version, body, said) in [
        ("1", single(&declared("ISO-8859-1", umlauts)), umlauts),
        (
            "2",
            single(&declared("windows-1252", "10 € für Maße")),
            "10 € für Maße",
        ),
        ("3", utf16(&declared("UTF-16", umlauts), true), umlauts),
        ("4", utf16(&declared("UTF-16", umlauts), false), umlauts),
        ("5", declared("UTF-8", umlauts).into_bytes(), umlauts),
        (
            "6",
            format!("\u{feff}{}", declared("utf-8", umlauts)).into_bytes(),
            umlauts,
        ),
    ] {
        let at = Gav::new(GA, version);
        repo.put_new(&at.file("pom"), &body).await;
        repo.put_new(&at.file("jar"), &jar(GA, version)).await;
        repo.put_metadata(&at.directory(), &metadata(GA, &[version]))
            .await;
        let package = world.package("libs/com.acme:lib").await;
        assert_eq!(package.package.description.as_deref(), Some(said));
        let served = repo.get(&at.file("pom")).await.expect(200);
        assert_eq!(served.body, body, "{version}");
        assert_eq!(served.header("content-type"), Some("application/xml"));
    }
    let broken = single(&declared("UTF-8", umlauts));
    let path = Gav::new(GA, "7").file("pom");
    refused(repo.put(&path, broken).await, 400, &["UTF-8"]);
    let unknown = declared("EBCDIC-X", "x");
    refused(repo.put(&path, unknown).await, 400, &["EBCDIC-X"]);
    refused(repo.get(&path).await, 404, &[]);
}
