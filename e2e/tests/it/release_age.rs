//! Clients that ask how old a version is: case 7.

use packhouse_e2e::{Client, Project, Scene};

use crate::expect::{packument, published};

#[test]
fn case_07_npm_before_picks_the_older_version() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    published(&scene, "@acme/x", "1.1.0");
    let times = &packument(&scene, "@acme/x")["time"];
    let first = times["1.0.0"]
        .as_str()
        .expect("a version has a time")
        .to_owned();
    for client in [Client::Npm8, Client::Npm10, Client::Npm11] {
        let project = Project::consumer(&[("@acme/x", "^1.0.0")]);
        scene
            .seat(client)
            .install(&project, &["--before", &first])
            .ok();
        assert_eq!(project.installed_version("@acme/x"), "1.0.0", "{client:?}");
        let project = Project::consumer(&[("@acme/x", "^1.0.0")]);
        scene
            .seat(client)
            .install(&project, &["--before", "2020-01-01T00:00:00Z"])
            .failed()
            .says("@acme/x");
    }
}

#[test]
fn case_07_pnpm_minimum_release_age_reads_the_times() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let seat = scene.seat(Client::Pnpm10);
    let with_age = |minutes: &str| {
        Project::consumer(&[("@acme/x", "^1.0.0")]).file(
            "pnpm-workspace.yaml",
            &format!("minimumReleaseAge: {minutes}\n"),
        )
    };
    let young = seat.install(&with_age("1440"), &[]).failed();
    young
        .says("ERR_PNPM_NO_MATURE_MATCHING_VERSION")
        .says_nothing_of("MISSING_TIME");
    seat.forget_cache();
    let project = with_age("0.0001");
    seat.install(&project, &[]).ok();
    assert_eq!(project.installed_version("@acme/x"), "1.0.0");
}

#[test]
fn case_07_berry_minimal_age_gate_reads_the_times() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let with_gate = |gate: &str| {
        let seat = scene.seat(Client::YarnBerry);
        let preapproved = "npmPreapprovedPackages: [\"@acme/*\"]\n";
        // A scope that is set up has a gate of its own, a day if it names none.
        let always = "    npmAlwaysAuth: true\n";
        let settings = seat.settings();
        assert!(settings.contains(preapproved) && settings.contains(always));
        let gated = format!("{always}    npmMinimalAgeGate: \"{gate}\"\n");
        let settings = settings.replace(preapproved, "").replace(always, &gated);
        seat.with_only_settings(&settings)
    };
    let project = Project::consumer(&[("@acme/x", "^1.0.0")]);
    with_gate("1d")
        .install(&project, &[])
        .failed()
        .says("quarantined");
    let project = Project::consumer(&[("@acme/x", "^1.0.0")]);
    with_gate("10ms").install(&project, &[]).ok();
    assert_eq!(project.installed_version("@acme/x"), "1.0.0");
}
