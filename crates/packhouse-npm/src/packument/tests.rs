use chrono::TimeZone;
use serde_json::{Value, json};

use super::*;

fn at(second: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, second).unwrap()
}

fn tags() -> BTreeMap<String, String> {
    [("latest", "1.0.0"), ("beta", "1.1.0-b")]
        .map(|(tag, version)| (tag.to_owned(), version.to_owned()))
        .into()
}

fn package<'a>(tags: &'a BTreeMap<String, String>, maintainers: &'a [String]) -> PackageView<'a> {
    PackageView {
        full_name: "@acme/x",
        rev: "3-abc",
        created: at(1),
        modified: at(9),
        dist_tags: tags,
        maintainers,
        readme: Some("# Hi \"you\"\n"),
        readme_file: Some("README.md"),
    }
}

fn version<'a>(
    name: &'a str,
    manifest_json: &'a str,
    signatures: &'a [(String, String)],
) -> VersionView<'a> {
    VersionView {
        name,
        manifest_json,
        deprecated: None,
        shasum: "da39".into(),
        integrity: "sha512-AA==".into(),
        file_count: 3,
        unpacked_size: 99,
        tarball_url: format!("https://r.example/npm/@acme/x/-/x-{name}.tgz"),
        signatures,
        attestations: None,
        published_at: at(5),
        publisher: "ada",
    }
}

const MANIFEST: &str = r#"{"name":"@acme/x","version":"1.0.0","license":{"type":"MIT"},"scripts":{"install":"x"},"bin":{"x":"c.js"},"description":"d","keywords":"k","bundleDependencies":true,"engines":["node"],"hasInstallScript":true,"libc":["musl"],"zeta":1.50,"author":"Ada"}"#;

fn read(out: &[u8]) -> Value {
    serde_json::from_slice(out).unwrap()
}

fn dist_json(version: &str) -> Value {
    json!({
        "integrity": "sha512-AA==", "shasum": "da39",
        "tarball": format!("https://r.example/npm/@acme/x/-/x-{version}.tgz"),
        "fileCount": 3, "unpackedSize": 99,
        "signatures": [{"keyid": "SHA256:k", "sig": "MEU="}],
    })
}

#[test]
fn a_full_packument_has_everything_in_order() {
    let (tags, people) = (tags(), ["ada".to_owned(), "bob".to_owned()]);
    let signatures = [("SHA256:k".to_owned(), "MEU=".to_owned())];
    let mut old = version("1.1.0-b", "{}", &signatures);
    old.deprecated = Some("use \"1\"");
    let mut out = Vec::new();
    write_full(
        &mut out,
        &package(&tags, &people),
        [version("1.0.0", MANIFEST, &signatures), old],
    )
    .unwrap();

    let ada = json!({"name": "ada", "email": ""});
    let mut first: Value = serde_json::from_str(MANIFEST).unwrap();
    first["_id"] = json!("@acme/x@1.0.0");
    first["_npmUser"] = ada.clone();
    first["maintainers"] = json!([ada]);
    first["dist"] = dist_json("1.0.0");
    let expect = json!({
        "_id": "@acme/x", "_rev": "3-abc", "name": "@acme/x",
        "dist-tags": {"beta": "1.1.0-b", "latest": "1.0.0"},
        "versions": {
            "1.0.0": first,
            "1.1.0-b": {
                "deprecated": "use \"1\"", "_id": "@acme/x@1.1.0-b", "_npmUser": ada,
                "maintainers": [ada], "dist": dist_json("1.1.0-b"),
            },
        },
        "time": {
            "created": "2026-01-02T03:04:01.000Z", "modified": "2026-01-02T03:04:09.000Z",
            "1.0.0": "2026-01-02T03:04:05.000Z", "1.1.0-b": "2026-01-02T03:04:05.000Z",
        },
        "users": {},
        "maintainers": [ada, {"name": "bob", "email": ""}],
        "author": "Ada", "description": "d", "keywords": "k", "license": {"type": "MIT"},
        "readme": "# Hi \"you\"\n", "readmeFilename": "README.md",
    });
    // Compared as text, so that the order of keys counts.
    assert_eq!(read(&out).to_string(), expect.to_string());
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains("\"zeta\":1.50"),
        "numbers stay as they were written"
    );
}

