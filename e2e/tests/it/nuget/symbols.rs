//! Symbols: cases 10 and 11.

use std::path::Path;

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Csproj, Exe, Home, Nupkg, Project, SOURCE};

use super::expect::{OWNER, requests};

/// Packs `Acme.Base` with symbols; what it says differs, and so do its symbols.
fn packed(home: &Home, text: &str) -> Project {
    let folder = format!("base-{text}");
    let project = Csproj::library("Acme.Base", "1.0.0", text)
        .with_symbols()
        .write(home, &folder);
    home.dotnet().pack(&project, &[]).ok();
    project
}

/// Takes the symbols out of a package of them.
fn pdb(snupkg: &Path) -> Vec<u8> {
    let file = std::fs::File::open(snupkg).expect("symbols were packed");
    let mut archive = zip::ZipArchive::new(file).expect("it is an archive");
    let mut entry = archive
        .by_name("lib/netcoreapp3.1/Acme.Base.pdb")
        .expect("it has symbols");
    let mut bytes = Vec::new();
    std::io::copy(&mut entry, &mut bytes).expect("they can be unpacked");
    bytes
}

/// Gives the address by which debuggers ask for symbols: the id in the stream `#Pdb`, whose first 16
/// bytes are a GUID of three numbers and eight bytes.
fn address(pdb: &[u8]) -> String {
    let number = |at: usize| {
        let bytes: [u8; 4] = pdb[at..at + 4].try_into().expect("there are four bytes");
        u32::from_le_bytes(bytes) as usize
    };
    assert_eq!(&pdb[..4], b"BSJB");
    let name = pdb.windows(8).position(|part| part == b"#Pdb\0\0\0\0");
    let start = number(name.expect("there is a stream of that name") - 8);
    let id = &pdb[start..start + 16];
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let guid = hex::encode(order.map(|at| id[at]));
    format!("/symbols/Acme.Base.pdb/{guid}ffffffff/Acme.Base.pdb")
}

#[test]
fn case_10_symbols_are_pushed_beside_their_package_and_replaced() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let feed = scene.nuget(OWNER);
    let project = packed(&home, "first");
    let ran = home.dotnet().push(&project.package(), SOURCE, None, &[]);
    ran.ok().says("Acme.Base.1.0.0.snupkg");
    let first = pdb(&project.packed("1.0.0", "snupkg"));
    let served = feed.get(&address(&first)).expect(200);
    assert!(served.body == first, "other symbols are served");
    // Case counts nowhere, rights do.
    let upper = address(&first)
        .to_uppercase()
        .replace("/SYMBOLS/", "/symbols/");
    feed.get(&upper).expect(200);
    scene.nuget_as(OWNER, None).get(&upper).expect(401);

    let again = packed(&home, "second");
    let symbols = again.packed("1.0.0", "snupkg");
    for exe in [Exe::V4, Exe::V5] {
        home.nuget(exe)
            .push(&symbols, SOURCE, Some(&scene.token), &[])
            .ok();
        let second = pdb(&symbols);
        let served = feed.get(&address(&second)).expect(200);
        assert!(served.body == second, "other symbols are served");
        feed.get(&address(&first)).expect(404);
    }
    // The package is the first one.
    let package = std::fs::read(project.package()).expect("it was packed");
    assert!(feed.download("Acme.Base", "1.0.0").expect(200).body == package);
    let puts = requests(&scene, "PUT");
    let stored = puts
        .iter()
        .filter(|line| *line == "{owner}/symbolpackage 201");
    assert_eq!(stored.count(), 3, "{puts:?}");
}

#[test]
fn case_11_symbols_without_their_package_are_refused() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let project = packed(&home, "alone");
    let symbols = project.packed("1.0.0", "snupkg");
    let key = Some(scene.token.as_str());
    home.dotnet()
        .push(&symbols, SOURCE, key, &[])
        .failed()
        .says("404");
    for exe in [Exe::V4, Exe::V5] {
        home.nuget(exe)
            .push(&symbols, SOURCE, key, &[])
            .failed()
            .says("404");
    }
    assert_eq!(scene.server.stored_files().len(), 0);

    // Nor is what holds no symbols.
    let empty = Nupkg::new("Acme.Base", "1.0.0").package_type("SymbolsPackage");
    let empty = home.write("made/Acme.Base.1.0.0.snupkg", empty.bytes());
    let ran = home.dotnet().push(&empty, SOURCE, key, &[]).failed();
    ran.says("400 (Bad Request: the symbols have no pdb in them)");
    home.dotnet()
        .push(&project.package(), SOURCE, key, &[])
        .ok();
    let pdb = pdb(&symbols);
    scene.nuget(OWNER).get(&address(&pdb)).expect(200);
}
