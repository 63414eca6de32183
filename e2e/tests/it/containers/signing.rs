//! cosign without any service beside the registry: cases 32 and 33.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Layout, Tool};
use packhouse_e2e::process::Ran;
use serde_json::json;

use super::expect::{copy_in, pushed};

/// How signatures are kept: under a tag made of the digest, as cosign 1 and 2 did, or as
/// referrers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The tag `sha256-….sig`.
    Tag,
    /// A bundle that refers to the image.
    Referrer,
}

impl Scheme {
    /// What signing is told: nothing may be sent to a transparency log.
    fn sign_options(self) -> &'static [&'static str] {
        match self {
            Self::Tag => &[
                "--use-signing-config=false",
                "--new-bundle-format=false",
                "--tlog-upload=false",
            ],
            Self::Referrer => &["--signing-config", "no-services.json"],
        }
    }

    fn verify_options(self) -> &'static [&'static str] {
        match self {
            Self::Tag => &["--insecure-ignore-tlog", "--new-bundle-format=false"],
            Self::Referrer => &["--insecure-ignore-tlog"],
        }
    }
}

/// Makes a key pair at `desk`, and a list of no services for the referrers scheme.
pub fn generate_key(desk: &Desk) {
    cosign(desk, &["generate-key-pair"]).ok();
    let words = ["signing-config", "create", "--out", "no-services.json"];
    cosign(desk, &words).ok();
}

/// Signs `image` with the key of `desk`; `more` goes to the command.
pub fn sign(desk: &Desk, scheme: Scheme, image: &str, more: &[&str]) -> Ran {
    let words = [
        "sign",
        "--key",
        "cosign.key",
        "--allow-http-registry",
        "--yes",
    ];
    cosign(
        desk,
        &[&words, scheme.sign_options(), more, &[image]].concat(),
    )
}

/// Verifies that the key of `desk` has signed `image`; `more` goes to the command.
pub fn verify(desk: &Desk, scheme: Scheme, image: &str, more: &[&str]) -> Ran {
    let words = ["verify", "--key", "cosign.pub", "--allow-http-registry"];
    cosign(
        desk,
        &[&words, scheme.verify_options(), more, &[image]].concat(),
    )
}

fn cosign(desk: &Desk, words: &[&str]) -> Ran {
    desk.run(Tool::Cosign, words)
}

/// Signs by digest and by tag, with annotations; the key and the annotations count.
fn sign_and_verify(scheme: Scheme) -> (Scene, String) {
    let scene = Scene::new();
    let digest = pushed(&scene, "acme/x:1", 1).digest("1");
    let registry = scene.registry();
    let (desk, other) = (scene.desk(), scene.desk());
    generate_key(&desk);
    generate_key(&other);
    let pinned = registry.image(&format!("acme/x@{digest}"));
    let tagged = registry.image("acme/x:1");
    verify(&desk, scheme, &pinned, &[]).failed();

    sign(&desk, scheme, &pinned, &["-a", "stage=test"]).ok();
    for image in [&pinned, &tagged] {
        let shown = verify(&desk, scheme, image, &["-a", "stage=test"]).ok();
        let claim = &shown.json()[0]["critical"]["image"]["docker-manifest-digest"];
        assert_eq!(*claim, digest.as_str());
        verify(&desk, scheme, image, &["-a", "stage=final"]).failed();
        verify(&other, scheme, image, &[]).failed();
    }
    sign(&desk, scheme, &tagged, &["-a", "stage=final"]).ok();
    verify(&desk, scheme, &pinned, &["-a", "stage=final"]).ok();
    verify(&desk, scheme, &pinned, &["-a", "stage=test"]).ok();
    (scene, digest)
}

#[test]
fn case_32_sign_and_verify_under_a_tag() {
    let (scene, digest) = sign_and_verify(Scheme::Tag);
    let registry = scene.registry();
    let tag = format!("{}.sig", digest.replace(':', "-"));
    assert_eq!(registry.tags("acme/x"), ["1", &tag]);
    let manifest = registry.whole("acme/x", &tag);
    assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(2));
}

#[test]
fn case_33_sign_and_verify_as_referrers() {
    let (scene, digest) = sign_and_verify(Scheme::Referrer);
    let registry = scene.registry();
    assert_eq!(registry.tags("acme/x"), ["1"]);
    let referrers = registry.referrers("acme/x", &digest);
    assert_eq!(referrers.len(), 2, "{referrers:?}");
    for referrer in &referrers {
        let kind = &referrer["artifactType"];
        assert_eq!(*kind, "application/vnd.dev.sigstore.bundle.v0.3+json");
        let digest = referrer["digest"].as_str().unwrap_or_default();
        registry.whole("acme/x", digest);
    }
}

