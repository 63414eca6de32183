//! Audits: cases 26 and 27.

use packhouse_e2e::client::Family;
use packhouse_e2e::{Client, Project, Scene};

use crate::expect::published;

fn install_and_audit(client: Client, words: &[&str]) {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let seat = scene.seat(client);
    let project = Project::consumer(&[("@acme/x", "1.0.0")]);
    let more: &[&str] = match client.family() {
        Family::Npm => &["--audit"],
        _ => &[],
    };
    seat.install(&project, more).ok();
    seat.run(&project, words).ok();
}

#[test]
fn case_26_audit_with_npm_6() {
    install_and_audit(Client::Npm6, &["audit"]);
}

#[test]
fn case_26_audit_with_npm_8() {
    install_and_audit(Client::Npm8, &["audit"]);
}

#[test]
fn case_26_audit_with_npm_10() {
    install_and_audit(Client::Npm10, &["audit"]);
}

#[test]
fn case_26_audit_with_npm_11() {
    install_and_audit(Client::Npm11, &["audit"]);
}

#[test]
fn case_26_audit_with_pnpm_9() {
    install_and_audit(Client::Pnpm9, &["audit"]);
}

#[test]
fn case_26_audit_with_pnpm_10() {
    install_and_audit(Client::Pnpm10, &["audit"]);
}

#[test]
fn case_26_audit_with_yarn_berry() {
    install_and_audit(Client::YarnBerry, &["npm", "audit"]);
}

#[test]
fn case_26_audit_with_bun() {
    install_and_audit(Client::Bun, &["audit"]);
}

/// Newer npm asks Sigstore's key repository first, which a closed network does not have.
#[test]
fn case_27_npm_8_verifies_every_signature() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    published(&scene, "@acme/y", "1.0.0");
    let seat = scene.seat(Client::Npm8);
    let project = Project::consumer(&[("@acme/x", "1.0.0"), ("@acme/y", "1.0.0")]);
    seat.install(&project, &[]).ok();
    let audited = seat.run(&project, &["audit", "signatures"]).ok();
    audited.says("2 packages have verified registry signatures");
}
