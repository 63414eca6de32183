//! PostgreSQL goes away while packhouse runs on it, and comes back.

use packhouse_e2e::http::Request;
use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::{Client, Project, Scene, Server, archive};
use serde_json::json;

use crate::expect::{away, npm_once, packument, published, ready_becomes, versions, whole};

fn goes_away_and_comes_back(end: fn(&mut Postgres), back: fn(&mut Postgres)) {
    let mut postgres = Postgres::start();
    let scene = Scene::on(Server::builder().flag("--database-url", &postgres.url()));
    published(&scene, "@acme/x", "1.0.0");
    whole(&scene, "@acme/x", "1.0.0");
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    let kept = scene.server.stored_files();
    let tarball = format!("{}@acme/x/-/x-1.0.0.tgz", scene.server.npm());

    // Connections that were in use lie in the pool: the first request after the end meets them.
    end(&mut postgres);
    away(scene.packument("@acme/x"));
    away(Request::get(&tarball).token(&scene.token).send());
    away(scene.get("-/whoami").send());
    let manifest = json!({ "name": "@acme/x", "version": "2.0.0" });
    let small = scene.publish_request(&manifest, &[("index.js", b"2")]);
    away(small.send());
    // A body that is still on its way when the answer is known.
    let noise = archive::noise(3, 5_000_000);
    away(
        scene
            .publish_request(&manifest, &[("noise.bin", &noise)])
            .send(),
    );
    let reason = ready_becomes(&scene, 503);
    assert!(
        reason.contains("the database cannot be reached"),
        "{reason}"
    );
    assert!(!reason.contains("postgres@"), "{reason}");

    let npm = npm_once(&scene);
    let project = Project::package("@acme/x", "3.0.0");
    npm.publish(&project, &[])
        .failed()
        .says("503")
        .says("cannot be reached now: try again");
    let consumer = Project::consumer(&[("@acme/x", "1.0.0")]);
    npm.install(&consumer, &[]).failed().says("503");
    assert_eq!(scene.server.stored_files(), kept);

    back(&mut postgres);
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    assert_eq!(versions(&packument(&scene, "@acme/x")), ["1.0.0"]);
    npm.install(&consumer, &[]).ok();
    small.send().expect(201);
    npm.publish(&project, &[]).ok();
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        whole(&scene, "@acme/x", version);
    }
}

#[test]
fn the_database_is_stopped_and_started() {
    goes_away_and_comes_back(Postgres::stop, Postgres::start_again);
}

#[test]
fn the_database_is_lost_and_started() {
    goes_away_and_comes_back(Postgres::kill, Postgres::start_again);
}

/// It takes connections and says nothing: no request may wait for it without end.
#[test]
fn the_database_hangs_and_goes_on() {
    goes_away_and_comes_back(Postgres::freeze, Postgres::thaw);
}

/// Nor may the end of the server, which writes its counters: a thread still waits for an answer.
#[test]
fn the_server_ends_while_the_database_hangs() {
    let mut postgres = Postgres::start();
    let mut scene = Scene::on(Server::builder().flag("--database-url", &postgres.url()));
    published(&scene, "@acme/x", "1.0.0");
    // A download to be counted at the end.
    whole(&scene, "@acme/x", "1.0.0");
    postgres.freeze();
    scene.server.stop();
    postgres.thaw();
    scene.server.start_again(&[]);
    whole(&scene, "@acme/x", "1.0.0");
}

/// A restart that nobody met: dead connections in the pool are nobody's failure.
#[test]
fn a_restart_of_the_database_between_two_requests_is_not_noticed() {
    let mut postgres = Postgres::start();
    let scene = Scene::on(Server::builder().flag("--database-url", &postgres.url()));
    published(&scene, "@acme/x", "1.0.0");
    for end in [Postgres::stop, Postgres::kill] {
        end(&mut postgres);
        postgres.start_again();
        whole(&scene, "@acme/x", "1.0.0");
    }
    postgres.stop();
    postgres.start_again();
    published(&scene, "@acme/x", "2.0.0");
}

/// npm tries again by itself: a database that is back by then costs nobody anything.
#[test]
fn npm_waits_for_a_database_that_comes_back() {
    let mut postgres = Postgres::start();
    let scene = Scene::on(Server::builder().flag("--database-url", &postgres.url()));
    postgres.kill();
    let seat = scene
        .seat(Client::Npm11)
        .with_env("npm_config_fetch_retries", "20")
        .with_env("npm_config_fetch_retry_mintimeout", "500")
        .with_env("npm_config_fetch_retry_maxtimeout", "3000");
    let project = Project::package("@acme/x", "1.0.0");
    std::thread::scope(|scope| {
        let published = scope.spawn(|| seat.publish(&project, &[]));
        // Once a publish has met it, it may come back.
        while !scene
            .server
            .log()
            .contains("database or store cannot be reached")
        {
            assert!(!published.is_finished(), "npm gave up");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        postgres.start_again();
        published.join().expect("the publish does not panic").ok();
    });
    whole(&scene, "@acme/x", "1.0.0");
}