fn attest_and_verify(scheme: Scheme) -> (Scene, String) {
    let scene = Scene::new();
    let digest = pushed(&scene, "acme/x:1", 1).digest("1");
    let desk = scene.desk();
    generate_key(&desk);
    let image = scene.registry().image(&format!("acme/x@{digest}"));
    desk.write("predicate.json", json!({ "tested": true }).to_string());
    let verify = || {
        let words = [
            "verify-attestation",
            "--key",
            "cosign.pub",
            "--type",
            "custom",
        ];
        let words = [&words[..], &["--allow-http-registry"]].concat();
        cosign(
            &desk,
            &[&words, scheme.verify_options(), &[image.as_str()]].concat(),
        )
    };
    verify().failed();
    let words = ["attest", "--key", "cosign.key", "--type", "custom", "--yes"];
    let which = ["--allow-http-registry", "--predicate", "predicate.json"];
    let words = [&words[..], &which].concat();
    cosign(
        &desk,
        &[&words, scheme.sign_options(), &[image.as_str()]].concat(),
    )
    .ok();
    verify().ok();
    (scene, digest)
}

#[test]
fn case_32_attest_under_a_tag() {
    let (scene, digest) = attest_and_verify(Scheme::Tag);
    let tag = format!("{}.att", digest.replace(':', "-"));
    scene.registry().whole("acme/x", &tag);
}

#[test]
fn case_33_attest_as_a_referrer() {
    let (scene, digest) = attest_and_verify(Scheme::Referrer);
    let registry = scene.registry();
    assert_eq!(registry.referrers("acme/x", &digest).len(), 1);
    assert_eq!(registry.tags("acme/x"), ["1"]);
}

#[test]
fn case_32_sbom_tree_triangulate_copy_and_clean() {
    let scene = Scene::new();
    let digest = pushed(&scene, "acme/x:1", 1).digest("1");
    let registry = scene.registry();
    let desk = scene.desk();
    generate_key(&desk);
    let image = registry.image(&format!("acme/x@{digest}"));
    sign(&desk, Scheme::Tag, &image, &[]).ok();
    sign(&desk, Scheme::Referrer, &image, &[]).ok();
    desk.write(
        "sbom.json",
        json!({ "spdxVersion": "SPDX-2.3" }).to_string(),
    );
    let run = |words: &[&str], image: &[&str]| {
        cosign(&desk, &[words, &["--allow-http-registry"], image].concat())
    };
    let words = ["attach", "sbom", "--sbom", "sbom.json", "--type", "spdx"];
    run(&words, &[&image]).ok();

    let name = digest.replace(':', "-");
    let tree = run(&["tree"], &[&image]).ok().says(&format!("{name}.sig"));
    let tree = tree.says(&format!("{name}.sbom"));
    tree.says("https://sigstore.dev/cosign/sign/v1");
    run(&["triangulate"], &[&image])
        .ok()
        .says(&registry.image(&format!("acme/x:{name}.sig")));

    let copy = registry.image("acme/y:1");
    run(&["copy"], &[&image, &copy]).ok();
    verify(&desk, Scheme::Tag, &copy, &[]).ok();
    registry.whole("acme/y", &format!("{name}.sbom"));

    run(&["clean", "--force", "--type", "all"], &[&image]).ok();
    for scheme in [Scheme::Tag, Scheme::Referrer] {
        verify(&desk, scheme, &image, &[]).failed();
    }
    registry.whole("acme/x", "1");
    assert_eq!(registry.tags("acme/x"), ["1"]);
    assert!(registry.referrers("acme/x", &digest).is_empty());
    verify(&desk, Scheme::Tag, &copy, &[]).ok();
}

/// Recursive signing signs each image of an index too.
#[test]
fn case_32_every_child_of_an_index_is_signed() {
    let scene = Scene::new();
    let mut layout = Layout::new();
    let images = ["linux/amd64", "linux/arm64"]
        .map(|platform| layout.image(platform, &[platform.into()], &json!({})));
    let index = layout.index(&images);
    layout.tag("1", &index);
    let desk = scene.desk();
    let registry = scene.registry();
    let image = registry.image("acme/x:1");
    copy_in(&desk, &layout, "1", &image).ok();
    generate_key(&desk);
    sign(&desk, Scheme::Referrer, &image, &["--recursive"]).ok();
    for child in [&index, &images[0], &images[1]] {
        let digest = child["digest"].as_str().unwrap_or_default();
        let image = registry.image(&format!("acme/x@{digest}"));
        verify(&desk, Scheme::Referrer, &image, &[]).ok();
        assert_eq!(registry.referrers("acme/x", digest).len(), 1);
    }
}
