//! Exactly the settings that a CI's step for setting up Node writes, given `registry-url` and
//! `scope`.

use packhouse_e2e::{Client, Credential, Project, Scene, Seat};

use crate::expect::whole;

/// Gives the file as that step writes it: the token by reference, the registry of the scope,
/// and nothing about any other name.
fn settings(registry: &str) -> String {
    let key = registry.trim_start_matches("http:");
    format!("{key}:_authToken=${{NODE_AUTH_TOKEN}}\n@acme:registry={registry}\n")
}

fn ci_seat(scene: &Scene, client: Client) -> Seat {
    let registry = scene.server.npm();
    let seat =
        Seat::new(client, &registry, &Credential::None).with_only_settings(&settings(&registry));
    let file = seat.home().join(".npmrc").to_string_lossy().into_owned();
    seat.with_env("NPM_CONFIG_USERCONFIG", &file)
        .with_env("NODE_AUTH_TOKEN", &scene.token)
        .with_env("CI", "true")
}

fn publish_and_install(client: Client) {
    let scene = Scene::new();
    let seat = ci_seat(&scene, client);
    seat.publish(&Project::package("@acme/x", "1.0.0"), &[])
        .ok();
    whole(&scene, "@acme/x", "1.0.0");
    let project = Project::consumer(&[("@acme/x", "1.0.0")]);
    seat.install(&project, &[]).ok();
    project.forget_installed();
    seat.forget_cache();
    seat.install_frozen(&project, &[]).ok();
    assert_eq!(project.installed_version("@acme/x"), "1.0.0");
}

#[test]
fn ci_settings_with_npm_10() {
    publish_and_install(Client::Npm10);
}

#[test]
fn ci_settings_with_npm_11() {
    publish_and_install(Client::Npm11);
}

#[test]
fn ci_settings_with_pnpm_10() {
    publish_and_install(Client::Pnpm10);
}

/// The step sets a placeholder when no secret is given: the client must say what is wrong.
#[test]
fn ci_settings_without_a_token_say_so() {
    let scene = Scene::new();
    let seat =
        ci_seat(&scene, Client::Npm11).with_env("NODE_AUTH_TOKEN", "XXXXX-XXXXX-XXXXX-XXXXX");
    seat.publish(&Project::package("@acme/x", "1.0.0"), &[])
        .failed()
        .says("401");
}
