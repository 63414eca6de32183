//! What several subjects look at.

use packhouse_e2e::http::Request;
use packhouse_e2e::{Client, Project, Scene};
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
