//! Nuspecs that say nothing, too much, or what nobody understands.

use super::{PACKAGE, put, refuse};
use crate::pack::{Nupkg, zipped};
use crate::world::World;

const DEPENDENCY: &str = "a dependency in the nuspec is not allowed";
const LACKS: &str = "the nuspec lacks something that it must say";
const MISSING: &str = "the nuspec names a file that is not in the package";
const NONE: &str = "the package has no nuspec at its root";
const RULE: &str = "the nuspec breaks a rule";
const SEVERAL: &str = "the package has several nuspecs at its root";
const TOO_MUCH: &str = "the nuspec says too much";
const XML: &str = "the nuspec is not plain XML";

fn lib() -> Nupkg {
    Nupkg::new("Acme.Lib", "1.0.0")
}

fn of(nuspec: &str) -> Vec<u8> {
    zipped(&[("a.nuspec", nuspec.as_bytes()), ("lib/a.dll", b"MZ")])
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_nuspec_at_the_root() {
    let world = World::new().await;
    let nuspec = lib().nuspec();
    let bytes = nuspec.as_bytes();
    for (files, reason, words) in [
        (vec![("lib/a.dll", &b"MZ"[..])], NONE, "no .nuspec"),
        (vec![("lib/a.nuspec", bytes)], NONE, "no .nuspec"),
        (
            vec![("a.nuspec", bytes), ("B.NuSpec", bytes)],
            SEVERAL,
            "2 .nuspec files",
        ),
        (
            vec![("a.nuspec", bytes), ("b.nuspec", b""), ("c.nuspec", b"")],
            SEVERAL,
            "3 .nuspec files",
        ),
    ] {
        refuse(&world, &zipped(&files), reason, &[words]).await;
    }
    // One below is none.
    let files = [("a.nuspec", bytes), ("content/b.nuspec", bytes)];
    put(&world, PACKAGE, &zipped(&files)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_and_document_types_are_refused_unread() {
    let world = World::new().await;
    let with = |kind: &str, text: &str| {
        let nuspec = lib().nuspec().replace("What Acme.Lib does", text);
        of(&nuspec.replace("<package ", &format!("{kind}<package ")))
    };
    let laughs = "<!DOCTYPE package [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE package [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
    for (package, word) in [
        (with(laughs, "&b;"), "document type"),
        (with(outside, "&a;"), "document type"),
        (with("<!DOCTYPE package>", "x"), "document type"),
        (with("", "&a;"), "entity"),
        (with("", "&nbsp;"), "entity"),
    ] {
        let told = refuse(&world, &package, XML, &["the nuspec cannot be read", word]).await;
        assert!(!told.contains("root:"), "{told}");
    }
    // Those of XML itself are texts.
    let package = with("", "a &lt; b &amp;&#x20;c");
    put(&world, PACKAGE, &package).await.expect(201);
    let found = world.source().json("query?q=lib").await;
    assert_eq!(found["data"][0]["description"], "a < b & c");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_other_kinds_are_refused() {
    let world = World::new().await;
    let good = lib().nuspec();
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    for (nuspec, reason, words) in [
        (String::new(), XML, "cannot be read"),
        ("{\"id\": \"x\"}".to_owned(), XML, "cannot be read"),
        ("<project/>".to_owned(), XML, "<project>, not a <package>"),
        ("<package/>".to_owned(), LACKS, "no <metadata>"),
        ("<package><metadata>".to_owned(), XML, "cannot be read"),
        (
            good.replace("</metadata>", &format!("{deep}</metadata>")),
            XML,
            "64 deep",
        ),
        (
            good.replace("<id>", "<x:id>").replace("</id>", "</x:id>"),
            XML,
            "declared nowhere",
        ),
        (
            good.replace("<metadata>", "<metadata/><metadata>"),
            RULE,
            "more than one <metadata>",
        ),
        (
            good.replace("<version>1.0.0</version>", ""),
            LACKS,
            "no <version>",
        ),
        (good.replace("<id>Acme.Lib</id>", "<id/>"), LACKS, "no <id>"),
        (
            good.replace("What Acme.Lib does", " "),
            LACKS,
            "no <description>",
        ),
        (good.replace("Ada, Grace", " , "), LACKS, "no <authors>"),
        (
            good.replace("<version>", "<version>1.0</version><version>"),
            RULE,
            "more than one <version>",
        ),
        (
            good.replace("Ada, Grace", "<b>Ada</b>"),
            RULE,
            "<authors> in the nuspec has elements",
        ),
    ] {
        refuse(&world, &of(&nuspec), reason, &[words]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_nuspec_says_has_limits_and_rules() {
    let world = World::new().await;
    let text = |name: &str, length: usize| format!("<{name}>{}</{name}>", "x".repeat(length));
    let group = |inner: &str| format!("<dependencies>{inner}</dependencies>");
    for (elements, reason, words) in [
        (text("title", 257), TOO_MUCH, vec!["title", "257", "256"]),
        (text("summary", 4_001), TOO_MUCH, vec!["summary", "4001"]),
        (text("tags", 4_001), TOO_MUCH, vec!["tags", "4001"]),
        (
            text("releaseNotes", 35_001),
            TOO_MUCH,
            vec!["releaseNotes", "35000"],
        ),
        (
            group("<dependency id='A' version='1.*'/>"),
            DEPENDENCY,
            vec!["dependency A", "floating"],
        ),
        (
            group("<dependency id='A' version='[2,1]'/>"),
            DEPENDENCY,
            vec!["dependency A", "no version lies"],
        ),
        (
            group("<dependency id='A' version='1.0+x'/>"),
            DEPENDENCY,
            vec!["dependency A", "metadata"],
        ),
        (
            group("<dependency id='A' version='(1.0)'/>"),
            DEPENDENCY,
            vec!["dependency A", "one version alone"],
        ),
        (
            group("<dependency id='A' version='1'/><dependency id='a' version='2'/>"),
            DEPENDENCY,
            vec!["the dependency a twice", "any framework"],
        ),
        (
            group("<dependency version='1'/>"),
            LACKS,
            vec!["<dependency>", "no id"],
        ),
        (
            group("<dependency id='a/b' version='1'/>"),
            DEPENDENCY,
            vec!["a dependency in the nuspec", "a/b"],
        ),
        (
            "<readme>none.md</readme>".to_owned(),
            MISSING,
            vec!["the readme \"none.md\"", "not in the package"],
        ),
        (
            "<icon>../i.png</icon>".to_owned(),
            RULE,
            vec!["../i.png", "does not lead to a file"],
        ),
        (
            "<license type='file'>L</license>".to_owned(),
            MISSING,
            vec!["licence \"L\"", "not in the package"],
        ),
        (
            "<license type='word'>MIT</license>".to_owned(),
            RULE,
            vec!["licence", "expression or file"],
        ),
        (
            "<license type='expression'>MIT &lt;x&gt;</license>".to_owned(),
            RULE,
            vec!["not an expression"],
        ),
        (
            "<packageTypes><packageType name='a b'/></packageTypes>".to_owned(),
            RULE,
            vec!["a package type", "a b"],
        ),
    ] {
        let package = lib().with(&elements).bytes();
        refuse(&world, &package, reason, &words).await;
    }
}

/// Not worth a refusal: one bad address would take away a whole page of a client's search, so it is
/// left out and its publisher is told.
#[tokio::test(flavor = "multi_thread")]
async fn bad_addresses_and_pictures_are_dropped_with_a_warning() {
    let world = World::new().await;
    let source = world.source();
    let addresses = [
        "file:///C:/icon.png",
        "icon.png",
        "javascript:alert(1)",
        "//acme.example/i.png",
        "https:///x",
        "http://acme.example/a b",
    ];
    for (number, address) in addresses.into_iter().enumerate() {
        let elements = format!(
            "<iconUrl>{address}</iconUrl><projectUrl>{address}</projectUrl>\
             <licenseUrl>{address}</licenseUrl>"
        );
        let package = Nupkg::new("Acme.Lib", &format!("1.{number}.0")).with(&elements);
        let pushed = source.push(&package).await.expect(201);
        let warnings: Vec<_> = pushed.headers.get_all("x-nuget-warning").iter().collect();
        assert_eq!(warnings.len(), 3, "{address}: {warnings:?}");
        for (warning, name) in warnings.iter().zip(["projectUrl", "licenseUrl", "iconUrl"]) {
            let warning = warning.to_str().unwrap();
            assert!(
                warning.contains(name) && warning.contains("not shown"),
                "{warning}"
            );
        }
    }
    for leaf in source.leaves("registration", "acme.lib").await {
        for name in ["iconUrl", "projectUrl", "licenseUrl"] {
            assert!(leaf["catalogEntry"].get(name).is_none(), "{leaf}");
        }
    }
    let found = source.json("query?q=lib").await;
    assert!(found["data"][0].get("iconUrl").is_none());
    // A picture that is none, and no script either.
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>";
    let package = Nupkg::new("Acme.Svg", "1.0.0")
        .with("<icon>i.svg</icon>")
        .file("i.svg", svg);
    let pushed = source.push(&package).await.expect(201);
    let warning = pushed.header("x-nuget-warning").unwrap();
    assert!(warning.contains("neither PNG nor JPEG"), "{warning}");
    source.get("download/acme.svg/1.0.0/icon").await.expect(404);
}
