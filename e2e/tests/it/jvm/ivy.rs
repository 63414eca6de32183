//! Ivy 2.5.1: it looks before it writes, and lists folders.

use packhouse_e2e::Scene;
use packhouse_e2e::jvm::{Home, Ivy, Shelf};

/// Ivy publishes a module that depends on one of Maven's, with a file of its own kind beside it;
/// then it finds the module by the listing of its folder, and runs it with what it depends on.
#[test]
fn ivy_publishes_and_resolves() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let home = Home::new(&scene.token);
    let lib = home.jar("Lib", "lib 1");
    for version in ["1.0", "1.5", "2.0"] {
        shelf.release("org/acme/lib", version, &[(".jar", &lib)]);
    }
    let main = main_jar(&home);
    let ivy = Ivy::new(&home, &shelf.url());
    ivy.module("tool", ("lib", "[1.0,2.0)"), &main, b"sources");
    ivy.publish("tool", "ibiblio", &["-overwrite"])
        .ok()
        .says("[1.5] org.acme#lib;[1.0,2.0)")
        .says("published ivy to");
    assert_eq!(shelf.whole("org/acme/tool/1.0/tool-1.0.jar"), main);
    let sources = shelf.whole("org/acme/tool/1.0/tool-1.0-sources.jar");
    assert_eq!(sources, b"sources");
    let pom = String::from_utf8(shelf.whole("org/acme/tool/1.0/tool-1.0.pom"));
    assert!(pom.is_ok_and(|pom| pom.contains("<artifactId>lib</artifactId>")));
    let own = String::from_utf8(shelf.whole("org/acme/tool/1.0/ivy-1.0.xml"));
    assert!(own.is_ok_and(|own| own.contains("module=\"tool\"")));

    // Another jar under this name is refused by the server or, when Ivy is not told to overwrite,
    // by Ivy, which looks first. Ivy's own file says when it was published, so it differs too.
    let taken = |file: &str| format!("{file} failed with status code 409: Conflict");
    ivy.publish("tool", "ibiblio", &["-overwrite"])
        .failed()
        .says("published tool to")
        .says(&taken("ivy-1.0.xml"));
    ivy.module("tool", ("lib", "[1.0,2.0)"), &lib, b"sources");
    ivy.publish("tool", "ibiblio", &["-overwrite"])
        .failed()
        .says(&taken("tool-1.0.jar"));
    ivy.publish("tool", "ibiblio", &[])
        .failed()
        .says("destination file exists and overwrite == false");
    assert_eq!(shelf.whole("org/acme/tool/1.0/tool-1.0.jar"), main);

    shelf.wait_for("org/acme/tool", "1.0");
    ivy.launch("ibiblio", ("tool", "latest.release"), "org.acme.Main")
        .ok()
        .says("it says lib 1");
    ivy.launch("listed", ("tool", "[1.0,2.0)"), "org.acme.Main")
        .ok()
        .says("[1.0] org.acme#tool;[1.0,2.0)")
        .says("[1.5] org.acme#lib;[1.0,2.0)")
        .says("it says lib 1");
    let log = scene.server.log();
    let listing = "GET /maven/{owner}/{repo}/{path}/ 200";
    assert!(log.contains(listing), "nothing listed a folder:\n{log}");
}

/// With a bad token nothing is found and nothing is stored; Ivy says so when it is asked to.
#[test]
fn ivy_with_a_bad_token_gets_nowhere() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    shelf.release("org/acme/hidden", "1.0", &[(".jar", b"a jar")]);
    let home = Home::new("pkp_wrong");
    let ivy = Ivy::new(&home, &shelf.url());
    let words = ["-verbose", "-dependency", "org.acme", "hidden", "1.0"];
    let place = format!("{}org/acme/hidden/1.0/hidden-1.0.pom", shelf.url());
    ivy.run("ibiblio", &words)
        .failed()
        .says(&format!("CLIENT ERROR: Unauthorized url={place}"));

    // What is public is found; that says nothing about writing there.
    let public = Shelf::visible(&scene, "acme/open", "public");
    public.release("org/acme/lib", "1.0", &[(".jar", b"a jar")]);
    let ivy = Ivy::new(&home, &public.url());
    ivy.module("tool", ("lib", "1.0"), b"a jar", b"sources");
    ivy.publish("tool", "ibiblio", &["-overwrite"])
        .failed()
        .says("tool-1.0.jar was refused by the server: Unauthorized");
    public.get("org/acme/tool/1.0/tool-1.0.jar").expect(404);
}

/// Makes a jar with the class `org.acme.Main`, which prints what `Lib` says.
fn main_jar(home: &Home) -> Vec<u8> {
    home.write_main("main", &["Lib"]);
    let at = |path: &str| home.at(path);
    let (source, classes) = (at("main/org/acme/Main.java"), at("main/classes"));
    let with = at("jars/Lib/classes");
    home.run("javac", "", &["-cp", &with, "-d", &classes, &source])
        .ok();
    let jar = at("main.jar");
    home.run(
        "jar",
        "",
        &["--create", "--file", &jar, "-C", &classes, "."],
    )
    .ok();
    home.read("main.jar")
}
