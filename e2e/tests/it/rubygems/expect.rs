//! What several subjects look at.

use packhouse_e2e::rubygems::{Gem, Gemfile, Gemspec, Home, Project};
use packhouse_e2e::{Scene, Tap};

/// Whose source the tests use.
pub const OWNER: &str = "acme";

/// Where that is at any server.
pub const PATH: &str = "/rubygems/acme";

/// Pushes gems without a client, with Alice's token.
pub fn pushed(scene: &Scene, gems: &[Gemspec]) {
    let index = scene.rubygems(OWNER);
    for gem in gems {
        index.push(&gem.bytes()).expect(200);
    }
}

/// Gives gems of one name with these versions.
pub fn versions(name: &str, numbers: &[&str]) -> Vec<Gemspec> {
    let version = |number: &&str| Gemspec::new(name, number);
    numbers.iter().map(version).collect()
}

/// Asserts that a gem has these versions, in this order.
pub fn has(scene: &Scene, name: &str, numbers: &[&str]) {
    assert_eq!(scene.rubygems(OWNER).numbers(name), numbers, "{name}");
}

/// Asserts that a gem is listed and its bytes are these.
pub fn is_stored(scene: &Scene, name: &str, number: &str, bytes: &[u8]) {
    let index = scene.rubygems(OWNER);
    let numbers = index.numbers(name);
    assert!(numbers.iter().any(|one| one == number), "{numbers:?}");
    let gem = index.download(&format!("{name}-{number}")).expect(200);
    assert!(gem.body == bytes, "{name} {number} has other bytes");
}

/// Asserts that nothing of a gem is there.
pub fn absent(scene: &Scene, name: &str) {
    let index = scene.rubygems(OWNER);
    index.get(&format!("/info/{name}")).expect(404);
    assert!(!index.names().iter().any(|one| one == name));
    let begin = format!("{name} ");
    assert!(!index.versions().iter().any(|one| one.starts_with(&begin)));
}

/// Makes a user, and gives a token of theirs that could read and write.
pub fn user(scene: &Scene, login: &str) -> String {
    scene.create_user(login);
    scene.create_token(login, "read:packages,write:packages", &[])
}

/// Gives a role on a gem of [`OWNER`].
pub fn grant(scene: &Scene, name: &str, to: &str, role: &str) {
    let gem = format!("{OWNER}/{name}");
    let words = ["package", "grant", "rubygems", &gem, to, role];
    scene.server.admin(&words, "");
}

/// Gives a home whose source is [`OWNER`]'s behind a tap, with a token or with nothing.
pub fn home_behind(tap: &Tap, gem: Gem, token: Option<&str>) -> Home {
    Home::new(gem, &format!("{}{PATH}", tap.origin()), token)
}

/// Writes a project that needs these gems, of any version, from the home's source.
pub fn app(home: &Home, names: &[&str]) -> Project {
    let begin = Gemfile::new(&format!("{}/", home.base()));
    let gemfile = names.iter().fold(begin, |file, name| file.gem(name, &[]));
    gemfile.write(home, "app")
}

/// Takes what was said through a tap, `GET /versions 200` each, sorted.
pub fn said(tap: &Tap) -> Vec<String> {
    let mut lines: Vec<_> = tap.take().iter().map(|said| said.line(PATH)).collect();
    lines.sort();
    lines
}
