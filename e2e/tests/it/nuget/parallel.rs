//! Many at once: case 34, and two servers on one database and one bucket.

use std::thread;

use packhouse_e2e::nuget::{Csproj, Feed, Home, Nupkg, SOURCE, Source};
use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::expect::{OWNER, chosen, has};

/// How many pushes are sent at once.
const PUSHES: usize = 50;

/// Pushes all packages at once, each to the next of `feeds`; gives the status of each.
fn at_once(feeds: &[Feed], packages: &[Nupkg]) -> Vec<u16> {
    thread::scope(|scope| {
        let pushes: Vec<_> = packages
            .iter()
            .enumerate()
            .map(|(number, package)| {
                let feed = &feeds[number % feeds.len()];
                scope.spawn(move || feed.push(&package.bytes()).status)
            })
            .collect();
        let statuses = pushes.into_iter().map(|push| push.join());
        statuses
            .map(|status| status.expect("a push is answered"))
            .collect()
    })
}

/// Fifty pushes of one version, each of other bytes: one is stored, and the others are told so.
fn one_wins(scene: &Scene, feeds: &[Feed]) {
    let package = |number: usize| {
        Nupkg::new("Acme.One", "1.0.0").file("content/number.txt", number.to_string())
    };
    let packages: Vec<_> = (0..PUSHES).map(package).collect();
    let statuses = at_once(feeds, &packages);
    let won: Vec<_> = (0..PUSHES).filter(|at| statuses[*at] == 201).collect();
    let lost = statuses.iter().filter(|status| **status == 409).count();
    assert_eq!((won.len(), lost), (1, PUSHES - 1), "{statuses:?}");
    has(scene, "Acme.One", "1.0.0", &packages[won[0]].bytes());
}

/// Fifty versions of one new package: all are stored, and listed by every document.
fn all_are_there(feeds: &[Feed]) {
    let version = |number: usize| format!("1.{number}.0");
    let package = |number: usize| Nupkg::new("Acme.Many", &version(number));
    let packages: Vec<_> = (0..PUSHES).map(package).collect();
    let statuses = at_once(feeds, &packages);
    assert_eq!(statuses, vec![201; PUSHES]);
    let expected: Vec<_> = (0..PUSHES).map(version).collect();
    for feed in feeds {
        assert_eq!(feed.versions("Acme.Many"), expected);
        let registration = feed.registration("Acme.Many").expect(200).json();
        let page = &registration["items"][0];
        assert_eq!(page["items"].as_array().map(Vec::len), Some(PUSHES));
        assert_eq!(page["upper"], "1.49.0");
        let found = feed.search("q=acme.many");
        assert_eq!(found["data"][0]["version"], "1.49.0");
        let versions = found["data"][0]["versions"].as_array();
        assert_eq!(versions.map(Vec::len), Some(PUSHES));
    }
}

#[test]
fn case_34_fifty_pushes_at_once() {
    let scene = Scene::new();
    let feeds = [scene.nuget(OWNER)];
    one_wins(&scene, &feeds);
    all_are_there(&feeds);
    scene.server.check().ok();
}

/// Pushed to one of two servers on PostgreSQL and S3, restored from the other; and fifty pushes
/// through both.
#[test]
fn two_replicas_are_one_source() {
    let (postgres, s3) = (Postgres::start(), S3::start());
    let replica = || {
        let builder = Server::builder()
            .flag("--database-url", &postgres.url())
            .flag("--storage-url", &s3.url());
        let variables = s3.environment().into_iter();
        variables.fold(builder, |builder, (key, value)| builder.env(key, &value))
    };
    let scene = Scene::on(replica());
    let other = replica().start();
    let there = format!("{}/nuget/{OWNER}", other.origin());
    let feeds = [scene.nuget(OWNER), Feed::at(&there, Some(&scene.token))];

    let maker = scene.nuget_home(OWNER);
    let library = Nupkg::library("Acme.Base", "1.0.0", "from the other");
    let (file, dotnet) = (library.write(&maker), maker.dotnet());
    dotnet.push(&file, SOURCE, None, &[]).ok();
    let source = Source::new(SOURCE, &feeds[1].index()).with_password("any", &scene.token);
    let user = Home::new(&[source]);
    let app = Csproj::console("App", &["Acme.Base.Greeting.Text()"]).depends("Acme.Base", "1.*");
    let app = app.write(&user, "app");
    assert_eq!(user.dotnet().prints(&app), "from the other\n");
    assert_eq!(chosen(&app), ["Acme.Base/1.0.0"]);
    // What is hidden through one is hidden by both at once.
    let key = Some(scene.token.as_str());
    user.dotnet().delete("Acme.Base", "1.0.0", SOURCE, key).ok();
    for feed in &feeds {
        assert_eq!(feed.search("q=acme.base")["totalHits"], 0);
    }
    one_wins(&scene, &feeds);
    all_are_there(&feeds);
    scene.server.check().ok();
}
