//! Tools and templates: case 22.

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Csproj, Nupkg, SOURCE};

use super::expect::{OWNER, pushed};

fn tool(version: &str) -> Nupkg {
    Nupkg::tool("Acme.Tool", version, "greet", &format!("tool {version}"))
}

#[test]
fn case_22_a_tool_is_packed_pushed_installed_and_run() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let dotnet = home.dotnet();
    let project = Csproj::tool("Acme.Tool", "1.0.0", "greet", "tool as packed");
    let project = project.write(&home, "tool");
    dotnet.pack(&project, &[]).ok();
    dotnet.push(&project.package(), SOURCE, None, &[]).ok();
    dotnet.tool_install("Acme.Tool", &[]).ok();
    assert_eq!(dotnet.tool("greet", &[]).ok().stdout, "tool as packed\n");
    let found = scene.nuget(OWNER).search("packageType=dotnettool");
    assert_eq!(found["data"][0]["id"], "Acme.Tool");
    assert_eq!(found["data"][0]["packageTypes"][0]["name"], "DotnetTool");
}

/// The newest stable version, another by its number, and an update. The SDK 3.1 chooses among all
/// that can be downloaded, whether listed or not.
#[test]
fn case_22_the_newest_stable_version_of_a_tool_is_installed() {
    let scene = Scene::new();
    pushed(&scene, &["1.0.0", "1.1.0", "2.0.0-rc.1"].map(tool));
    let home = scene.nuget_home(OWNER);
    let dotnet = home.dotnet();
    let says = || dotnet.tool("greet", &[]).ok().stdout;
    let source = scene.nuget(OWNER).index();
    let install = |more: &[&str]| dotnet.tool_install("acme.tool", more).ok();
    install(&["--version", "1.0.0"]);
    assert_eq!(says(), "tool 1.0.0\n");
    dotnet.tool_update("Acme.Tool", &[]).ok();
    assert_eq!(says(), "tool 1.1.0\n");
    let bin = home.at("bin");
    let words = ["tool", "uninstall", "Acme.Tool", "--tool-path", &bin];
    dotnet.run(&words).ok();
    let words = ["package", "delete", "nuget", "acme/Acme.Tool", "1.1.0"];
    scene.server.admin(&words, "");
    home.forget();
    install(&["--add-source", &source]);
    assert_eq!(says(), "tool 1.0.0\n");
}

#[test]
fn case_22_templates_are_installed() {
    let scene = Scene::new();
    let template = |version: &str| {
        Nupkg::template("Acme.Sheet", version, "sheet", &format!("PLACE {version}"))
    };
    pushed(&scene, &["1.0.0", "1.1.0"].map(template));
    let home = scene.nuget_home(OWNER);
    let dotnet = home.dotnet();
    let source = scene.nuget(OWNER).index();
    let install = |what: &str| dotnet.template_install(what, &["--nuget-source", &source]);
    install("Acme.Sheet::1.0.0").ok();
    dotnet.make("sheet", "first").ok();
    assert_eq!(home.read("first/first.txt"), b"first 1.0.0");
    install("Acme.Sheet").ok();
    dotnet.make("sheet", "second").ok();
    assert_eq!(home.read("second/second.txt"), b"second 1.1.0");
}
