//! Checksums as clients check them: cases 13 and 14.

use packhouse_e2e::maven::{Coordinates, Dependency, Mvn, Pom, Tree};

use super::expect::{REPO, built_and_run, library, scene};

const SNAPSHOT: &str = "com.acme:moving:1.0-SNAPSHOT";

/// The old transport cannot see headers: it asks for the checksum of every file.
#[test]
fn case_13_the_wagon_transport_of_3_9_deploys_and_resolves_without_a_warning() {
    let scene = scene();
    let wagon = "-Dmaven.resolver.transport=wagon";
    let bench = scene.workbench(Mvn::V39).with_option(wagon);
    for coordinates in ["com.acme:lib:1.0", SNAPSHOT] {
        let ran = bench.run(&library(&scene, coordinates), &["deploy"]).ok();
        quiet_about_checksums(&ran.stdout);
    }
    let on = [
        Dependency::on("com.acme:lib:[1.0,2.0)"),
        Dependency::on(SNAPSHOT),
    ];
    let main = ["com.acme.Greeting.text()"];
    let consumer = Tree::consumer(&scene.maven_url(REPO), &on, &main);
    bench.forget();
    let ran = super::expect::compiled(&bench, &consumer, &[]).ok();
    quiet_about_checksums(&ran.stdout);
    let printed = bench.java(&consumer, "consumer.Main").ok().stdout;
    assert_eq!(printed, "lib 1.0\n");
    // It has checked what was served, and keeps it beside the file.
    let sum = bench.local("com/acme/lib/1.0/lib-1.0.jar.sha1");
    assert_eq!(std::fs::read_to_string(sum).map_or(0, |sum| sum.len()), 40);
}

fn quiet_about_checksums(text: &str) {
    let text = text.to_lowercase();
    assert!(!text.contains("checksum"), "{text}");
}

/// With `-C` a missing or wrong checksum of a file or of metadata of any level fails the build.
#[test]
fn case_14_strict_checksums_find_nothing_wrong() {
    let scene = scene();
    let repository = scene.maven(REPO);
    let bench = scene.workbench(Mvn::V39);
    for coordinates in ["com.acme:lib:1.0", SNAPSHOT] {
        bench.run(&library(&scene, coordinates), &["deploy"]).ok();
    }
    let bom = Pom::of("com.acme:bom:1.0")
        .packaging("pom")
        .manages(&Dependency::on("com.acme:lib:1.0"))
        .render();
    let at = Coordinates::of("com.acme:bom:1.0");
    repository.deploy(&at, &[(".pom", bom.as_bytes())]);

    let bom = Dependency::on("com.acme:bom:1.0")
        .kind("pom")
        .scope("import");
    let pom = Pom::of("consumer:consumer:1")
        .reads_from(repository.url())
        .manages(&bom)
        .depends(&Dependency::on("com.acme:lib:[1.0,)"))
        .depends(&Dependency::on(SNAPSHOT));
    // Headers tell of SHA-1 and MD5; of others 3.9 asks for the files.
    let longer = "-Daether.checksums.algorithms=SHA-512,SHA-256";
    let wagon = "-Dmaven.resolver.transport=wagon";
    for (mvn, more) in [
        (Mvn::V38, "-U"),
        (Mvn::V39, "-U"),
        (Mvn::V39, longer),
        (Mvn::V39, wagon),
        (Mvn::V4, "-U"),
    ] {
        let reader = scene.workbench(mvn).with_option("-C").with_option(more);
        let consumer = Tree::of(&pom).main(&["com.acme.Greeting.text()"]);
        assert_eq!(built_and_run(&reader, &consumer, &[]), "lib 1.0\n");
    }
}
