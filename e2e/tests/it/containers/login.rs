//! Signing in with every client: case 2.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd, Tool};
use packhouse_e2e::process::Ran;
use packhouse_e2e::scene::PASSWORD;

use super::expect::{build, pushed};

fn docker_login(desk: &Desk, tool: Tool, host: &str, user: &str, password: &str) -> Ran {
    let words = ["login", "--username", user, "--password-stdin", host];
    desk.run_with(tool, password, &words)
}

/// Right and wrong passwords and tokens, and what is stored is then good for a push.
fn docker(tool: Tool) {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let host = scene.host();
    let desk = Desk::new().beside(&dockerd);
    for (user, password) in [
        ("alice", "not her password"),
        ("alice", "pkp_not_a_token"),
        ("nobody", PASSWORD),
    ] {
        docker_login(&desk, tool, &host, user, password)
            .failed()
            .says("unauthorized");
    }
    assert_eq!(desk.credentials()["auths"][&host], serde_json::Value::Null);
    let image = scene.registry().image("acme/x:1");
    build(&desk, &image, 1, 1, 2000);
    // The token says who it is, whatever the user name.
    for (user, password) in [("alice", PASSWORD), ("any", scene.token.as_str())] {
        desk.run(tool, &["push", &image]).failed();
        docker_login(&desk, tool, &host, user, password)
            .ok()
            .says("Login Succeeded");
        desk.run(tool, &["push", &image]).ok();
        desk.run(tool, &["logout", &host]).ok();
    }
    scene.registry().whole("acme/x", "1");
}

#[test]
fn case_2_docker() {
    docker(Tool::Docker);
}

#[test]
fn case_2_the_docker_on_the_path() {
    docker(Tool::DockerOnPath);
}

/// Signs in with `words` and what `password` puts in, then lists tags with `list`.
fn other(tool: Tool, login: fn(&str, &str) -> Vec<String>, list: fn(&str) -> Vec<String>) {
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let host = scene.host();
    let run = |desk: &Desk, words: Vec<String>| {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        desk.run(tool, &words)
    };
    let desk = Desk::new();
    if tool == Tool::Regctl {
        let words = [
            "registry",
            "set",
            "--tls",
            "disabled",
            &host,
            "--skip-check",
        ];
        desk.run(tool, &words).ok();
    }
    run(&desk, list(&host)).failed();
    run(&desk, login(&host, "pkp_not_a_token")).failed();
    run(&desk, list(&host)).failed();
    run(&desk, login(&host, &scene.token)).ok();
    run(&desk, list(&host)).ok();
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().copied().map(str::to_owned).collect()
}

fn containers_login(host: &str, password: &str) -> Vec<String> {
    let options = ["login", "--tls-verify=false", "--username", "any"];
    let mut words = words(&options);
    words.extend(["--password", password, host].map(str::to_owned));
    words
}

#[test]
fn case_2_skopeo() {
    other(Tool::Skopeo, containers_login, |host| {
        let image = format!("docker://{host}/acme/x");
        words(&["list-tags", "--tls-verify=false", &image])
    });
}

#[test]
fn case_2_podman() {
    other(Tool::Podman, containers_login, |host| {
        let image = format!("{host}/acme/x:1");
        words(&["pull", "--tls-verify=false", &image])
    });
}

#[test]
fn case_2_buildah() {
    other(Tool::Buildah, containers_login, |host| {
        let image = format!("{host}/acme/x:1");
        words(&["pull", "--tls-verify=false", &image])
    });
}

#[test]
fn case_2_crane() {
    // crane stores without asking; what is wrong shows at the first use.
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let (host, image) = (scene.host(), scene.registry().image("acme/x"));
    let desk = Desk::new();
    let login = |password: &str| {
        let words = ["auth", "login", &host, "--username", "any", "--password"];
        let words: Vec<_> = words.into_iter().chain([password]).collect();
        desk.run(Tool::Crane, &words).ok()
    };
    let list = || desk.run(Tool::Crane, &["ls", &image]);
    list().failed().says("UNAUTHORIZED");
    login("pkp_not_a_token");
    list().failed().says("UNAUTHORIZED");
    login(&scene.token);
    list().ok().says("1");
}

#[test]
fn case_2_regctl() {
    other(
        Tool::Regctl,
        |host, password| {
            let options = ["registry", "login", host, "--user", "any", "--pass"];
            let mut words = words(&options);
            words.push(password.to_owned());
            words
        },
        |host| words(&["tag", "ls", &format!("{host}/acme/x")]),
    );
}

#[test]
fn case_2_cosign() {
    // cosign stores without asking, as crane does.
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let (host, image) = (scene.host(), scene.registry().image("acme/x:1"));
    let desk = Desk::new();
    let login = |password: &str| {
        let words = ["login", &host, "--username", "any", "--password", password];
        desk.run(Tool::Cosign, &words).ok()
    };
    let tree = || desk.run(Tool::Cosign, &["tree", "--allow-http-registry", &image]);
    tree().failed();
    login("pkp_not_a_token");
    tree().failed();
    login(&scene.token);
    tree().ok();
}
