//! Keeps the arrows between the crates as `docs/ARCHITECTURE.md` draws them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of ours, besides `packhouse-core`. Development dependencies are free.
const ARROWS: &[(&str, &[&str])] = &[
    ("packhouse-core", &[]),
    ("packhouse-db", &[]),
    ("packhouse-blob", &[]),
    ("packhouse-registry", &["packhouse-db", "packhouse-blob"]),
    ("packhouse-http", &["packhouse-registry"]),
    ("packhouse-npm", &["packhouse-http", "packhouse-registry"]),
    ("packhouse-oci", &["packhouse-http", "packhouse-registry"]),
    ("packhouse-xml", &[]),
    (
        "packhouse-maven",
        &["packhouse-http", "packhouse-registry", "packhouse-xml"],
    ),
    (
        "packhouse-nuget",
        &["packhouse-http", "packhouse-registry", "packhouse-xml"],
    ),
    (
        "packhouse-rubygems",
        &["packhouse-http", "packhouse-registry"],
    ),
    ("packhouse-web", &["packhouse-http", "packhouse-registry"]),
    (
        "packhouse-server",
        // Opening a database and a store is the binary's wiring.
        &[
            "packhouse-npm",
            "packhouse-oci",
            "packhouse-maven",
            "packhouse-nuget",
            "packhouse-rubygems",
            "packhouse-web",
            "packhouse-http",
            "packhouse-registry",
            "packhouse-db",
            "packhouse-blob",
        ],
    ),
];

/// Libraries that belong to one crate alone.
const KEPT_IN: &[(&str, &str)] = &[
    ("diesel", "packhouse-db"),
    ("object_store", "packhouse-blob"),
    ("askama", "packhouse-web"),
];

/// What the crate of the rules must never use.
const IMPURE: &[&str] = &["actix-web", "diesel", "tokio", "object_store", "reqwest"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Gives each workspace crate's dependencies that are no development dependencies.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let used = package["dependencies"].as_array().expect("dependencies");
            let used = used
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned));
            (
                package["name"].as_str().unwrap_or_default().to_owned(),
                used.collect(),
            )
        })
        .collect()
}

#[test]
fn arrows_point_to_what_may_be_used() {
    let all = dependencies();
    let tools = ["packhouse-testkit", "packhouse-e2e", "packhouse-bench"];
    for (name, used) in &all {
        if tools.contains(&name.as_str()) {
            continue;
        }
        let (_, allowed) = ARROWS
            .iter()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} has no place in the architecture: give it one here"));
        for ours in used.iter().filter(|used| used.starts_with("packhouse-")) {
            let fits = ours == "packhouse-core" || allowed.contains(&ours.as_str());
            assert!(fits, "{name} must not use {ours}");
        }
    }
}

#[test]
fn libraries_stay_in_their_crate() {
    let all = dependencies();
    for (library, home) in KEPT_IN {
        for (name, used) in &all {
            assert!(
                name == home || !used.contains(*library),
                "{library} belongs in {home} alone, not in {name}"
            );
        }
    }
    for library in IMPURE {
        assert!(
            !all["packhouse-core"].contains(*library),
            "packhouse-core must stay free of {library}"
        );
    }
}

/// A format is known by name in its own crate alone; everyone else asks the `Format` trait.
#[test]
fn no_format_is_matched_by_name_outside_its_crate() {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).expect("crates/") {
        let folder = entry.expect("an entry").path();
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name == "packhouse-npm" {
            continue;
        }
        look_into(&folder.join("src"), &mut found);
    }
    assert_eq!(found, Vec::<String>::new(), "ask the Format trait instead");
}

fn look_into(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            look_into(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("source is UTF-8");
        for (number, line) in text.lines().enumerate() {
            let formats = ["npm", "nuget", "maven", "rubygems", "container"];
            let matched = formats.iter().any(|format| {
                line.contains(&format!("\"{format}\" =>"))
                    || line.contains(&format!("== \"{format}\""))
            });
            if matched {
                found.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
}
