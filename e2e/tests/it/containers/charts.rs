//! Helm charts: case 29.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Tool};

/// Makes a chart and its package; gives the package's file name.
fn package(desk: &Desk, version: &str) -> String {
    let chart = format!("apiVersion: v2\nname: web\nversion: {version}\ndescription: a page\n");
    desk.write("web/Chart.yaml", chart);
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-{{ .Chart.Version | \
        replace \"+\" \"-\" }}\n";
    desk.write("web/templates/map.yaml", template);
    desk.run(Tool::Helm, &["package", "web"]).ok();
    format!("web-{version}.tgz")
}

#[test]
fn case_29_login_push_pull_and_install_by_range() {
    let scene = Scene::new();
    let host = scene.host();
    let desk = Desk::new();
    let packages = ["1.0.0+b1", "1.1.0", "2.0.0"].map(|version| package(&desk, version));
    let charts = format!("oci://{host}/acme/charts");
    let push = |package: &str| desk.run(Tool::Helm, &["push", "--plain-http", package, &charts]);
    push(&packages[0]).failed();

    let login = |password: &str| {
        let words = ["registry", "login", &host, "--plain-http"];
        let user = ["--username", "any", "--password-stdin"];
        desk.run_with(Tool::Helm, password, &[&words[..], &user].concat())
    };
    login("pkp_not_a_token").failed();
    login(&scene.token).ok().says("Login Succeeded");
    for package in &packages {
        push(package).ok().says("Digest: sha256:");
    }
    let registry = scene.registry();
    // A tag has no plus: Helm writes an underscore for it, both ways.
    assert_eq!(
        registry.tags("acme/charts/web"),
        ["1.0.0_b1", "1.1.0", "2.0.0"]
    );
    let manifest = registry.whole("acme/charts/web", "1.0.0_b1");
    let config = &manifest["config"]["mediaType"];
    assert_eq!(*config, "application/vnd.cncf.helm.config.v1+json");

    let chart = format!("{charts}/web");
    let words = ["pull", "--plain-http", &chart, "--version", "1.0.0+b1"];
    let folder = ["--destination", "pulled"];
    desk.write("pulled/.keep", "");
    desk.run(Tool::Helm, &[&words[..], &folder].concat()).ok();
    let pulled = desk.read(&format!("pulled/{}", packages[0]));
    assert_eq!(pulled, desk.read(&packages[0]));

    // What an install would send to a cluster, with the newest version of a range.
    let words = [
        "template",
        "--plain-http",
        "x",
        &chart,
        "--version",
        "^1.0.0",
    ];
    desk.run(Tool::Helm, &words).ok().says("name: web-1.1.0");
    let words = ["show", "chart", "--plain-http", &chart, "--version", ">1"];
    desk.run(Tool::Helm, &words).ok().says("version: 2.0.0");
}

/// A chart that its maker has signed takes its provenance file along.
#[test]
fn case_29_provenance_goes_along() {
    let scene = Scene::new();
    let desk = scene.desk();
    let package = package(&desk, "1.0.0");
    // Helm sends what lies beside the package, and only checks it when it is told to.
    let provenance = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nname: web\n";
    desk.write(&format!("{package}.prov"), provenance);
    let charts = format!("oci://{}/acme/charts", scene.host());
    let words = ["push", "--plain-http", &package, &charts];
    desk.run(Tool::Helm, &words).ok();
    let manifest = scene.registry().whole("acme/charts/web", "1.0.0");
    // Helm orders them by digest.
    let layers = manifest["layers"].as_array().cloned().unwrap_or_default();
    assert_eq!(layers.len(), 2, "{manifest}");
    for media_type in [
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        "application/vnd.cncf.helm.chart.provenance.v1.prov",
    ] {
        assert!(layers.iter().any(|layer| layer["mediaType"] == media_type));
    }
    let chart = format!("{charts}/web");
    desk.write("pulled/.keep", "");
    let words = ["pull", "--plain-http", &chart, "--prov", "--destination"];
    desk.run(Tool::Helm, &[&words[..], &["pulled"]].concat())
        .ok();
    let pulled = desk.read(&format!("pulled/{package}.prov"));
    assert_eq!(pulled, provenance.as_bytes());
}
