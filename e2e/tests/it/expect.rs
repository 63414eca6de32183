//! What several subjects look at.

use std::thread;
use std::time::{Duration, Instant};

use packhouse_e2e::http::{Request, Response};
use packhouse_e2e::{Client, Project, Scene, Seat};
use serde_json::Value;

/// Publishes `name` at `version` with npm 11, and whatever `change` makes of the project.
pub fn published_as(
    scene: &Scene,
    name: &str,
    version: &str,
    change: impl FnOnce(Project) -> Project,
) -> Project {
    let project = change(Project::package(name, version));
    scene.seat(Client::Npm11).publish(&project, &[]).ok();
    project
}

/// Publishes `name` at `version` with npm 11.
pub fn published(scene: &Scene, name: &str, version: &str) -> Project {
    published_as(scene, name, version, |project| project)
}

/// Gives the full document of a package; panics when there is none.
pub fn packument(scene: &Scene, name: &str) -> Value {
    scene.packument(name).expect(200).json()
}

/// Gives the version names of a package's document, sorted by text.
pub fn versions(packument: &Value) -> Vec<String> {
    let versions = packument["versions"].as_object();
    let versions = versions.unwrap_or_else(|| panic!("no versions in {packument}"));
    let mut names: Vec<_> = versions.keys().cloned().collect();
    names.sort();
    names
}

/// Asserts that nothing of the package is there.
pub fn absent(scene: &Scene, name: &str) {
    scene.packument(name).expect(404);
}

/// Asserts that the version's tarball is what its document says, under the registry's address.
pub fn whole(scene: &Scene, name: &str, version: &str) {
    let document = packument(scene, name);
    let dist = &document["versions"][version]["dist"];
    let url = dist["tarball"].as_str().expect("a version has a tarball");
    let unscoped = name.rsplit('/').next().unwrap_or(name);
    assert_eq!(
        url,
        format!("{}{name}/-/{unscoped}-{version}.tgz", scene.server.npm())
    );
    let tarball = Request::get(url).token(&scene.token).send().expect(200);
    assert_eq!(tarball.header("Content-Encoding"), "");
    assert_eq!(
        dist["integrity"],
        packhouse_e2e::archive::integrity(&tarball.body)
    );
    assert_eq!(
        dist["shasum"],
        packhouse_e2e::archive::shasum(&tarball.body)
    );
}

/// Gives an answer of `/-/health` or `/-/ready`.
pub fn operations(scene: &Scene, name: &str) -> Response {
    Request::get(&format!("{}/-/{name}", scene.server.origin())).send()
}

/// Waits until `/-/ready` answers with `status`, and gives what it says. Found out once a second
/// at most, so it comes a little after the fact. `/-/health` is well all the time.
pub fn ready_becomes(scene: &Scene, status: u16) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        operations(scene, "health").expect(200);
        let answer = operations(scene, "ready");
        if answer.status == status {
            return answer.text();
        }
        assert!(
            Instant::now() < until,
            "ready stays {}: {}",
            answer.status,
            answer.text()
        );
        thread::sleep(Duration::from_millis(100));
    }
}

/// Asserts that the answer says, in npm's form, that database or store are away and when to try
/// again.
pub fn away(answer: Response) {
    let answer = answer.expect(503);
    let wait: u32 = answer
        .header("Retry-After")
        .parse()
        .expect("Retry-After is a number of seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    let error = answer.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains("try again"), "{error}");
}

/// Gives npm 11 with Alice's token, which shows the first answer that it gets: on its own it tries
/// a 5xx again, ten seconds later.
pub fn npm_once(scene: &Scene) -> Seat {
    scene
        .seat(Client::Npm11)
        .with_env("npm_config_fetch_retries", "0")
}
