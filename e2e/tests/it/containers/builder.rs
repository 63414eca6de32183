//! Builds that read from, and end in, the registry: cases 6, 18, 19 and 20.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Buildkitd, Desk, Dockerd, Peer, Registry, Tool};
use packhouse_e2e::process::Ran;
use serde_json::Value;

use super::expect::{build, file, file_of, lines_with, write_hello};

/// Runs BuildKit on the Dockerfile `steps` and the files of the context that are there.
fn buildctl(desk: &Desk, steps: &str, options: &[&str]) -> Ran {
    desk.write("context/Dockerfile", steps);
    let words = [
        "build",
        "--frontend",
        "dockerfile.v0",
        "--progress",
        "plain",
    ];
    let folders = [
        "--local",
        "context=context",
        "--local",
        "dockerfile=context",
    ];
    let words: Vec<_> = words
        .iter()
        .chain(&folders)
        .chain(options)
        .copied()
        .collect();
    desk.run(Tool::Buildctl, &words)
}

const THREE_PLATFORMS: &str = "platform=linux/amd64,linux/arm64,linux/arm/v7";

const HELLO: &str = "FROM scratch
ARG TARGETOS TARGETARCH TARGETVARIANT
COPY hello-$TARGETOS-$TARGETARCH$TARGETVARIANT /hello
CMD [\"/hello\"]
";

/// Builds hello for three platforms with provenance, and pushes it to `image`.
fn push_hello(desk: &Desk, image: &str, more: &[&str]) {
    write_hello(desk);
    let output = format!("type=image,name={image},push=true");
    let mut options = vec!["--opt", THREE_PLATFORMS, "--output", &output];
    options.extend(more);
    buildctl(desk, HELLO, &options).ok();
}

/// Gives the children of an index by what they are for: `linux/arm64`, `unknown/unknown`.
fn platforms(index: &Value) -> Vec<String> {
    let children = index["manifests"]
        .as_array()
        .expect("an index has children");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |child: &Value| {
        let platform = &child["platform"];
        format!(
            "{}/{}",
            text(&platform["os"]),
            text(&platform["architecture"])
        )
    };
    children.iter().map(name).collect()
}

#[test]
fn case_18_three_platforms_are_pulled_by_platform() {
    let scene = Scene::new();
    let (builder, dockerd) = (Buildkitd::start(), Dockerd::start());
    let desk = scene.desk().beside_builder(&builder).beside(&dockerd);
    let registry = scene.registry();
    let image = registry.image("acme/hello:1");
    push_hello(&desk, &image, &[]);
    let index = registry.whole("acme/hello", "1");
    assert_eq!(
        platforms(&index),
        ["linux/amd64", "linux/arm64", "linux/arm"]
    );
    for (platform, file) in [
        ("linux/amd64", "hello-linux-amd64"),
        ("linux/arm64", "hello-linux-arm64"),
        ("linux/arm/v7", "hello-linux-armv7"),
    ] {
        desk.docker(&["pull", "--platform", platform, &image]).ok();
        let words = [
            "image",
            "inspect",
            "--format",
            "{{.Os}}/{{.Architecture}}",
            &image,
        ];
        let shown = desk.docker(&words).ok();
        assert!(platform.starts_with(shown.stdout.trim()), "{shown}");
        let pulled = file_of(&desk, &image, "/hello");
        assert_eq!(pulled, desk.read(&format!("context/{file}")));
        // Without a platform docker says what it has.
        desk.docker(&["image", "rm", "--force", &image]).ok();
    }
    desk.docker(&["run", "--rm", "--network", "none", &image])
        .ok()
        .says("hello from linux/");
}

/// What docker with containerd's image store pushes too: an index under the tag, its children by
/// digest.
#[test]
fn case_6_provenance_is_beside_each_platform() {
    let scene = Scene::new();
    let (builder, dockerd) = (Buildkitd::start(), Dockerd::start());
    let desk = scene.desk().beside_builder(&builder).beside(&dockerd);
    let registry = scene.registry();
    let image = registry.image("acme/hello:1");
    push_hello(&desk, &image, &["--opt", "attest:provenance=mode=max"]);
    let index = registry.whole("acme/hello", "1");
    let unknown = "unknown/unknown";
    let found = platforms(&index);
    assert_eq!(found.iter().filter(|name| *name == unknown).count(), 3);
    assert_eq!(found.len(), 6, "{index}");
    for child in index["manifests"].as_array().into_iter().flatten() {
        if child["platform"]["os"] != "unknown" {
            continue;
        }
        let digest = child["digest"].as_str().unwrap_or_default();
        let manifest = registry.manifest("acme/hello", digest).expect(200).json();
        let layer = &manifest["layers"][0];
        assert_eq!(layer["mediaType"], "application/vnd.in-toto+json");
        let digest = layer["digest"].as_str().unwrap_or_default();
        let statement = registry.blob("acme/hello", digest).expect(200).json();
        let kind = statement["predicateType"].as_str().unwrap_or_default();
        assert!(kind.starts_with("https://slsa.dev/provenance/"), "{kind}");
    }
    assert_eq!(registry.tags("acme/hello"), ["1"]);
    desk.docker(&["pull", &image]).ok();
}

#[test]
fn case_6_provenance_as_a_referrer() {
    let scene = Scene::new();
    let builder = Buildkitd::start();
    let desk = scene.desk().beside_builder(&builder);
    let registry = scene.registry();
    write_hello(&desk);
    let image = registry.image("acme/hello:1");
    let output = format!("type=image,name={image},push=true,oci-artifact=true");
    let options = ["--opt", "platform=linux/arm64", "--output", &output];
    let attest = ["--opt", "attest:provenance=mode=min"];
    buildctl(
        &desk,
        HELLO,
        &[options, [attest[0], attest[1], "--opt", "build-arg:X=1"]].concat(),
    )
    .ok();
    let index = registry.whole("acme/hello", "1");
    let subject = index["manifests"][0]["digest"].as_str().unwrap_or_default();
    let referrers = registry.referrers("acme/hello", subject);
    assert_eq!(referrers.len(), 1, "{referrers:?}");
    assert_eq!(referrers[0]["digest"], index["manifests"][1]["digest"]);
}

const STEPS: &str = "FROM scratch AS first
COPY hello-linux-amd64 /first
FROM scratch
COPY --from=first /first /hello
COPY hello-linux-arm64 /other
";

/// Exports the cache to the registry, and builds from it where nothing was built before.
fn cache(image_manifest: bool) -> (Scene, Value) {
    let scene = Scene::new();
    let desk = scene.desk();
    write_hello(&desk);
    let registry = scene.registry();
    let reference = registry.image("acme/hello:cache");
    let export = format!("type=registry,ref={reference},mode=max,image-manifest={image_manifest}");
    let image = registry.image("acme/hello:1");
    let output = format!("type=image,name={image},push=true");
    let options = ["--output", &output, "--export-cache", &export];
    let first = Buildkitd::start();
    let desk = desk.beside_builder(&first);
    let cold = buildctl(&desk, STEPS, &options).ok();
    assert_eq!(cached_steps(&cold), 0, "{cold}");
    let manifest = registry.whole("acme/hello", "cache");

    let second = Buildkitd::start();
    let desk = desk.beside_builder(&second);
    let import = format!("type=registry,ref={reference}");
    let warm = buildctl(
        &desk,
        STEPS,
        &["--output", &output, "--import-cache", &import],
    )
    .ok();
    assert_eq!(cached_steps(&warm), 3, "{warm}");
    (scene, manifest)
}

fn cached_steps(ran: &Ran) -> usize {
    ran.stderr
        .lines()
        .filter(|line| line.ends_with(" CACHED"))
        .count()
}

#[test]
fn case_19_cache_as_an_image_manifest() {
    let (_scene, manifest) = cache(true);
    let config = &manifest["config"]["mediaType"];
    assert_eq!(*config, "application/vnd.buildkit.cacheconfig.v0");
}

/// Older BuildKits list layers where an index lists manifests.
#[test]
fn case_19_cache_as_an_index_of_layers() {
    let (_scene, manifest) = cache(false);
    let types: Vec<_> = manifest["manifests"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|child| child["mediaType"].as_str().unwrap_or_default())
        .collect();
    assert!(
        types.contains(&"application/vnd.oci.image.layer.v1.tar+gzip"),
        "{manifest}"
    );
}

/// An index over images of other names, as `buildx imagetools create` makes one.
#[test]
fn case_20_an_index_over_other_images() {
    let scene = Scene::new();
    let builder = Buildkitd::start();
    let desk = scene.desk().beside_builder(&builder);
    let registry = scene.registry();
    write_hello(&desk);
    let images = ["amd64", "arm64"].map(|machine| {
        let image = registry.image(&format!("acme/{machine}:1"));
        let output = format!("type=image,name={image},push=true");
        let platform = format!("platform=linux/{machine}");
        buildctl(&desk, HELLO, &["--opt", &platform, "--output", &output]).ok();
        image
    });
    let host = scene.host();
    let words = [
        "registry",
        "set",
        "--tls",
        "disabled",
        "--skip-check",
        &host,
    ];
    desk.run(Tool::Regctl, &words).ok();
    let list = registry.image("acme/both:1");
    let refs = images.each_ref().map(String::as_str);
    let words = ["index", "create", &list, "--ref", refs[0], "--ref", refs[1]];
    desk.run(Tool::Regctl, &words).ok();
    let index = registry.whole("acme/both", "1");
    assert_eq!(platforms(&index), ["linux/amd64", "linux/arm64"]);
}

#[test]
fn one_build_is_pushed_to_two_registries() {
    let scene = Scene::new();
    let (builder, peer) = (Buildkitd::start(), Peer::start());
    let desk = scene.desk().beside_builder(&builder);
    let (ours, theirs): (Registry, Registry) = (scene.registry(), peer.registry());
    write_hello(&desk);
    let names = [&ours, &theirs].map(|registry| registry.image("acme/hello:1"));
    let output = format!("type=image,\"name={},{}\",push=true", names[0], names[1]);
    buildctl(
        &desk,
        HELLO,
        &["--opt", THREE_PLATFORMS, "--output", &output],
    )
    .ok();
    ours.whole("acme/hello", "1");
    theirs.whole("acme/hello", "1");
    let digest = ours.digest("acme/hello", "1");
    assert_eq!(digest, theirs.digest("acme/hello", "1"));
}

/// Builds on a private image of ours where nothing of it is there yet.
fn build_from_private(buildkit: &str) {
    let scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let registry = scene.registry();
    let base = registry.image("acme/base:1");
    build(&desk, &base, 1, 2, 2000);
    desk.docker(&["push", &base]).ok();

    let image = registry.image("acme/app:1");
    let steps = format!("FROM {base}\nCOPY extra /extra\n");
    let words = ["build", "--tag", &image, "app"];
    let stranger = Desk::new()
        .beside(&there)
        .with_env("DOCKER_BUILDKIT", buildkit);
    let desk = scene
        .desk()
        .beside(&there)
        .with_env("DOCKER_BUILDKIT", buildkit);
    for desk in [&stranger, &desk] {
        desk.write("app/Dockerfile", &steps);
        desk.write("app/extra", "more");
    }
    stranger.docker(&words).failed();
    desk.docker(&words).ok();
    let push = desk.docker(&["push", &image]).ok();
    assert_eq!(lines_with(&push, ": Mounted from acme/base"), 2, "{push}");
    let manifest = registry.whole("acme/app", "1");
    assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(3));
    assert_eq!(file_of(&desk, &image, "/file-1"), file(1, 1, 2000));
}

#[test]
fn docker_build_from_a_private_image() {
    build_from_private("0");
}

#[test]
fn docker_build_from_a_private_image_with_buildkit() {
    build_from_private("1");
}
