//! XML and JSON that Maven clients send: no bytes may panic or take for ever, and all that is kept
//! of a POM must survive being stored.

use packhouse_maven::about::About;
use packhouse_maven::coordinates::Ga;
use packhouse_maven::metadata::{MAX_METADATA, Uploaded};
use packhouse_maven::module::Module;
use packhouse_maven::pom::{MAX_POM, Pom};
use packhouse_maven::xml;

/// Runs one input: a kind of document, then the document.
pub fn run(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else {
        return;
    };
    match kind % 3 {
        0 => pom(bytes),
        1 => metadata(bytes),
        _ => module(bytes),
    }
}

fn pom(bytes: &[u8]) {
    let Ok(pom) = Pom::parse(bytes) else {
        return;
    };
    let root = xml::parse(bytes, MAX_POM).expect("read once already");
    assert_eq!(root.name, "project");
    let ga = Ga::parse("com.acme:lib").expect("a package");
    let mismatches = pom.mismatches(&ga, "1.0");
    assert!(mismatches.len() <= 3);
    keep(About::default().with_pom(&pom, mismatches));
}

fn metadata(bytes: &[u8]) {
    let Ok(uploaded) = Uploaded::parse(bytes) else {
        return;
    };
    let root = xml::parse(bytes, MAX_METADATA).expect("read once already");
    assert_eq!(uploaded.has_versioning, root.child("versioning").is_some());
    assert!(uploaded.versions.iter().all(|version| !version.is_empty()));
}

fn module(bytes: &[u8]) {
    if let Ok(module) = Module::parse(bytes) {
        keep(About::default().with_module(&module));
    }
}

fn keep(about: About) {
    let stored = about.to_json().expect("metadata as JSON");
    assert_eq!(About::from_json(&stored).ok(), Some(about));
}
