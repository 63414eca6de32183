//! Reading across an owner's repositories: case 29.

use packhouse_e2e::maven::{Dependency, Mvn, Tree};

use super::expect::{bob, built_and_run, compiled, library, scene};

/// Two repositories, one address: each reader finds what they may read.
#[test]
fn case_29_one_address_reads_from_every_repository_of_an_owner() {
    let scene = scene();
    scene.create_repository("acme/other", "private");
    let bench = scene.workbench(Mvn::V39);
    bench
        .run(&library(&scene, "com.acme:lib:1.0"), &["deploy"])
        .ok();
    let other = Tree::library(
        "com.acme.other:part:1.0",
        &scene.maven_url("acme/other"),
        "the other",
    );
    bench.run(&other, &["deploy"]).ok();
    let on = [
        Dependency::on("com.acme:lib:1.0"),
        Dependency::on("com.acme.other:part:[1.0,)"),
    ];
    let main = ["com.acme.Greeting.text()", "com.acme.other.Greeting.text()"];
    let clients = [("acme/*", &Mvn::ALL[..]), ("acme/%2A", &[Mvn::V39])];
    for (star, mavens) in clients {
        for mvn in mavens.iter().copied() {
            let consumer = Tree::consumer(&scene.maven_url(star), &on, &main);
            let printed = built_and_run(&scene.workbench(mvn), &consumer, &[]);
            assert_eq!(printed, "lib 1.0\nthe other\n");
        }
        let everything = scene.maven(star);
        assert_eq!(everything.versions("com.acme:lib"), ["1.0"]);
        everything
            .put("com/acme/lib/2/lib-2.jar", b"a jar")
            .expect(405);
    }
    let bob = bob(&scene, "read");
    let reader = scene.workbench_with(Mvn::V39, &bob);
    let consumer = Tree::consumer(&scene.maven_url("acme/*"), &on, &main);
    compiled(&reader, &consumer, &[])
        .failed()
        .says("com.acme.other:part");
    let seen = scene.maven_as("acme/*", Some(&bob));
    assert_eq!(seen.versions("com.acme:lib"), ["1.0"]);
    assert!(seen.versions("com.acme.other:part").is_empty());
    scene.grant_repository("acme/other", "bob", "read");
    let printed = built_and_run(&reader, &consumer, &["-U"]);
    assert_eq!(printed, "lib 1.0\nthe other\n");
}
