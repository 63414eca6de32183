//! Documents over several packages: plugins of a group, archetypes of a repository.

use std::io::Write;

use packhouse_core::visibility::Visibility;
use zip::write::SimpleFileOptions;

use crate::world::{Gav, Repo, World, metadata, pom, pom_with, refused, sum, value, values};

const GROUP: &str = "com/acme/maven-metadata.xml";

/// Makes the jar of a plugin that says its prefix itself.
fn plugin_jar(prefix: &str, name: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file("META-INF/MANIFEST.MF", options).unwrap();
    zip.write_all(b"Manifest-Version: 1.0\n").unwrap();
    zip.start_file("META-INF/maven/plugin.xml", options)
        .unwrap();
    let descriptor =
        format!("<plugin><name>{name}</name><goalPrefix>{prefix}</goalPrefix></plugin>");
    zip.write_all(descriptor.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// Deploys a plugin, of which only its jar says that it is one.
async fn deploy_plugin(repo: &Repo, ga: &str, prefix: &str) {
    let at = Gav::new(ga, "1.0");
    let of_plugin = pom_with(ga, "1.0", "<packaging>maven-plugin</packaging>");
    repo.put_new(&at.file("pom"), &of_plugin).await;
    repo.put_new(&at.file("jar"), &plugin_jar(prefix, "A plugin"))
        .await;
    repo.put_metadata(&at.directory(), &metadata(ga, &["1.0"]))
        .await;
}

async fn prefixes(repo: &Repo, path: &str) -> Vec<(String, String)> {
    let answer = repo.get(path).await;
    if answer.status == 404 {
        return Vec::new();
    }
    let text = answer.expect(200).text();
    let plugins = values(&text, "plugin");
    let pair = |plugin: &String| (value(plugin, "prefix"), value(plugin, "artifactId"));
    plugins.iter().map(pair).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(prefix, artifact): &(&str, &str)| ((*prefix).to_owned(), (*artifact).to_owned());
    expected.iter().map(owned).collect()
}

/// Clients before Maven 3.9 never say it otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn case_20_a_plugin_says_its_prefix_in_its_jar() {
    let world = World::new().await;
    let repo = world.libs();
    refused(repo.get(GROUP).await, 404, &["not found"]);
    deploy_plugin(&repo, "com.acme:tool-maven-plugin", "tool").await;
    let expected = pairs(&[("tool", "tool-maven-plugin")]);
    assert_eq!(prefixes(&repo, GROUP).await, expected);
    let document = repo.get(GROUP).await.expect(200);
    assert_eq!(value(&document.text(), "name"), "A plugin");
    let of = repo.get(&format!("{GROUP}.sha1")).await.expect(200);
    assert_eq!(of.text(), sum("sha1", &document.body));
    // It goes with its package, and comes from the package alone.
    world
        .delete("libs/com.acme:tool-maven-plugin", &["1.0"])
        .await;
    refused(repo.get(GROUP).await, 404, &["not found"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_20_a_client_says_the_prefixes_of_a_group() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy("com.acme:one-maven-plugin", "1.0").await;
    repo.deploy("com.acme:two-maven-plugin", "1.0").await;
    let named = |prefix: &str, artifact: &str| {
        format!(
            "<plugin><name>&lt;{prefix}&gt;</name><prefix>{prefix}</prefix>\
             <artifactId>{artifact}</artifactId></plugin>"
        )
    };
    for plugins in [
        named("one", "one-maven-plugin"),
        // Another client, which has not seen the first.
        named("two", "two-maven-plugin") + &named("none", "no-maven-plugin"),
    ] {
        let body = format!("<metadata><plugins>{plugins}</plugins></metadata>");
        repo.put_metadata("com/acme", body.as_bytes()).await;
    }
    let expected = pairs(&[("one", "one-maven-plugin"), ("two", "two-maven-plugin")]);
    assert_eq!(prefixes(&repo, GROUP).await, expected);
    let text = repo.get(GROUP).await.text();
    assert_eq!(values(&text, "name"), ["&lt;one&gt;", "&lt;two&gt;"]);
    world.delete_package("libs/com.acme:one-maven-plugin").await;
    let expected = pairs(&[("two", "two-maven-plugin")]);
    assert_eq!(prefixes(&repo, GROUP).await, expected);
}

/// A path may be an artifact's and a group's at once.
#[tokio::test(flavor = "multi_thread")]
async fn one_document_lists_versions_and_plugins() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy("com:acme", "7").await;
    deploy_plugin(&repo, "com.acme:tool-maven-plugin", "tool").await;
    let text = repo.get(GROUP).await.expect(200).text();
    assert_eq!(value(&text, "version"), "7");
    assert_eq!(value(&text, "prefix"), "tool");
    // And a client's upload may speak of either.
    let only_plugins = "<metadata><plugins/></metadata>";
    repo.put(GROUP, only_plugins).await.expect(200);
    repo.put_new(&Gav::new("com:acme", "8").file("jar"), b"x")
        .await;
    repo.put(GROUP, metadata("com:acme", &["8"]))
        .await
        .expect(200);
    assert_eq!(repo.versions("com:acme").await, ["7", "8"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_29_plugins_of_all_repositories_that_one_may_read() {
    let world = World::new().await;
    let open = world.repository("open", Visibility::Public).await;
    deploy_plugin(&world.libs(), "com.acme:a-maven-plugin", "a").await;
    deploy_plugin(&open, "com.acme:b-maven-plugin", "b").await;
    let every = Repo::of(&world.owner, "acme/*");
    let both = pairs(&[("a", "a-maven-plugin"), ("b", "b-maven-plugin")]);
    assert_eq!(prefixes(&every, GROUP).await, both);
    let nobody = every.seen_by(&world.app.anonymous());
    let of_open = pairs(&[("b", "b-maven-plugin")]);
    assert_eq!(prefixes(&nobody, GROUP).await, of_open);
    assert_eq!(prefixes(&open, GROUP).await, of_open);
    refused(
        nobody.get("org/maven-metadata.xml").await,
        401,
        &["sign-in"],
    );
    refused(every.get("org/maven-metadata.xml").await, 404, &[]);
    // Not of other owners.
    let user = world.app.user("sam").await;
    world.app.repository("sam/own", Visibility::Public).await;
    let own = Repo::of(&user, "sam/own");
    deploy_plugin(&own, "com.acme:c-maven-plugin", "c").await;
    assert_eq!(prefixes(&every, GROUP).await, both);
}

#[tokio::test(flavor = "multi_thread")]
async fn archetypes_are_catalogued() {
    const CATALOG: &str = "archetype-catalog.xml";
    let world = World::new().await;
    let repo = world.libs();
    let open = world.repository("open", Visibility::Public).await;
    repo.deploy("com.acme:lib", "1.0").await;
    refused(repo.get(CATALOG).await, 404, &["not found"]);
    let packaging = "<packaging>maven-archetype</packaging>";
    for (repo, ga, versions) in [
        (&repo, "com.acme:quick-archetype", &["1.0", "1.1"][..]),
        (&open, "com.acme:open-archetype", &["2.0"]),
    ] {
        for version in versions {
            let at = Gav::new(ga, version);
            let more = format!("{packaging}<description>To begin &amp; go on</description>");
            repo.put_new(&at.file("pom"), &pom_with(ga, version, &more))
                .await;
            repo.put_new(&at.file("jar"), b"jar").await;
            repo.put_metadata(&at.directory(), &metadata(ga, &[version]))
                .await;
        }
    }
    let document = repo.get(CATALOG).await.expect(200);
    assert_eq!(document.header("content-type"), Some("application/xml"));
    let text = document.text();
    assert_eq!(value(&text, "groupId"), "com.acme");
    assert_eq!(value(&text, "artifactId"), "quick-archetype");
    assert_eq!(value(&text, "version"), "1.1");
    assert_eq!(value(&text, "description"), "To begin &amp; go on");
    let of = repo.get(&format!("{CATALOG}.sha1")).await.expect(200);
    assert_eq!(of.text(), sum("sha1", &document.body));
    let every = Repo::of(&world.owner, "acme/*");
    let both = every.get(CATALOG).await.expect(200).text();
    let mut artifacts = values(&both, "artifactId");
    artifacts.sort();
    assert_eq!(artifacts, ["open-archetype", "quick-archetype"]);
    let nobody = every.seen_by(&world.app.anonymous());
    let seen = nobody.get(CATALOG).await.expect(200).text();
    assert_eq!(values(&seen, "artifactId"), ["open-archetype"]);
    world.delete_package("libs/com.acme:quick-archetype").await;
    refused(repo.get(CATALOG).await, 404, &["not found"]);
}

/// A jar is looked into, never trusted: whatever is wrong with it, it is a file.
#[tokio::test(flavor = "multi_thread")]
async fn jars_that_cannot_be_looked_into_are_files() {
    let world = World::new().await;
    let repo = world.libs();
    let ga = "com.acme:odd-maven-plugin";
    let whole = plugin_jar("odd", "Odd");
    let entity = plugin_jar("<!DOCTYPE x [<!ENTITY e \"e\">]>", "&e;");
    for (version, body) in [
        ("1", b"no archive".to_vec()),
        ("2", whole[..whole.len() / 2].to_vec()),
        ("3", entity),
        ("4", plugin_jar("", "nameless")),
        ("5", plugin_jar(&"x".repeat(2 << 20), "long")),
    ] {
        let at = Gav::new(ga, version);
        repo.put_new(&at.file("pom"), &pom(ga, version)).await;
        repo.put_new(&at.file("jar"), &body).await;
        repo.put_metadata(&at.directory(), &metadata(ga, &[version]))
            .await;
        assert_eq!(repo.get(&at.file("jar")).await.expect(200).body, body);
    }
    refused(repo.get(GROUP).await, 404, &["not found"]);
}
