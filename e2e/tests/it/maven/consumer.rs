//! A project on a machine that has built nothing yet: everything that it can ask of a repository in
//! one build.

use packhouse_e2e::maven::{Dependency, Mvn, Pom, Tree};

use super::expect::{REPO, built_and_run, library, scene};

/// A BOM, a range, a snapshot, a classifier and what one of them needs in turn.
#[test]
fn a_clean_machine_compiles_against_and_runs_everything_that_was_deployed() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V39), scene.maven(REPO));
    let url = repository.url().to_owned();
    for version in ["1.0", "1.1", "2.0"] {
        let coordinates = format!("com.acme.ranged:ranged:{version}");
        bench.run(&library(&scene, &coordinates), &["deploy"]).ok();
    }
    let snapshot = "com.acme.moving:moving:1.0-SNAPSHOT";
    bench.run(&library(&scene, snapshot), &["deploy"]).ok();
    let bom = Pom::of("com.acme:bom:1")
        .packaging("pom")
        .publishes_to(&url)
        .manages(&Dependency::on("com.acme.managed:managed:1.0"));
    bench.run(&Tree::of(&bom), &["deploy"]).ok();
    // Its main file needs another; its classified file is a second jar of other classes.
    let needing = Pom::of("com.acme.managed:managed:1.0")
        .publishes_to(&url)
        .reads_from(&url)
        .depends(&Dependency::on("com.acme.ranged:ranged:[1.0,2.0)"))
        .plugin(
            "<plugin><artifactId>maven-jar-plugin</artifactId><executions><execution>\
             <id>extra</id><phase>package</phase><goals><goal>jar</goal></goals>\
             <configuration><classifier>extra</classifier><includes>\
             <include>**/Extra.class</include></includes></configuration></execution>\
             <execution><id>default-jar</id><configuration><excludes>\
             <exclude>**/Extra.class</exclude></excludes></configuration></execution>\
             </executions></plugin>",
        );
    let extra = "public static String text() { return \"extra\"; }";
    let text = "public static String text() { return \"managed, \" + \
        com.acme.ranged.Greeting.text(); }";
    let tree = Tree::of(&needing)
        .class("", "com.acme.managed", "Greeting", text)
        .class("", "com.acme.managed", "Extra", extra);
    bench.run(&tree, &["deploy"]).ok();

    let extra = Dependency::on("com.acme.managed:managed:1.0").classifier("extra");
    let pom = Pom::of("consumer:consumer:1")
        .reads_from(&url)
        .manages(&Dependency::on("com.acme:bom:1").kind("pom").scope("import"))
        .depends(&Dependency::managed("com.acme.managed", "managed"))
        .depends(&extra)
        .depends(&Dependency::on(snapshot));
    let expressions = [
        "com.acme.managed.Greeting.text()",
        "com.acme.managed.Extra.text()",
        "com.acme.moving.Greeting.text()",
    ];
    for mvn in Mvn::ALL {
        let consumer = Tree::of(&pom).main(&expressions);
        assert_eq!(
            built_and_run(&scene.workbench(mvn), &consumer, &[]),
            "managed, ranged 1.1\nextra\nmoving 1.0-SNAPSHOT\n"
        );
    }
}
