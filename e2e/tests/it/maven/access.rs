//! Who may deploy and resolve, and how refusals read: cases 2, 3 and 4.

use packhouse_e2e::Scene;
use packhouse_e2e::maven::{Dependency, Login, Mvn, Tree, Workbench};
use packhouse_e2e::process::Ran;

use super::expect::{DEPLOY_FILE, REPO, bob, built_and_run, compiled, lib, scene};

/// Deploys a small file as `com.acme:tool:VERSION`, without building anything.
fn deploy_file(scene: &Scene, bench: &Workbench, version: &str) -> Ran {
    let file = bench.write("tool.jar", "small");
    let words = [
        DEPLOY_FILE,
        &format!("-Dfile={file}"),
        &format!("-Durl={}", scene.maven_url(REPO)),
        "-DrepositoryId=packhouse",
        "-DgroupId=com.acme",
        "-DartifactId=tool",
        &format!("-Dversion={version}"),
    ];
    bench.run_alone(&words)
}

/// Gives a project that uses `com.acme:lib:1.0`.
fn consumer(scene: &Scene) -> Tree {
    let on = Dependency::on("com.acme:lib:1.0");
    let main = ["com.acme.Greeting.text()"];
    Tree::consumer(&scene.maven_url(REPO), &[on], &main)
}

/// Neither nobody nor somebody with a wrong token gets anything in or out, and each Maven says so.
fn strangers_are_told_401(mvn: Mvn) {
    let scene = scene();
    scene.maven(REPO).deploy_jar("com.acme:lib:1.0", b"a jar");
    let wrong = format!("{}x", scene.token);
    for login in [Login::None, Login::token(&wrong)] {
        let bench = Workbench::new(mvn, &login);
        let told = match (mvn, &login) {
            // Java's client tries a password three times, and keeps the answer to itself.
            (Mvn::V4, Login::Password(..)) => "too many authentication attempts",
            _ => "401",
        };
        deploy_file(&scene, &bench, "1").failed().says(told);
        assert!(scene.maven(REPO).versions("com.acme:tool").is_empty());
    }
    let bench = Workbench::new(mvn, &Login::None);
    let ran = compiled(&bench, &consumer(&scene), &[]).failed();
    assert!(
        ran.stdout.contains("401") || ran.stdout.contains("authoriz"),
        "it does not say why: {ran}"
    );
}

#[test]
fn case_02_maven_3_8_says_that_credentials_are_missing_or_wrong() {
    strangers_are_told_401(Mvn::V38);
}

#[test]
fn case_02_maven_3_9_says_that_credentials_are_missing_or_wrong() {
    strangers_are_told_401(Mvn::V39);
}

#[test]
fn case_02_maven_4_says_that_credentials_are_missing_or_wrong() {
    strangers_are_told_401(Mvn::V4);
}

#[test]
fn case_02_a_401_has_one_basic_challenge() {
    let scene = scene();
    let wrong = format!("{}x", scene.token);
    for token in [None, Some(wrong.as_str())] {
        let repository = scene.maven_as(REPO, token);
        for answer in [
            repository.get("com/acme/lib/maven-metadata.xml"),
            repository.get("com/acme/lib/1/lib-1.jar"),
            repository.put("com/acme/lib/1/lib-1.jar", b"a jar"),
            repository.put("com/acme/lib/maven-metadata.xml", b"<metadata/>"),
        ] {
            let answer = answer.expect(401);
            let challenges: Vec<_> = answer.headers("WWW-Authenticate").collect();
            assert_eq!(challenges, ["Basic realm=\"Packhouse\""]);
        }
    }
}

/// A reader resolves and runs; a deployment of theirs is told 403, and changes nothing.
#[test]
fn case_03_a_reader_resolves_and_deploys_nothing() {
    let scene = scene();
    scene
        .workbench(Mvn::V39)
        .run(&lib(&scene, "1.0"), &["deploy"])
        .ok();
    let bob = bob(&scene, "read");
    let repository = scene.maven_as(REPO, Some(&bob));
    assert_eq!(repository.versions("com.acme:lib"), ["1.0"]);
    repository
        .get("com/acme/tool/maven-metadata.xml")
        .expect(404);
    for mvn in Mvn::ALL {
        let bench = scene.workbench_with(mvn, &bob);
        deploy_file(&scene, &bench, "1").failed().says("403");
    }
    let bench = scene.workbench_with(Mvn::V39, &bob);
    let printed = built_and_run(&bench, &consumer(&scene), &[]);
    assert_eq!(printed, "lib 1.0\n");
    assert!(repository.versions("com.acme:tool").is_empty());
    // A token without the scope is as good as no right to write.
    let token = scene.create_token("alice", "read:packages", &[]);
    let bench = scene.workbench_with(Mvn::V39, &token);
    deploy_file(&scene, &bench, "1").failed().says("403");
}

/// Who may not read a repository is told the same of it as of one that is not there.
#[test]
fn case_04_a_stranger_is_told_that_nothing_is_there() {
    let scene = scene();
    scene.maven(REPO).deploy_jar("com.acme:lib:1.0", b"a jar");
    let carol = scene.user_with_token("carol", "read:packages,write:packages");
    for repo in [REPO, "acme/missing", "nobody/missing"] {
        let repository = scene.maven_as(repo, Some(&carol));
        repository
            .get("com/acme/lib/maven-metadata.xml")
            .expect(404);
        repository.get("com/acme/lib/1.0/lib-1.0.jar").expect(404);
        repository
            .put("com/acme/lib/1.1/lib-1.1.jar", b"a jar")
            .expect(404);
    }
    let bench = scene.workbench_with(Mvn::V39, &carol);
    deploy_file(&scene, &bench, "1").failed().says("404");
    let ran = compiled(&bench, &consumer(&scene), &[]).failed();
    let told = "Could not find artifact com.acme:lib:jar:1.0";
    assert!(
        ran.stdout.contains(told) || ran.stdout.contains("was not found"),
        "{ran}"
    );
    assert!(scene.maven(REPO).versions("com.acme:tool").is_empty());
}
