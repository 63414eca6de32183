//! containerd, as a node of a cluster drives it: cases 26 and 27.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd, Layout, Tool};
use packhouse_e2e::process::Ran;
use serde_json::{Value, json};

use super::expect::{copy_in, pushed};

/// What `kubectl create secret docker-registry` writes down.
fn secret(host: &str, user: &str, password: &str) -> Value {
    let auth = STANDARD.encode(format!("{user}:{password}"));
    let config = json!({ "auths": { host: {
        "username": user, "password": password, "auth": auth,
    } } });
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "data": { ".dockerconfigjson": STANDARD.encode(config.to_string()) },
    })
}

/// Pulls as a kubelet does: it reads user and password for the image's host out of the secret and
/// hands them to containerd.
fn pull_with(desk: &Desk, secret: &Value, image: &str) -> Ran {
    let data = secret["data"][".dockerconfigjson"].as_str();
    let config = STANDARD.decode(data.expect("a secret has data"));
    let config: Value = serde_json::from_slice(&config.expect("it is base64")).expect("it is JSON");
    let (host, _) = image.split_once('/').expect("an image has a host");
    let auth = config["auths"][host]["auth"].as_str();
    let login = STANDARD.decode(auth.expect("the host is there"));
    let login = String::from_utf8(login.expect("it is base64")).expect("it is text");
    let words = [
        "images",
        "pull",
        "--plain-http",
        "--platform",
        "linux/amd64",
    ];
    let rest = ["--snapshotter", "native", "--user", &login, image];
    desk.run(Tool::Ctr, &[&words[..], &rest].concat())
}

#[test]
fn case_27_a_pull_secret_right_and_wrong() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let digest = pushed(&scene, "acme/x:1", 1).digest("1");
    let image = scene.registry().image("acme/x:1");
    let node = Desk::new().beside(&dockerd);
    let host = scene.host();
    let words = ["images", "pull", "--plain-http", &image];
    node.run(Tool::Ctr, &words)
        .failed()
        .says("pull access denied");
    let wrong = secret(&host, "any", "pkp_not_a_token");
    pull_with(&node, &wrong, &image).failed().says("401");
    let robot = scene.user_with_token("robot", "read:packages");
    let right = secret(&host, "any", &robot);
    pull_with(&node, &right, &image).failed();
    scene.grant_image("acme/x", "robot", "read");
    pull_with(&node, &right, &image).ok();
    node.run(Tool::Ctr, &["images", "ls"]).ok().says(&digest);
}

#[test]
fn case_26_push_and_pull_four_layers_at_once() {
    let scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let registry = scene.registry();
    let layout = Layout::with_image(1, 8, 300_000);
    copy_in(&scene.desk(), &layout, "1", &registry.image("acme/x:1")).ok();
    let login = format!("any:{}", scene.token);
    let (from, to) = (registry.image("acme/x:1"), registry.image("acme/y:1"));
    let pull = |desk: &Desk, image: &str| {
        let words = ["images", "pull", "--plain-http", "--user", &login];
        let rest = ["--snapshotter", "native", "--max-concurrent-downloads", "4"];
        desk.run(Tool::Ctr, &[&words[..], &rest, &[image]].concat())
    };
    let desk = Desk::new().beside(&here);
    pull(&desk, &from).ok();
    desk.run(Tool::Ctr, &["images", "tag", &from, &to]).ok();
    let words = ["images", "push", "--plain-http", "--user", &login, &to];
    desk.run(Tool::Ctr, &words).ok();
    registry.whole("acme/y", "1");
    assert_eq!(registry.digest("acme/y", "1"), layout.digest("1"));
    pull(&Desk::new().beside(&there), &to).ok();
}

/// What newer containerds do with a large layer: four ranges at once.
#[test]
fn case_26_a_layer_in_four_ranges() {
    let scene = Scene::new();
    let registry = scene.registry();
    let layout = Layout::with_image(1, 1, 1_000_003);
    copy_in(&scene.desk(), &layout, "1", &registry.image("acme/x:1")).ok();
    let manifest = registry.whole("acme/x", "1");
    let digest = manifest["layers"][0]["digest"].as_str().unwrap_or_default();
    let bytes = registry.blob("acme/x", digest).expect(200).body;
    let quarter = bytes.len() / 4;
    let ranges = [
        (0, quarter - 1),
        (quarter, 2 * quarter - 1),
        (2 * quarter, 3 * quarter - 1),
        (3 * quarter, bytes.len() - 1),
    ];
    std::thread::scope(|scope| {
        for (first, last) in ranges {
            let (registry, bytes) = (&registry, &bytes);
            let path = format!("acme/x/blobs/{digest}");
            scope.spawn(move || {
                let answer = registry
                    .request("GET", &path)
                    .header("Range", &format!("bytes={first}-{last}"))
                    .header("Accept-Encoding", "zstd, gzip, deflate")
                    .send()
                    .expect(206);
                let whole = bytes.len();
                let range = format!("bytes {first}-{last}/{whole}");
                assert_eq!(answer.header("Content-Range"), range);
                assert_eq!(answer.header("Content-Encoding"), "");
                assert_eq!(answer.body, &bytes[first..=last]);
            });
        }
    });
}
