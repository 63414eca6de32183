//! Builds of many modules: case 11, and twenty modules by two threads.

use packhouse_e2e::maven::{Coordinates, Dependency, Mvn, Pom, Tree};

use super::expect::{REPO, built_and_run, packages, scene};

/// Makes a parent and `count` modules, each of which but the first uses the one before.
fn modules(url: &str, count: usize, more: &str) -> Tree {
    let mut parent = Pom::of("com.acme:parent:1.0")
        .packaging("pom")
        .publishes_to(url)
        .plugin(more);
    for number in 1..=count {
        parent = parent.module(&format!("part-{number}"));
    }
    (1..=count).fold(Tree::of(&parent), |tree, number| {
        let (folder, group) = (format!("part-{number}"), format!("com.acme.part{number}"));
        let coordinates = format!("{group}:{folder}:1.0");
        let pom = Pom::of(&coordinates).parent("com.acme:parent:1.0");
        if number == 1 {
            return tree
                .pom(&folder, &pom)
                .greeting(&folder, &coordinates, "part 1");
        }
        let before = number - 1;
        let on = format!("com.acme.part{before}:part-{before}:1.0");
        let body = format!(
            "public static String text() {{ \
             return com.acme.part{before}.Greeting.text() + \", {number}\"; }}"
        );
        tree.pom(&folder, &pom.depends(&Dependency::on(&on)))
            .class(&folder, &group, "Greeting", &body)
    })
}

/// Asserts that every module is there, and that a clean machine runs the last with all the rest.
fn all_are_used(scene: &packhouse_e2e::Scene, mvn: Mvn, count: usize) {
    let repository = scene.maven(REPO);
    assert_eq!(repository.versions("com.acme:parent"), ["1.0"]);
    for number in 1..=count {
        let package = format!("com.acme.part{number}:part-{number}");
        assert_eq!(repository.versions(&package), ["1.0"], "{package}");
        let at = Coordinates::of(&format!("{package}:1.0"));
        repository.whole(&at.file(".jar"));
    }
    assert_eq!(packages(scene, "acme").len(), count + 1);
    let on = Dependency::on(&format!("com.acme.part{count}:part-{count}:1.0"));
    let main = [format!("com.acme.part{count}.Greeting.text()")];
    let main = main.each_ref().map(String::as_str);
    let consumer = Tree::consumer(repository.url(), &[on], &main);
    let expected: Vec<_> = (2..=count).map(|number| number.to_string()).collect();
    assert_eq!(
        built_and_run(&scene.workbench(mvn), &consumer, &[]),
        format!("part 1, {}\n", expected.join(", "))
    );
}

/// All files of all modules come before the metadata of any.
#[test]
fn case_11_five_modules_deployed_at_the_end_are_all_listed() {
    let scene = scene();
    let plugin = "<plugin><artifactId>maven-deploy-plugin</artifactId>\
        <configuration><deployAtEnd>true</deployAtEnd></configuration></plugin>";
    let tree = modules(&scene.maven_url(REPO), 5, plugin);
    let bench = scene.workbench(Mvn::V39);
    bench.run(&tree, &["deploy", "-T4"]).ok();
    all_are_used(&scene, Mvn::V39, 5);
}

#[test]
fn twenty_modules_deployed_by_two_threads_build_a_clean_consumer() {
    let scene = scene();
    let tree = modules(&scene.maven_url(REPO), 20, "");
    let bench = scene.workbench(Mvn::V39);
    bench.run(&tree, &["deploy", "-T2"]).ok();
    all_are_used(&scene, Mvn::V38, 20);
}

#[test]
fn five_modules_of_maven_4_deployed_by_two_threads_build_a_clean_consumer() {
    let scene = scene();
    let tree = modules(&scene.maven_url(REPO), 5, "");
    let bench = scene.workbench(Mvn::V4);
    bench.run(&tree, &["deploy", "-T2"]).ok();
    all_are_used(&scene, Mvn::V4, 5);
}
