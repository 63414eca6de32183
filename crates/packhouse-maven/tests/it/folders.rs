//! Folders, for people and for clients that read them.

use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::app::token_spec;

use crate::world::{Gav, Repo, World, address, builds, jar, pom, refused};

const GA: &str = "com.acme:lib";

/// Gives the addresses of the links of a page; each link's text is its address.
async fn links(repo: &Repo, path: &str) -> Vec<String> {
    let answer = repo.get(path).await.expect(200);
    let types = answer.header("content-type");
    assert_eq!(types, Some("text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy");
    assert_eq!(policy, Some("default-src 'none'"));
    let text = answer.text();
    let links = text.split("<a href=\"").skip(1).map(|rest| {
        let (address, rest) = rest.split_once("\">").unwrap();
        let shown = rest.split("</a>").next().unwrap();
        assert_eq!(address, shown);
        address.to_owned()
    });
    links.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_lead_down_to_every_listed_file() {
    let world = World::new().await;
    let repo = world.libs();
    for version in ["1.10", "1.9", "1.0"] {
        repo.deploy(GA, version).await;
    }
    repo.deploy("com.acme.lib:core", "1").await;
    repo.deploy("org.else:thing", "2").await;
    // Under way, and so in no list.
    repo.put_new(&Gav::new("net.open:x", "1").file("jar"), b"x")
        .await;
    repo.put_new(&Gav::new(GA, "3.0").file("jar"), b"x").await;
    assert_eq!(links(&repo, "").await, ["com/", "org/"]);
    assert_eq!(links(&repo, "com/").await, ["../", "acme/"]);
    assert_eq!(links(&repo, "com/acme/").await, ["../", "lib/"]);
    assert_eq!(
        links(&repo, "com/acme/lib/").await,
        [
            "../",
            "core/",
            "1.0/",
            "1.9/",
            "1.10/",
            "maven-metadata.xml"
        ]
    );
    assert_eq!(
        links(&repo, "com/acme/lib/1.9/").await,
        ["../", "lib-1.9.jar", "lib-1.9.pom"]
    );
    refused(repo.get("com/acme/lib/3.0/").await, 404, &["not found"]);
    refused(repo.get("net/").await, 404, &["not found"]);
    // Without the slash it is no folder.
    refused(repo.get("com/acme").await, 404, &["not found"]);
    // The same with two slashes for one.
    assert_eq!(links(&repo, "/com//acme//").await, ["../", "lib/"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_of_snapshots_show_their_builds() {
    let world = World::new().await;
    let repo = world.libs();
    let (at, build) = (Gav::new(GA, "1-SNAPSHOT"), "20260131.120000-1");
    repo.put_new(&at.of_build(build, "pom"), &pom(GA, "1-SNAPSHOT"))
        .await;
    repo.put_metadata("com/acme/lib/1-SNAPSHOT", &builds(GA, "1-SNAPSHOT", build))
        .await;
    let next = at.of_build("20260131.130000-2", "pom");
    repo.put_new(&next, &pom(GA, "1-SNAPSHOT")).await;
    assert_eq!(
        links(&repo, "com/acme/lib/1-SNAPSHOT/").await,
        ["../", "lib-1-20260131.120000-1.pom", "maven-metadata.xml"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_come_as_json_to_who_asks() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let json = [("accept", "application/json")];
    let root = repo.get_with("", &json).await.expect(200);
    assert_eq!(root.header("content-type"), Some("application/json"));
    assert_eq!(
        root.json(),
        serde_json::json!({ "path": "", "entries": [{ "name": "com", "type": "directory" }] })
    );
    let files = repo.get_with("com/acme/lib/1.0/", &json).await.expect(200);
    let time = "2026-01-31T12:00:00Z";
    assert_eq!(
        files.json(),
        serde_json::json!({ "path": "com/acme/lib/1.0", "entries": [
            { "name": "lib-1.0.jar", "type": "file", "size": jar(GA, "1.0").len(),
              "modified": time },
            { "name": "lib-1.0.pom", "type": "file", "size": pom(GA, "1.0").len(),
              "modified": time },
        ] })
    );
    // A browser takes anything, and gets the page.
    let browser = [("accept", "text/html,application/json;q=0.9,*/*;q=0.8")];
    let page = repo.get_with("", &browser).await.expect(200);
    let types = page.header("content-type");
    assert_eq!(types, Some("text/html; charset=utf-8"));
}

/// A token for one package is none for the repository: it reads that package, and elsewhere what
/// anybody reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_one_package_sees_no_folders_of_a_private_repository() {
    let world = World::new().await;
    let repo = world.libs();
    let open = world.repository("open", Visibility::Public).await;
    repo.deploy(GA, "1.0").await;
    repo.deploy("com.acme:other", "1.0").await;
    open.deploy("com.open:thing", "1.0").await;
    let lib = address("libs/com.acme:lib");
    let limits = world.app.registry.token_limits(vec![], vec![], vec![lib]);
    let spec = TokenSpec {
        limits: limits.await.unwrap(),
        ..token_spec()
    };
    let token = world.app.token("ada", spec).await.secret;
    let client = world.app.client(Some(&token));
    let limited = repo.seen_by(&client);
    assert_eq!(limited.versions(GA).await, ["1.0"]);
    limited
        .get(&Gav::new(GA, "1.0").file("jar"))
        .await
        .expect(200);
    for path in [
        "",
        "com/",
        "com/acme/",
        "com/acme/lib/",
        "com/acme/lib/1.0/",
    ] {
        refused(limited.get(path).await, 404, &["not found"]);
        let asked = [("accept", "application/json")];
        refused(limited.get_with(path, &asked).await, 404, &["not found"]);
    }
    let other = Gav::new("com.acme:other", "1.0").file("jar");
    refused(limited.get(&other).await, 404, &["not found"]);
    let open = open.seen_by(&client);
    assert_eq!(links(&open, "").await, ["com/"]);
    let folder = "com/open/thing/";
    let expected = ["../", "1.0/", "maven-metadata.xml"];
    assert_eq!(links(&open, folder).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_show_what_one_may_read() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let rita = repo.seen_by(&world.colleague("rita", Some(Role::Read)).await);
    let member = repo.seen_by(&world.member("mia").await);
    let nobody = repo.seen_by(&world.app.anonymous());
    for reader in [&rita, &member] {
        assert_eq!(links(reader, "").await, ["com/"]);
    }
    refused(nobody.get("").await, 401, &["sign-in"]);
    // There is none across repositories.
    let every = Repo::of(&world.owner, "acme/*");
    for path in ["", "com/", "com/acme/lib/"] {
        refused(every.get(path).await, 404, &["not found"]);
    }
}
