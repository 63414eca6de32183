//! Many at once: case 10.

use std::thread;

use packhouse_e2e::maven::{Dependency, Mvn, Tree};

use super::expect::{REPO, built_and_run, lib, packages, scene};

/// Every one merges its version into the metadata that it has read, and overwrites the others'.
#[test]
fn case_10_twenty_deploys_at_once_are_all_listed_in_order() {
    let scene = scene();
    let repository = scene.maven(REPO);
    // Two Mavens build and deploy; the rest send what a Maven sends.
    let built = [(Mvn::V38, "7"), (Mvn::V39, "20")]
        .map(|(mvn, version)| (scene.workbench(mvn), lib(&scene, version), version));
    let numbers: Vec<_> = (1..=20).map(|number| number.to_string()).collect();
    thread::scope(|scope| {
        for (bench, tree, _) in &built {
            scope.spawn(move || bench.run(tree, &["deploy"]).ok());
        }
        for version in &numbers {
            if built.iter().all(|(_, _, built)| built != version) {
                let repository = &repository;
                scope.spawn(move || {
                    let coordinates = format!("com.acme:lib:{version}");
                    repository.deploy_jar(&coordinates, version.as_bytes());
                });
            }
        }
    });
    let metadata = repository.metadata("com.acme:lib");
    assert_eq!(metadata.versions, numbers);
    assert_eq!((&*metadata.latest, &*metadata.release), ("20", "20"));
    assert_eq!(packages(&scene, "acme").len(), 1);
    let on = Dependency::on("com.acme:lib:[1,)");
    let main = ["com.acme.Greeting.text()"];
    let consumer = Tree::consumer(repository.url(), &[on], &main);
    let printed = built_and_run(&scene.workbench(Mvn::V39), &consumer, &[]);
    assert_eq!(printed, "lib 20\n");
}
