//! A package with a signature: case 28. The SDK 3.1 cannot verify one, so the bytes must do.

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Dotnet, SOURCE};

use super::expect::{OWNER, content_hash, has};

#[test]
fn case_28_a_signed_package_comes_back_as_it_was() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let dotnet = home.dotnet();
    // Its templates come with the SDK, signed by their author and by the gallery that had them.
    let package = Dotnet::shipped("nunit3.dotnetnew.template.1.7.1.nupkg");
    let bytes = std::fs::read(&package).expect("it comes with the SDK");
    let signature = b".signature.p7s";
    assert!(bytes.windows(signature.len()).any(|part| part == signature));
    dotnet.push(&package, SOURCE, None, &[]).ok();
    let id = "NUnit3.DotNetNew.Template";
    has(&scene, id, "1.7.1", &bytes);
    let feed = scene.nuget(OWNER);
    let entry = format!("/v2/Packages(Id='{id}',Version='1.7.1')");
    let entry = feed.get(&entry).expect(200).text();
    assert!(entry.contains(&content_hash(&bytes)), "{entry}");
    let source = feed.index();
    let what = format!("{id}::1.7.1");
    dotnet
        .template_install(&what, &["--nuget-source", &source])
        .ok();
    dotnet
        .run(&["new", "nunit-test", "--list"])
        .ok()
        .says("NUnit 3 Test Item");
}
