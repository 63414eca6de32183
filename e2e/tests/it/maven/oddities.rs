//! Names and sets of files that are rare: cases 25 and 31.

use packhouse_e2e::Scene;
use packhouse_e2e::maven::{Coordinates, Dependency, Mvn, Pom, Tree, Workbench};

use super::expect::{COPY, DEPLOY_FILE, GET, REPO, built_and_run, library, scene};

/// Deploys a file of the bytes `content` with further words.
fn deploy_file(scene: &Scene, bench: &Workbench, content: &str, more: &[&str]) {
    let file = bench.write("some.file", content);
    let file = format!("-Dfile={file}");
    let url = format!("-Durl={}", scene.maven_url(REPO));
    let words = [DEPLOY_FILE, &file, &url, "-DrepositoryId=packhouse"];
    bench.run_alone(&[&words, more].concat()).ok();
}

/// A plus, a space, a dot in a classifier and an extension of two parts go and come back.
fn strange_names_go_and_come_back(mvn: Mvn, version: &str) {
    let scene = scene();
    let (bench, repository) = (scene.workbench(mvn), scene.maven(REPO));
    let of = ["-DgroupId=com.acme", "-DartifactId=Odd_2.13"];
    let number = format!("-Dversion={version}");
    let parts = [number.as_str(), "-Dpackaging=tar.gz"];
    let more = ["-Dclassifier=jdk1.5", "-DgeneratePom=true"];
    deploy_file(
        &scene,
        &bench,
        "an archive",
        &[&of[..], &parts, &more].concat(),
    );
    let package = "com.acme:Odd_2.13";
    assert_eq!(repository.versions(package), [version]);
    let encoded = version.replace(' ', "%20");
    let path = format!("com/acme/Odd_2.13/{encoded}/Odd_2.13-{encoded}-jdk1.5.tar.gz");
    assert_eq!(repository.whole(&path), b"an archive");
    let anywhere = Tree::consumer(repository.url(), &[], &[]);
    let artifact = format!("-Dartifact={package}:{version}:tar.gz:jdk1.5");
    let words = [COPY, &artifact, "-DoutputDirectory=got"];
    scene.workbench(mvn).run(&anywhere, &words).ok();
    let got = anywhere.read(&format!("got/Odd_2.13-{version}-jdk1.5.tar.gz"));
    assert_eq!(got, "an archive");
}

/// A space would be encoded twice by its Wagon, which no server can tell from a percent sign.
#[test]
fn case_25_maven_3_8_gets_strange_names_back() {
    strange_names_go_and_come_back(Mvn::V38, "1.0+build-7");
}

#[test]
fn case_25_maven_3_9_gets_strange_names_back() {
    strange_names_go_and_come_back(Mvn::V39, "1.0+build 7");
}

#[test]
fn case_25_maven_4_gets_strange_names_back() {
    strange_names_go_and_come_back(Mvn::V4, "1.0+build 7");
}

#[test]
fn case_31_a_file_without_a_pom_is_listed_and_found() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V39), scene.maven(REPO));
    let of = ["-DgroupId=com.acme", "-DartifactId=bare", "-Dversion=1.0"];
    let more = ["-Dpackaging=jar", "-DgeneratePom=false"];
    deploy_file(&scene, &bench, "a jar", &[&of[..], &more].concat());
    assert_eq!(repository.versions("com.acme:bare"), ["1.0"]);
    repository
        .get(&Coordinates::of("com.acme:bare:1.0").file(".pom"))
        .expect(404);
    for mvn in Mvn::ALL {
        let reader = scene.workbench(mvn);
        let anywhere = Tree::consumer(repository.url(), &[], &[]);
        let words = [GET, "-Dartifact=com.acme:bare:1.0"];
        reader.run(&anywhere, &words).ok();
        let got = std::fs::read(reader.local("com/acme/bare/1.0/bare-1.0.jar"));
        assert_eq!(got.expect("it was fetched"), b"a jar");
    }
}

/// A BOM has a POM and nothing else. What imports it takes its versions from it.
#[test]
fn case_31_a_bom_alone_is_listed_and_imported() {
    let scene = scene();
    let repository = scene.maven(REPO);
    let lib = library(&scene, "com.acme:lib:1.0");
    scene.workbench(Mvn::V39).run(&lib, &["deploy"]).ok();
    for (mvn, version) in Mvn::ALL.into_iter().zip(["1", "2", "3"]) {
        let bench = scene.workbench(mvn);
        let coordinates = format!("com.acme:bom:{version}");
        let bom = Pom::of(&coordinates)
            .packaging("pom")
            .publishes_to(repository.url())
            .manages(&Dependency::on("com.acme:lib:1.0"));
        bench.run(&Tree::of(&bom), &["deploy"]).ok();
        let listed = repository.metadata("com.acme:bom");
        assert_eq!((&*listed.release, &*listed.latest), (version, version));
        let pom = Pom::of("consumer:consumer:1")
            .reads_from(repository.url())
            .manages(&Dependency::on(&coordinates).kind("pom").scope("import"))
            .depends(&Dependency::managed("com.acme", "lib"));
        let consumer = Tree::of(&pom).main(&["com.acme.Greeting.text()"]);
        assert_eq!(built_and_run(&bench, &consumer, &[]), "lib 1.0\n");
    }
    assert_eq!(repository.versions("com.acme:bom"), ["1", "2", "3"]);
}
