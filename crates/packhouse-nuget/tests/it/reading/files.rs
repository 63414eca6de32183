//! Packages, and what people look at in them.

use packhouse_core::visibility::Visibility;
use packhouse_registry::bytes::digests_of;

use crate::pack::{KEY_OF_ONES, Nupkg, PNG, pdb, snupkg};
use crate::world::World;

const NUPKG: &str = "download/acme.lib/1.0.0/acme.lib.1.0.0.nupkg";

fn package() -> Nupkg {
    Nupkg::new("Acme.Lib", "1.0.0")
        .with("<readme>docs\\README.md</readme><icon>i.png</icon>")
        .with("<license type=\"file\">LICENSE</license>")
        .file("docs/readme.md", b"# Hello <script>alert(1)</script>")
        .file("i.png", PNG)
        .file("license", b"Do as you like")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_served_to_the_byte_whole_and_in_parts() {
    let world = World::new().await;
    let source = world.source();
    let bytes = package().bytes();
    source.send("package", &bytes).await.expect(201);
    let tag = format!("\"sha256:{}\"", digests_of(&bytes).sha256);
    let length = bytes.len();
    for below in [NUPKG, "v2/package/acme.lib/1.0.0", "v2/package/Acme.Lib"] {
        let whole = source.get(below).await.expect(200);
        assert_eq!(whole.body, bytes, "{below}");
        for (name, expected) in [
            ("content-type", "application/octet-stream"),
            ("content-length", &*length.to_string()),
            ("etag", &tag),
            ("accept-ranges", "bytes"),
            ("content-disposition", "attachment"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "private, max-age=31536000, immutable"),
        ] {
            assert_eq!(whole.header(name), Some(expected), "{below}: {name}");
        }
        let head = source.head(below).await.expect(200);
        assert!(head.body.is_empty());
        assert_eq!(
            head.header("content-length"),
            whole.header("content-length")
        );
        assert_eq!(head.header("etag"), Some(&*tag));
        for (range, expected) in [
            ("bytes=0-0", &bytes[..1]),
            ("bytes=100-", &bytes[100..]),
            ("bytes=-7", &bytes[length - 7..]),
            ("bytes=5-100000000", &bytes[5..]),
        ] {
            let part = source.get_with(below, &[("range", range)]).await;
            let part = part.expect(206);
            assert_eq!(part.body, expected, "{range}");
            let asked = [("range", range), ("if-range", &*tag)];
            source.get_with(below, &asked).await.expect(206);
            let asked = [("range", range), ("if-range", "\"other\"")];
            let whole = source.get_with(below, &asked).await.expect(200);
            assert_eq!(whole.body, bytes);
        }
        let outside = format!("bytes={length}-");
        let answer = source.get_with(below, &[("range", &outside)]).await;
        let told = format!("bytes */{length}");
        assert_eq!(answer.header("content-range"), Some(&*told));
        answer.expect(416);
        let same = source.get_with(below, &[("if-none-match", &tag)]).await;
        assert!(same.expect(304).body.is_empty());
        // Packed already.
        let asked = source.get_with(below, &[("accept-encoding", "gzip")]).await;
        assert!(asked.header("content-encoding").is_none());
        assert_eq!(asked.body, bytes);
    }
    world.show("Acme.Lib", Visibility::Public).await;
    let kept = world.stranger().get(NUPKG).await.expect(200);
    let expected = "public, max-age=31536000, immutable";
    assert_eq!(kept.header("cache-control"), Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn readme_icon_licence_and_nuspec_are_what_they_say() {
    let world = World::new().await;
    let source = world.source();
    let package = package();
    source.push(&package).await.expect(201);
    let jpeg = b"\xff\xd8\xff\xe0rest";
    let other = Nupkg::new("Acme.Other", "1.0.0")
        .with("<icon>i.jpg</icon><license type=\"expression\">MIT OR Apache-2.0</license>")
        .file("i.jpg", jpeg);
    source.push(&other).await.expect(201);
    let bare = Nupkg::new("Acme.Bare", "1.0.0");
    source.push(&bare).await.expect(201);
    let sandbox = Some("default-src 'none'; sandbox");
    let kept = Some("private, max-age=31536000, immutable");
    for (below, kind, policy, body) in [
        (
            "acme.lib/1.0.0/readme",
            "text/markdown; charset=utf-8",
            sandbox,
            &b"# Hello <script>alert(1)</script>"[..],
        ),
        ("acme.lib/1.0.0/icon", "image/png", sandbox, PNG),
        ("acme.other/1.0.0/icon", "image/jpeg", sandbox, jpeg),
        (
            "acme.lib/1.0.0/license",
            "text/plain; charset=utf-8",
            None,
            b"Do as you like",
        ),
        (
            "acme.other/1.0.0/license",
            "text/plain; charset=utf-8",
            sandbox,
            b"Acme.Other 1.0.0: MIT OR Apache-2.0\n",
        ),
        (
            "acme.lib/1.0.0/acme.lib.nuspec",
            "application/xml",
            None,
            package.nuspec().as_bytes(),
        ),
    ] {
        let below = format!("download/{below}");
        for below in [
            &below,
            &below.to_uppercase().replace("DOWNLOAD", "download"),
        ] {
            let answer = source.get(below).await.expect(200);
            assert_eq!(answer.body, body, "{below}");
            assert_eq!(answer.header("content-type"), Some(kind), "{below}");
            assert_eq!(answer.header("cache-control"), kept, "{below}");
            let sniff = answer.header("x-content-type-options");
            assert_eq!(sniff, Some("nosniff"), "{below}");
            if policy.is_some() {
                let told = answer.header("content-security-policy");
                assert_eq!(told, policy, "{below}");
            }
            let tag = answer.header("etag").unwrap();
            let same = source.get_with(below, &[("if-none-match", tag)]).await;
            same.expect(304);
            let head = source.head(below).await.expect(200);
            assert_eq!(
                head.header("content-length"),
                answer.header("content-length")
            );
        }
    }
    for below in [
        "download/acme.bare/1.0.0/readme",
        "download/acme.bare/1.0.0/icon",
        "download/acme.bare/1.0.0/license",
        "download/acme.other/1.0.0/readme",
        "download/acme.lib/2.0.0/readme",
        "download/acme.lib/2.0.0/icon",
        "download/acme.none/1.0.0/license",
    ] {
        source.get(below).await.expect(404);
    }
}

/// New symbols take the place of old ones, as a whole; what the package is stays.
#[tokio::test(flavor = "multi_thread")]
async fn symbols_are_replaced_as_a_whole() {
    let mut world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    let before = source.download("acme.lib", "1.0.0").await.expect(200);
    let (one, two) = (pdb([1; 16], "one"), pdb([2; 16], "two"));
    let at = |name: &str, number: &str| {
        let key = KEY_OF_ONES.replace("01", number);
        format!("symbols/{name}/{key}/{name}")
    };
    let both = snupkg("Acme.Lib", "1.0.0", &[("a.pdb", &one), ("b.pdb", &two)]);
    source.send("symbolpackage", &both).await.expect(201);
    assert_eq!(source.get(&at("a.pdb", "01")).await.expect(200).body, one);
    assert_eq!(source.get(&at("b.pdb", "02")).await.expect(200).body, two);
    // The same again changes nothing.
    world.mark().await;
    source.send("symbolpackage", &both).await.expect(201);
    world.expect_untouched("the same symbols").await;
    let other = snupkg("Acme.Lib", "1.0.0", &[("a.pdb", &two)]);
    source.send("symbolpackage", &other).await.expect(201);
    source.get(&at("a.pdb", "01")).await.expect(404);
    source.get(&at("b.pdb", "02")).await.expect(404);
    let served = source.get(&at("a.pdb", "02")).await.expect(200);
    assert_eq!(served.body, two);
    let head = source.head(&at("A.PDB", "02")).await.expect(200);
    assert_eq!(head.header("etag"), served.header("etag"));
    let part = [("range", "bytes=0-3")];
    let part = source.get_with(&at("a.pdb", "02"), &part).await.expect(206);
    assert_eq!(part.text(), "BSJB");
    let after = source.download("acme.lib", "1.0.0").await.expect(200);
    assert_eq!(after.body, before.body);
    assert_eq!(source.versions("acme.lib").await, ["1.0.0"]);
    // They go with their version.
    world.delete("Acme.Lib", &["1.0.0"]).await;
    source.get(&at("a.pdb", "02")).await.expect(404);
}
