//! Pushing packages: cases 1, 3 to 5, 7, 12. What is refused for what is in it, or for its size, is
//! in `refused`.

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Exe, Home, Nupkg, SOURCE, Source};

use super::expect::{CLIENTS, OWNER, has, push, pushed, requests};

fn package(id: &str, version: &str) -> Nupkg {
    Nupkg::new(id, version).file("content/text.txt", format!("{id} {version}"))
}

/// A key is enough where anybody may read the index, which is where something is public.
#[test]
fn case_01_a_package_is_pushed_with_a_key() {
    let scene = Scene::new();
    let home = scene.nuget_home_as(OWNER, None);
    let before = package("Acme.Public", "1.0.0");
    let refused = push(&home, None, &before.write(&home), Some(&scene.token));
    refused
        .failed()
        .says("401 (Unauthorized: sign in with a token)");
    // The address for pushes needs no index.
    let address = format!("{}/nuget/{OWNER}/package", scene.server.origin());
    let file = before.write(&home);
    let dotnet = home.dotnet();
    dotnet.push(&file, &address, Some(&scene.token), &[]).ok();
    has(&scene, "Acme.Public", "1.0.0", &before.bytes());
    scene.set_nuget_visibility("acme/Acme.Public", "public");

    for client in CLIENTS {
        let id = format!("Acme.{}", client.map_or("Sdk", Exe::version));
        let made = package(&id, "1.0.0");
        let before = requests(&scene, "PUT").len();
        let ran = push(&home, client, &made.write(&home), Some(&scene.token));
        ran.ok().says("Your package was pushed.");
        assert_eq!(requests(&scene, "PUT")[before..], ["{owner}/package 201"]);
        has(&scene, &id, "1.0.0", &made.bytes());
    }
}

#[test]
fn case_02_a_package_is_pushed_with_the_credentials_of_its_source() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    for client in CLIENTS {
        let id = format!("Acme.{}", client.map_or("Sdk", Exe::version));
        let made = package(&id, "1.0.0");
        let before = requests(&scene, "PUT").len();
        push(&home, client, &made.write(&home), None).ok();
        let seen = &requests(&scene, "PUT")[before..];
        assert_eq!(seen, ["{owner}/package 401", "{owner}/package 201"]);
        has(&scene, &id, "1.0.0", &made.bytes());
    }
}

/// Many a recipe has a key that is none, because a client insists on one.
#[test]
fn case_03_credentials_of_the_source_count_where_the_key_is_a_dummy() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    for client in CLIENTS {
        let id = format!("Acme.{}", client.map_or("Sdk", Exe::version));
        let made = package(&id, "1.0.0");
        push(&home, client, &made.write(&home), Some("dummy")).ok();
        has(&scene, &id, "1.0.0", &made.bytes());
    }
}

/// The same bytes or others: a version is there once.
#[test]
fn case_04_a_version_is_pushed_once() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let made = package("Acme.A", "1.0.0");
    let key = Some(scene.token.as_str());
    push(&home, None, &made.write(&home), key).ok();
    let other = made.clone().file("content/more.txt", "more");
    for again in [&made, &other] {
        for client in CLIENTS {
            let ran = push(&home, client, &again.write(&home), key).failed();
            ran.says("409 (Conflict: this version exists or existed, publish under a new number)");
        }
        let file = again.write(&home);
        let skip = ["--skip-duplicate"];
        home.dotnet().push(&file, SOURCE, key, &skip).ok();
        let nuget = home.nuget(Exe::V5);
        nuget.push(&file, SOURCE, key, &["-SkipDuplicate"]).ok();
    }
    // Nobody tried again by themselves.
    let puts = requests(&scene, "PUT");
    let conflicts = puts.iter().filter(|line| line.ends_with(" 409"));
    assert_eq!((puts.len(), conflicts.count()), (11, 10), "{puts:?}");
    assert_eq!(scene.nuget(OWNER).versions("Acme.A"), ["1.0.0"]);
    has(&scene, "Acme.A", "1.0.0", &made.bytes());
}

