//! Deploying releases: cases 1 and 5, with every Maven and both lines of the deploy plugin.

use packhouse_e2e::maven::{Coordinates, Dependency, Login, Mvn, Tree, Workbench};

use super::expect::{DEPLOY_FILE, REPO, built_and_run, has_what_was_built, lib, scene};

/// Deploys with the deploy plugin 3.1.4 and with 2.8.2, and lets a clean machine compile against
/// and run both.
fn releases_are_deployed_and_used(mvn: Mvn) {
    let scene = scene();
    let (bench, repository) = (scene.workbench(mvn), scene.maven(REPO));
    for (version, plugin) in [("1.0", "3.1.4"), ("1.1", "2.8.2")] {
        let tree = lib(&scene, version);
        let chosen = format!("-Ddeploy.version={plugin}");
        bench.run(&tree, &["deploy", &chosen]).ok();
        let coordinates = format!("com.acme:lib:{version}");
        let at = Coordinates::of(&coordinates);
        match (mvn, plugin) {
            // It deploys a POM for consumers, and beside it the one that was written.
            (Mvn::V4, "3.1.4") => {
                let written = repository.whole(&at.file("-build.pom"));
                assert_eq!(written, tree.bytes("pom.xml"));
                repository.whole(&at.file(".pom"));
            }
            // The old plugin knows nothing of that: it deploys the other one as an attachment.
            (Mvn::V4, _) => {
                has_what_was_built(&repository, &tree, &coordinates);
                repository.whole(&at.file("-consumer.pom"));
            }
            _ => has_what_was_built(&repository, &tree, &coordinates),
        }
    }
    let metadata = repository.metadata("com.acme:lib");
    assert_eq!(metadata.versions, ["1.0", "1.1"]);
    assert_eq!(metadata.release, "1.1");
    bench.forget();
    for version in ["1.0", "1.1"] {
        let on = Dependency::on(&format!("com.acme:lib:{version}"));
        let main = ["com.acme.Greeting.text()"];
        let consumer = Tree::consumer(repository.url(), &[on], &main);
        let printed = built_and_run(&bench, &consumer, &[]);
        assert_eq!(printed, format!("lib {version}\n"));
    }
}

#[test]
fn case_01_maven_3_8_deploys_releases_that_a_clean_machine_uses() {
    releases_are_deployed_and_used(Mvn::V38);
}

#[test]
fn case_01_maven_3_9_deploys_releases_that_a_clean_machine_uses() {
    releases_are_deployed_and_used(Mvn::V39);
}

#[test]
fn case_01_maven_4_deploys_releases_that_a_clean_machine_uses() {
    releases_are_deployed_and_used(Mvn::V4);
}

/// Without `distributionManagement` the address comes from the command line, in the form of each
/// line of the plugin; a token may come in a header.
#[test]
fn case_01_addresses_of_the_command_line_and_tokens_in_headers() {
    let scene = scene();
    let repository = scene.maven(REPO);
    let logins = [
        Login::bearer(&scene.token),
        Login::Header("Private-Token".to_owned(), scene.token.clone()),
    ];
    for (index, (login, form)) in logins.iter().zip(["::", "::default::"]).enumerate() {
        let bench = Workbench::new(Mvn::V39, login);
        let coordinates = format!("com.acme:lib:{}", index + 1);
        let pom = packhouse_e2e::maven::Pom::of(&coordinates);
        let tree = Tree::of(&pom).greeting("", &coordinates, "hello");
        let version = ["3.1.4", "2.8.2"][index];
        let plugin = format!("-Ddeploy.version={version}");
        let to = format!(
            "-DaltDeploymentRepository=packhouse{form}{}",
            repository.url()
        );
        bench.run(&tree, &["deploy", &plugin, &to]).ok();
        has_what_was_built(&repository, &tree, &coordinates);
        let on = Dependency::on(&coordinates);
        let main = ["com.acme.Greeting.text()"];
        let consumer = Tree::consumer(repository.url(), &[on], &main);
        bench.forget();
        assert_eq!(built_and_run(&bench, &consumer, &[]), "hello\n");
    }
}

/// The same build again changes nothing; another build of the version is refused, and the first
/// stays.
fn a_release_stays_what_it_is(mvn: Mvn, plugin: &str) {
    let scene = scene();
    let (bench, repository) = (scene.workbench(mvn), scene.maven(REPO));
    let (tree, plugin) = (lib(&scene, "1.0"), format!("-Ddeploy.version={plugin}"));
    let words = ["deploy", plugin.as_str()];
    let file = Coordinates::of("com.acme:lib:1.0").file(".jar");
    bench.run(&tree, &words).ok();
    let (jar, metadata) = (repository.whole(&file), repository.metadata("com.acme:lib"));
    bench.run(&tree, &words).ok();
    assert_eq!(repository.metadata("com.acme:lib"), metadata);
    let tree = tree.greeting("", "com.acme:lib:1.0", "another");
    let ran = bench.run(&tree, &words).failed().says("409");
    if mvn == Mvn::V39 {
        // It alone shows what the server says, and with it the way out.
        ran.says("publish under a new version");
    }
    assert!(repository.whole(&file) == jar, "a release has changed");
    assert!(jar != tree.bytes("target/lib-1.0.jar"), "nothing was built");
    assert_eq!(repository.metadata("com.acme:lib"), metadata);
}

#[test]
fn case_05_maven_3_8_replaces_no_release() {
    a_release_stays_what_it_is(Mvn::V38, "2.8.2");
}

#[test]
fn case_05_maven_3_9_replaces_no_release() {
    a_release_stays_what_it_is(Mvn::V39, "3.1.4");
}

#[test]
fn case_05_maven_4_replaces_no_release() {
    a_release_stays_what_it_is(Mvn::V4, "3.1.4");
}

/// What one Maven has deployed the others find whole, whatever was built where.
#[test]
fn a_file_deployed_by_one_maven_is_the_same_release_for_another() {
    let scene = scene();
    let repository = scene.maven(REPO);
    for mvn in Mvn::ALL {
        let bench = scene.workbench(mvn);
        let file = bench.write("tool.jar", vec![7; 5000]);
        let file = format!("-Dfile={file}");
        let url = format!("-Durl={}", repository.url());
        let of = ["-DgroupId=com.acme", "-DartifactId=tool", "-Dversion=1"];
        let at = ["-DrepositoryId=packhouse", "-DgeneratePom=false"];
        let words = [&[DEPLOY_FILE, &file, &url], &of[..], &at[..]].concat();
        bench.run_alone(&words).ok();
        assert_eq!(repository.versions("com.acme:tool"), ["1"]);
    }
    let path = Coordinates::of("com.acme:tool:1").file(".jar");
    assert!(repository.whole(&path) == vec![7; 5000]);
}
