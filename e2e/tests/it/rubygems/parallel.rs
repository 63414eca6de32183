//! Many at once, and two servers on one database and one bucket.

use std::thread;

use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::rubygems::{Gem, Gemspec, Home, Index};
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::expect::{OWNER, PATH, app, is_stored};

/// How many pushes are sent at once.
const PUSHES: usize = 50;

/// Pushes all gems at once, each to the next of `indexes`; gives the status of each.
fn at_once(indexes: &[Index], gems: &[Gemspec]) -> Vec<u16> {
    thread::scope(|scope| {
        let pushes: Vec<_> = gems
            .iter()
            .enumerate()
            .map(|(number, gem)| {
                let index = &indexes[number % indexes.len()];
                scope.spawn(move || index.push(&gem.bytes()).status)
            })
            .collect();
        let statuses = pushes.into_iter().map(|push| push.join());
        statuses
            .map(|status| status.expect("a push is answered"))
            .collect()
    })
}

/// Fifty pushes of one version, each of other bytes: one is stored, and the others are told so.
fn one_wins(scene: &Scene, indexes: &[Index]) {
    let gem = |number: usize| Gemspec::new("acme-one", "1.0.0").summary(&number.to_string());
    let gems: Vec<_> = (0..PUSHES).map(gem).collect();
    let statuses = at_once(indexes, &gems);
    let won: Vec<_> = (0..PUSHES).filter(|at| statuses[*at] == 200).collect();
    let lost = statuses.iter().filter(|status| **status == 409).count();
    assert_eq!((won.len(), lost), (1, PUSHES - 1), "{statuses:?}");
    is_stored(scene, "acme-one", "1.0.0", &gems[won[0]].bytes());
}

/// Fifty versions of one new gem: all are stored, and what the two documents say of them agrees.
fn all_are_there(indexes: &[Index]) {
    let gem = |number: usize| Gemspec::new("acme-many", &format!("1.{number}.0"));
    let gems: Vec<_> = (0..PUSHES).map(gem).collect();
    let statuses = at_once(indexes, &gems);
    assert_eq!(statuses, vec![200; PUSHES]);
    let mut expected: Vec<_> = (0..PUSHES).map(|number| format!("1.{number}.0")).collect();
    expected.sort();
    for index in indexes {
        let mut numbers = index.numbers("acme-many");
        numbers.sort();
        assert_eq!(numbers, expected);
        let info = index.get("/info/acme-many").expect(200);
        let md5 = info.header("ETag").trim_matches('"').to_owned();
        let lines = index.versions();
        let last = lines.iter().rfind(|line| line.starts_with("acme-many "));
        let last = last.expect("the gem is listed");
        assert!(last.ends_with(&md5), "{last:?} is not of {md5}");
    }
}

#[test]
fn fifty_pushes_at_once() {
    let scene = Scene::new();
    let indexes = [scene.rubygems(OWNER)];
    one_wins(&scene, &indexes);
    all_are_there(&indexes);
    scene.server.check().ok();
}

/// Pushed to one of two servers on PostgreSQL and S3, installed from the other by everybody; and
/// fifty pushes through both.
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
    let there = format!("{}{PATH}", other.origin());
    let indexes = [scene.rubygems(OWNER), Index::at(&there, Some(&scene.token))];
    for gem in Gem::ALL {
        let maker = scene.gem_home(gem, OWNER);
        let name = format!("acme-{}", gem.version().replace('.', "-"));
        for number in ["1.0.0", "1.1.0"] {
            let built = Gemspec::new(&name, number).build(&maker);
            maker.push(&built, &[]).ok();
        }
        let user = Home::new(gem, &there, Some(&scene.token));
        let project = app(&user, &[&name]);
        user.bundle(&project, &["install"]).ok();
        assert_eq!(project.installed(), [format!("{name}-1.1.0")]);
        // What is yanked through one is gone from both at once.
        user.yank(&name, "1.1.0", &[]).ok();
        for index in &indexes {
            assert_eq!(index.numbers(&name), ["1.0.0"]);
            index.download(&format!("{name}-1.1.0")).expect(404);
        }
        maker.install(&name, &[]).ok();
        assert_eq!(maker.installed(), [format!("{name}-1.0.0")]);
        project.clean();
        user.bundle(&project, &["install"]).ok();
        assert_eq!(project.installed(), [format!("{name}-1.0.0")]);
    }
    one_wins(&scene, &indexes);
    all_are_there(&indexes);
    let documents = indexes.each_ref().map(|index| {
        let answer = index.get("/versions").expect(200);
        (answer.header("ETag").to_owned(), answer.text())
    });
    assert_eq!(documents[0], documents[1]);
    scene.server.check().ok();
}
