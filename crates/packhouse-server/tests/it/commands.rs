//! Commands and their exit codes.

use crate::world::World;

#[test]
fn wrong_usage_ends_with_2() {
    let world = World::new();
    world.run(&["dance"]).fails(2, "dance");
    world.run(&["--listen", "0.0.0.0:0"]).fails(2, "public_url");
    world.run(&["--listen", "[::]:0"]).fails(2, "public_url");
    world.run(&["--listen", "here"]).fails(2, "listen");
    world
        .run(&["--database-url", "mysql://h/x"])
        .fails(2, "database_url");
    world
        .run(&["--storage-url", "ftp://h/x"])
        .fails(2, "storage_url");
    world
        .run(&["--config", "missing.toml"])
        .fails(2, "missing.toml");
    world
        .run(&["admin", "package", "delete", "pip", "acme/x"])
        .fails(2, "pip");
    world
        .run(&["admin", "package", "delete", "npm", "acme/X y"])
        .fails(2, "name");
    let mut command = world.command(&["serve"]);
    let ran = command
        .env("PACKHOUSE__LIMITS__PIP", "1MB")
        .output()
        .unwrap();
    crate::world::Ran::from(ran).fails(2, "PACKHOUSE__LIMITS__PIP");
}

#[test]
fn what_comes_later_says_so() {
    let world = World::new();
    for words in [["backup", "f"], ["restore", "f"]] {
        world.run(&words).fails(1, "comes with a later one");
    }
}

#[test]
fn settings_can_be_looked_at() {
    let world = World::new();
    let file = "database_url = 'postgres://u:hush@db.example/x'\nlisten = '0.0.0.0:80'\n";
    std::fs::write(world.folder().join("packhouse.toml"), file).unwrap();
    let shown = world
        .run(&["config", "show", "--listen", "127.0.0.1:81"])
        .ok();
    assert!(shown.contains("listen = \"127.0.0.1:81\""), "{shown}");
    assert!(
        shown.contains("db.example") && !shown.contains("hush"),
        "{shown}"
    );
    world.run(&["config", "check"]).fails(2, "public_url");
    let good = [
        "config",
        "check",
        "--public-url",
        "https://packages.example",
    ];
    assert_eq!(world.run(&good).ok(), "the configuration is good");
}

#[test]
fn migrations_run_once() {
    let world = World::new();
    let first = world.run(&["migrate", "--data", "d"]).ok();
    assert!(
        first.lines().all(|line| line.starts_with("ran ")),
        "{first}"
    );
    assert!(world.folder().join("d/packhouse.db").exists());
    let again = world.run(&["migrate", "--data", "d"]).ok();
    assert_eq!(again, "nothing to do: the database is up to date");
}

#[test]
fn accounts_repositories_and_tokens_are_managed() {
    let world = World::new();
    let run = |words: &str| world.run(&words.split(' ').collect::<Vec<_>>());
    let password = ["admin", "user", "create", "ann", "--password-stdin"];
    world.run_with(&password, "short\n").fails(1, "password");
    world.run_with(&password, "correct horse\n").ok();
    world
        .run_with(&password, "correct horse\n")
        .fails(1, "exists already");
    let bob = ["admin", "user", "create", "bob", "--password-stdin"];
    world.run_with(&bob, "battery staple").ok();
    for words in [
        "admin org create acme --owner ann",
        "admin org member acme bob",
        "admin team create acme/core --member bob",
        "admin repo create acme/tools --visibility internal",
        "admin repo source acme/tools add https://git.example/acme/tools",
        "admin grant acme/tools acme/core write",
        "admin team member acme/core bob --role none",
        "admin user disable bob",
        "admin user enable bob",
    ] {
        assert_eq!(run(words).ok(), "", "{words}");
    }
    run("admin org member acme ann --role none").fails(1, "last owner");
    run("admin repo create nobody/tools").fails(1, "nobody");
    run("admin package delete npm acme/x").fails(1, "@acme/x");
    let packages = run("admin package list acme").ok();
    assert_eq!(
        packages,
        "TYPE  NAME  VISIBILITY  REPOSITORY  VERSIONS  CHANGED"
    );

    let words = "admin token create ann --name ci --scopes write:packages --expires-in 30d --owner \
                 acme --repo acme/tools";
    let token = run(words).ok();
    assert!(token.starts_with("pkp_") && token.len() == 40, "{token}");
    let tokens = run("admin token list ann").ok();
    let row = tokens.lines().nth(1).unwrap();
    let cells: Vec<_> = row.split_whitespace().collect();
    assert_eq!(cells[1], "ci");
    assert_eq!(cells[3..5], ["write:packages", "owners:1,repositories:1"]);
    assert!(!tokens.contains(&token), "{tokens}");
    assert_eq!(run(&format!("admin token revoke {}", cells[0])).ok(), "");
    run(&format!("admin token revoke {}", cells[0])).fails(1, "was not found");
    assert_eq!(run("admin token list ann").ok().lines().count(), 1);
}
