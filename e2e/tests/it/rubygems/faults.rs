//! A server that dies in the middle of a push. What was answered stays, what was not is not to be
//! seen, and a client that pushes again comes through.

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::rubygems::{Gem, Gemspec};

use super::expect::{OWNER, absent, is_stored};

/// The steps of storing a file that does not fit into memory, and of a transaction.
const STEPS: [&str; 5] = [
    "blob-before-sync",
    "blob-before-rename",
    "blob-after-rename",
    "db-before-commit",
    "db-after-commit",
];

fn large(name: &str) -> Gemspec {
    Gemspec::new(name, "1.0.0").file("share/noise", noise(7, 3_000_000))
}

#[test]
fn a_kill_at_any_step_of_a_push_leaves_all_or_nothing() {
    let mut scene = Scene::new();
    let old = Gemspec::new("acme-old", "1.0.0").bytes();
    scene.rubygems(OWNER).push(&old).expect(200);
    for (number, step) in STEPS.into_iter().enumerate() {
        let name = format!("acme-new{number}");
        let new = large(&name).bytes();
        assert!(scene.server.stop().success());
        scene.server.start_again(&[("PACKHOUSE_ABORT_AT", step)]);
        let answer = scene.rubygems(OWNER).push_request(&new).try_send();
        assert!(answer.is_err(), "{step} was not reached: {answer:?}");
        let status = scene.server.wait_for_end();
        assert!(!status.success(), "{step}: {status}");
        scene.server.start_again(&[]);
        scene.server.check().ok();
        let told = match step {
            "db-after-commit" => "already pushed",
            _ => {
                absent(&scene, &name);
                "Successfully registered"
            }
        };
        let answer = scene.rubygems(OWNER).push(&new).expect(200);
        assert!(answer.text().contains(told), "{step}: {}", answer.text());
        is_stored(&scene, &name, "1.0.0", &new);
        is_stored(&scene, "acme-old", "1.0.0", &old);
        scene.server.check().ok();
    }
}

/// A person runs the command again.
#[test]
fn a_kill_under_a_client_that_pushes_again() {
    let mut scene = Scene::new();
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let name = format!("acme-{}", gem.version().replace('.', "-"));
        let built = large(&name).build(&home);
        let bytes = std::fs::read(&built).expect("it was built");
        assert!(scene.server.stop().success());
        let step = ("PACKHOUSE_ABORT_AT", "db-before-commit");
        scene.server.start_again(&[step]);
        home.push(&built, &[]).failed();
        scene.server.wait_for_end();
        scene.server.start_again(&[]);
        absent(&scene, &name);
        home.push(&built, &[]).ok();
        is_stored(&scene, &name, "1.0.0", &bytes);
        home.install(&name, &[]).ok();
    }
    scene.server.check().ok();
}

/// A yank is whole or not at all: in every list, and the bytes.
#[test]
fn a_kill_under_a_yank() {
    let mut scene = Scene::new();
    let home = scene.gem_home(Gem::V40, OWNER);
    for (name, step, numbers) in [
        ("acme-a", "db-before-commit", &["1.0.0"][..]),
        ("acme-b", "db-after-commit", &[]),
    ] {
        let made = Gemspec::new(name, "1.0.0");
        scene.rubygems(OWNER).push(&made.bytes()).expect(200);
        assert!(scene.server.stop().success());
        scene.server.start_again(&[("PACKHOUSE_ABORT_AT", step)]);
        home.yank(name, "1.0.0", &[]);
        scene.server.wait_for_end();
        scene.server.start_again(&[]);
        let index = scene.rubygems(OWNER);
        assert_eq!(index.numbers(name), numbers, "{step}");
        let status = if numbers.is_empty() { 404 } else { 200 };
        index.download(&format!("{name}-1.0.0")).expect(status);
        let list = home.gem(&["list", "--remote", name]).ok();
        let listed = list.stdout.contains(&format!("{name} (1.0.0)"));
        assert_eq!(listed, !numbers.is_empty(), "{step}: {list}");
        scene.server.check().ok();
    }
}

/// A client that goes away, or a server, in the middle of the body.
#[test]
fn a_cut_upload_leaves_nothing() {
    let mut scene = Scene::new();
    // Something must be there for the lists to say that all else is not.
    let old = Gemspec::new("acme-old", "1.0.0").bytes();
    scene.rubygems(OWNER).push(&old).expect(200);
    let new = large("acme-new").bytes();
    let request = scene.rubygems(OWNER).push_request(&new);
    drop(request.send_part(1_000_000));
    let connection = request.send_part(2_000_000);
    // An answer to a later request says that the server is at work.
    absent(&scene, "acme-new");
    scene.server.kill();
    drop(connection);
    scene.server.start_again(&[]);
    absent(&scene, "acme-new");
    scene.server.check().ok();
    request.send().expect(200);
    is_stored(&scene, "acme-new", "1.0.0", &new);
}
