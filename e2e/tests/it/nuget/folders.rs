//! The clients with packages in folders: what they pack is what others, and they, can use.

use std::path::Path;

use packhouse_e2e::nuget::{Csproj, Exe, Home, Nupkg, Source};

/// Makes a home whose only source is its folder `feed`.
fn home() -> Home {
    let mut home = Home::new(&[]);
    let feed = home.path().join("feed");
    std::fs::create_dir(&feed).expect("a folder can be made");
    home.use_sources(&[Source::folder("feed", &feed)]);
    home
}

/// Puts a package into the source.
fn offer(home: &Home, file: &Path) {
    let name = file.file_name().expect("a package has a name");
    std::fs::copy(file, home.path().join("feed").join(name)).expect("there is such a package");
}

#[test]
fn every_client_is_the_one_that_is_pinned() {
    let home = home();
    let said = home.dotnet().run(&["--version"]).ok().stdout;
    assert_eq!(said.trim(), "3.1.102");
    // What 2.8 is it says in its requests.
    for exe in [Exe::V4, Exe::V5] {
        let version = format!("NuGet Version: {}", exe.version());
        home.nuget(exe).run(&["help"]).ok().says(&version);
    }
}

/// What the SDK packs it restores, compiles with and runs, with nothing from anywhere else.
#[test]
fn dotnet_builds_with_what_it_packed() {
    let home = home();
    let dotnet = home.dotnet();
    let base = Csproj::library("Acme.Base", "1.2.0", "base 1.2")
        .repository("https://registry.example/acme/base", "0123abcd")
        .with_symbols()
        .write(&home, "base");
    dotnet.pack(&base, &[]).ok();
    dotnet.pack(&base, &["-p:PackageVersion=2.0.0-rc.1"]).ok();
    for file in [
        base.package(),
        base.packed("1.2.0", "snupkg"),
        base.packed("2.0.0-rc.1", "nupkg"),
    ] {
        offer(&home, &file);
    }
    let app = Csproj::console("App", &["Acme.Base.Greeting.Text()"])
        .depends("Acme.Base", "1.*")
        .write(&home, "app");
    assert_eq!(dotnet.prints(&app), "base 1.2\n");
    let listed = dotnet.listed(&app, &[]).ok().stdout;
    let mut rows = listed
        .lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = [">", "Acme.Base", "1.*", "1.2.0"];
    assert!(rows.any(|words| words == row), "{listed}");
}

#[test]
fn several_projects_are_packed_in_one_run() {
    let home = home();
    let projects = ["Acme.One", "Acme.Two"]
        .map(|id| Csproj::library(id, "1.0.0", id).write(&home, &id.to_lowercase()));
    home.dotnet().pack_all(&[&projects[0], &projects[1]]).ok();
    for project in projects {
        assert!(project.package().exists(), "{:?}", project.package());
    }
}

/// Libraries, tools and templates that no client packed are as good as others.
#[test]
fn packages_made_by_hand_are_used() {
    let home = home();
    let dotnet = home.dotnet();
    for package in [
        Nupkg::library("Acme.Base", "1.0.0", "base 1"),
        Nupkg::library("Acme.Lib", "1.5.0", "lib 1.5").depends("", "Acme.Base", "[1.0,2.0)"),
        Nupkg::tool("Acme.Tool", "1.0.0", "greet", "tool 1"),
        Nupkg::template("Acme.Sheet", "1.0.0", "sheet", "PLACE by Acme"),
    ] {
        offer(&home, &package.write(&home));
    }
    let both = ["Acme.Base.Greeting.Text()", "Acme.Lib.Greeting.Text()"];
    let app = Csproj::console("App", &both).write(&home, "app");
    dotnet.add(&app, "Acme.Lib", &[]).ok();
    assert_eq!(dotnet.prints(&app), "base 1\nlib 1.5\n");
    dotnet.tool_install("Acme.Tool", &[]).ok();
    assert_eq!(dotnet.tool("greet", &[]).ok().stdout, "tool 1\n");
    dotnet.template_install("Acme.Sheet", &[]).ok();
    dotnet.make("sheet", "made").ok();
    assert_eq!(home.read("made/made.txt"), b"made by Acme");
}

/// What nuget.exe packs of a nuspec it installs, every version of it.
#[test]
fn every_nuget_exe_packs_and_installs() {
    for exe in Exe::ALL {
        let home = home();
        let nuget = home.nuget(exe);
        home.write("text.txt", "a text");
        let nuspec = "<package><metadata><id>Acme.Text</id><version>1.0.0</version>\
            <authors>Acme</authors><description>a text</description></metadata>\
            <files><file src=\"text.txt\" target=\"content\"/></files></package>";
        let nuspec = home.write("Acme.Text.nuspec", nuspec);
        nuget.pack(&nuspec, "feed").ok();
        nuget.install("Acme.Text", "feed", "got", &[]).ok();
        let text = home.read("got/Acme.Text.1.0.0/content/text.txt");
        assert_eq!(text, b"a text", "{exe:?}");
    }
}

/// Newer versions are listed by the SDK, and taken when that is asked for.
#[test]
fn newer_versions_are_found() {
    let home = home();
    let dotnet = home.dotnet();
    let versions = |version: &str| {
        let text = format!("tool {version}");
        offer(&home, &Nupkg::new("Acme.Base", version).write(&home));
        let tool = Nupkg::tool("Acme.Tool", version, "greet", &text);
        offer(&home, &tool.write(&home));
    };
    versions("1.0.0");
    dotnet.tool_install("Acme.Tool", &[]).ok();
    versions("2.0.0");
    let app = Csproj::console("App", &[]).depends("Acme.Base", "1.0.0");
    let app = app.write(&home, "app");
    dotnet.restore(&app, &[]).ok();
    let listed = dotnet.outdated(&app, &[]).ok().stdout;
    let row = "> Acme.Base 1.0.0 1.0.0 2.0.0";
    let words: Vec<_> = listed.split_whitespace().collect();
    assert!(words.join(" ").contains(row), "{listed}");
    dotnet.tool_update("Acme.Tool", &[]).ok();
    assert_eq!(dotnet.tool("greet", &[]).ok().stdout, "tool 2.0.0\n");
}

/// Every nuget.exe restores what a packages.config names, and brings it to the newest version.
#[test]
fn every_nuget_exe_restores_and_updates() {
    for exe in Exe::ALL {
        let home = home();
        let nuget = home.nuget(exe);
        for version in ["1.0.0", "2.0.0"] {
            let package = Nupkg::new("Acme.Text", version).file("lib/text.txt", version);
            offer(&home, &package.write(&home));
        }
        nuget.write_project("app", &[("Acme.Text", "1.0.0")]);
        nuget.restore("app", "feed", &[]).ok();
        let text = |version: &str| {
            let path = format!("app/packages/Acme.Text.{version}/lib/text.txt");
            home.read(&path)
        };
        assert_eq!(text("1.0.0"), b"1.0.0", "{exe:?}");
        nuget.update("app", "feed", &[]).ok();
        assert_eq!(text("2.0.0"), b"2.0.0", "{exe:?}");
        let config = home.read("app/packages.config");
        let config = String::from_utf8_lossy(&config).into_owned();
        assert!(config.contains("version=\"2.0.0\""), "{exe:?}: {config}");
    }
}
