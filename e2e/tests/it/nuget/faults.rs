//! A server that dies in the middle of a push: case 35. What was answered stays, what was not is
//! not to be seen, and a client that pushes again comes through.

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::nuget::{Nupkg, SOURCE};

use super::expect::{OWNER, absent, has};

/// The steps of storing a file that does not fit into memory, and of a transaction.
const STEPS: [&str; 5] = [
    "blob-before-sync",
    "blob-before-rename",
    "blob-after-rename",
    "db-before-commit",
    "db-after-commit",
];

fn package(id: &str) -> Nupkg {
    Nupkg::new(id, "1.0.0").file("content/noise", noise(7, 3_000_000))
}

#[test]
fn case_35_a_kill_at_any_step_of_a_push_leaves_all_or_nothing() {
    let mut scene = Scene::new();
    let old = Nupkg::new("Acme.Old", "1.0.0").file("content/text.txt", "old");
    scene.nuget(OWNER).push(&old.bytes()).expect(201);
    for (number, step) in STEPS.into_iter().enumerate() {
        let id = format!("Acme.New{number}");
        let new = package(&id);
        assert!(scene.server.stop().success());
        scene.server.start_again(&[("PACKHOUSE_ABORT_AT", step)]);
        let answer = scene.nuget(OWNER).push_request(&new.bytes()).try_send();
        assert!(answer.is_err(), "{step} was not reached: {answer:?}");
        let status = scene.server.wait_for_end();
        assert!(!status.success(), "{step}: {status}");
        scene.server.start_again(&[]);
        scene.server.check().ok();
        let again = match step {
            "db-after-commit" => 409,
            _ => {
                absent(&scene, &id);
                201
            }
        };
        scene.nuget(OWNER).push(&new.bytes()).expect(again);
        has(&scene, &id, "1.0.0", &new.bytes());
        has(&scene, "Acme.Old", "1.0.0", &old.bytes());
        scene.server.check().ok();
    }
}

/// A person runs the command again.
#[test]
fn case_35_a_kill_under_a_client_that_pushes_again() {
    let mut scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let new = package("Acme.New");
    let file = new.write(&home);
    assert!(scene.server.stop().success());
    let step = ("PACKHOUSE_ABORT_AT", "db-before-commit");
    scene.server.start_again(&[step]);
    home.dotnet().push(&file, SOURCE, None, &[]).failed();
    scene.server.wait_for_end();
    scene.server.start_again(&[]);
    absent(&scene, "Acme.New");
    home.dotnet().push(&file, SOURCE, None, &[]).ok();
    has(&scene, "Acme.New", "1.0.0", &new.bytes());
    scene.server.check().ok();
}

/// A client that goes away, or a server, in the middle of the body.
#[test]
fn a_cut_upload_leaves_nothing() {
    let mut scene = Scene::new();
    let new = package("Acme.New");
    let request = scene.nuget(OWNER).push_request(&new.bytes());
    drop(request.send_part(1_000_000));
    let connection = request.send_part(2_000_000);
    // An answer to a later request says that the server is at work.
    absent(&scene, "Acme.New");
    scene.server.kill();
    drop(connection);
    scene.server.start_again(&[]);
    absent(&scene, "Acme.New");
    scene.server.check().ok();
    request.send().expect(201);
    has(&scene, "Acme.New", "1.0.0", &new.bytes());
}