#[test]
fn an_abbreviated_packument_has_what_installing_needs() {
    let (tags, people) = (tags(), []);
    let signatures = [("SHA256:k".to_owned(), "MEU=".to_owned())];
    let mut out = Vec::new();
    let mut deprecated = version(
        "1.1.0-b",
        r#"{"os":["linux"],"_hasShrinkwrap":true}"#,
        &signatures,
    );
    deprecated.deprecated = Some("");
    write_abbreviated(
        &mut out,
        &package(&tags, &people),
        [version("1.0.0", MANIFEST, &signatures), deprecated],
    )
    .unwrap();
    let ada = json!({"name": "ada", "email": ""});
    let expect = json!({
        "name": "@acme/x", "modified": "2026-01-02T03:04:09.000Z",
        "dist-tags": {"beta": "1.1.0-b", "latest": "1.0.0"},
        "versions": {
            "1.0.0": {
                "name": "@acme/x", "version": "1.0.0", "bundleDependencies": true,
                "bin": {"x": "c.js"}, "dist": dist_json("1.0.0"), "engines": ["node"],
                "hasInstallScript": true, "libc": ["musl"], "_npmUser": ada,
            },
            "1.1.0-b": {
                "name": "@acme/x", "version": "1.1.0-b", "dist": dist_json("1.1.0-b"),
                "_hasShrinkwrap": true, "os": ["linux"], "_npmUser": ada,
            },
        },
        "time": {
            "created": "2026-01-02T03:04:01.000Z", "modified": "2026-01-02T03:04:09.000Z",
            "1.0.0": "2026-01-02T03:04:05.000Z", "1.1.0-b": "2026-01-02T03:04:05.000Z",
        },
    });
    assert_eq!(read(&out).to_string(), expect.to_string());
}

#[test]
fn provenance_is_named_in_dist() {
    let mut view = version("1.0.0", " { } ", &[]);
    view.attestations = Some(AttestationsView {
        url: "https://r.example/npm/-/npm/v1/attestations/@acme%2fx@1.0.0".into(),
        predicate_type: "https://slsa.dev/provenance/v1",
    });
    let mut out = Vec::new();
    write_manifest(&mut out, "@acme/x", &view).unwrap();
    let expect = json!({
        "url": "https://r.example/npm/-/npm/v1/attestations/@acme%2fx@1.0.0",
        "provenance": {"predicateType": "https://slsa.dev/provenance/v1"},
    });
    assert_eq!(read(&out)["dist"]["attestations"], expect);
    assert_eq!(read(&out)["dist"]["signatures"], json!([]));
}

#[test]
fn damaged_manifests_are_errors_that_name_the_version() {
    let (tags, people) = (tags(), []);
    for manifest in ["", "[]", "7", "{", "}", "{\"a\":1,}"] {
        let view = || version("1.0.0", manifest, &[]);
        let full = write_full(&mut Vec::new(), &package(&tags, &people), [view()]);
        assert!(
            full.unwrap_err().to_string().contains("1.0.0"),
            "{manifest}"
        );
        let short = write_abbreviated(&mut Vec::new(), &package(&tags, &people), [view()]);
        assert!(
            manifest == "[]" || short.unwrap_err().to_string().contains("1.0.0"),
            "{manifest}"
        );
    }
}

#[test]
fn integrity_is_base64_with_its_algorithm() {
    let text = integrity(&Sha512([0; 64]));
    assert_eq!(text, format!("sha512-{}==", "A".repeat(86)));
}