/// With `--skip-duplicate` a folder of packages is pushed as far as it is new.
#[test]
fn case_04_a_folder_is_pushed_as_far_as_it_is_new() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    pushed(&scene, &[package("Acme.A", "1.0.0")]);
    for id in ["Acme.A", "Acme.B", "Acme.C"] {
        package(id, "1.0.0").write(&home);
    }
    let all = home.path().join("made/*.nupkg");
    let key = Some(scene.token.as_str());
    let dotnet = home.dotnet();
    dotnet
        .push(
            &all,
            SOURCE,
            key,
            &["--skip-duplicate", "--no-symbols", "true"],
        )
        .ok();
    for id in ["Acme.A", "Acme.B", "Acme.C"] {
        assert_eq!(scene.nuget(OWNER).versions(id), ["1.0.0"]);
    }
}

#[test]
fn case_05_spellings_of_one_version_are_one() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let first = package("Acme.A", "1.0");
    push(&home, None, &first.write(&home), None).ok();
    for version in ["1.0.0.0", "1.0.0+b", "01.0"] {
        let again = package("Acme.A", version);
        let ran = push(&home, None, &again.write(&home), None);
        ran.failed().says("409");
    }
    assert_eq!(scene.nuget(OWNER).versions("Acme.A"), ["1.0.0"]);
    has(&scene, "Acme.A", "1.0.0", &first.bytes());
}

/// Who may not push is told so once, without being asked for anything.
#[test]
fn case_07_a_token_that_may_only_read_pushes_nothing() {
    let scene = Scene::new();
    let reads = scene.create_token("alice", "read:packages", &[]);
    let mut home = scene.nuget_home_as(OWNER, Some(&reads));
    home.use_no_proxy();
    for client in CLIENTS {
        let before = requests(&scene, "PUT").len();
        let file = package("Acme.A", "1.0.0").write(&home);
        let ran = push(&home, client, &file, Some(&reads));
        ran.failed()
            .says("403 (Forbidden: this token or account may not do this)")
            .says("this token lacks the scope write:packages");
        assert_eq!(requests(&scene, "PUT")[before..], ["{owner}/package 403"]);
    }
    assert_eq!(scene.nuget(OWNER).versions("Acme.A"), [""; 0]);
    assert_eq!(scene.server.stored_files().len(), 0);
}

/// Keys that are none, were revoked or are somebody's who may not push there.
#[test]
fn a_key_that_is_not_good_says_why() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let file = package("Acme.A", "1.0.0").write(&home);
    let carol = super::expect::user(&scene, "carol");
    // Nobody knows the credentials of an address that is no source of theirs.
    let address = format!("{}/nuget/{OWNER}", scene.server.origin());
    let told = "401 (Unauthorized: this key or token is unknown, expired or revoked)";
    let dotnet = home.dotnet();
    for key in ["nonsense", &format!("{}x", scene.token)] {
        dotnet
            .push(&file, &address, Some(key), &[])
            .failed()
            .says(told);
    }
    let told = "403 (Forbidden: no write access here, or there is no such account)";
    dotnet
        .push(&file, &address, Some(&carol), &[])
        .failed()
        .says(told);
    let nowhere = format!("{}/nuget/nobody", scene.server.origin());
    dotnet
        .push(&file, &nowhere, Some(&carol), &[])
        .failed()
        .says(told);
    assert_eq!(scene.nuget(OWNER).versions("Acme.A"), [""; 0]);
}

/// The address of the owner, of its feed and of its pushes, with a slash and without.
#[test]
fn case_12_a_source_of_version_2_takes_packages() {
    let scene = Scene::new();
    let owner = format!("{}/nuget/{OWNER}", scene.server.origin());
    let addresses = ["", "/", "/v2", "/v2/", "/package", "/v2/package/"];
    let sources = addresses.map(|path| Source::new(SOURCE, &format!("{owner}{path}")));
    for (number, source) in sources.into_iter().enumerate() {
        let home = Home::new(&[source]);
        for (minor, client) in CLIENTS.into_iter().enumerate() {
            // One address is enough to know of the others.
            if number > 0 && client.is_some() {
                continue;
            }
            let version = format!("1.{number}.{minor}");
            let made = package("Acme.A", &version);
            push(&home, client, &made.write(&home), Some(&scene.token)).ok();
            has(&scene, "Acme.A", &version, &made.bytes());
        }
    }
}
