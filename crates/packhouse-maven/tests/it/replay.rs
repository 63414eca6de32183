//! What each client sends, in its order (Maven notes §3).

use std::collections::BTreeMap;

use chrono::Duration;

use crate::world::{
    Gav, Repo, World, builds, directory, jar, metadata, pom, pom_with, refused, sum, value, values,
};

const GA: &str = "com.acme:lib";
const SNAPSHOT: &str = "1.0-SNAPSHOT";
const V_LEVEL: &str = "com/acme/lib/1.0-SNAPSHOT/maven-metadata.xml";

/// Gives the document, or nothing where there is none: clients go on then, and on nothing else.
async fn asked(repo: &Repo, path: &str) -> Option<String> {
    let answer = repo.get(path).await;
    match answer.status.as_u16() {
        404 => None,
        _ => Some(answer.expect(200).text()),
    }
}

/// What every client computes its next build number from.
async fn next_number(repo: &Repo) -> u64 {
    let seen = asked(repo, V_LEVEL).await;
    seen.map_or(0, |text| value(&text, "buildNumber").parse().unwrap()) + 1
}

/// Merges the own version into what the server lists, as clients do.
async fn merged(repo: &Repo, ga: &str, version: &str) -> Vec<u8> {
    let mut list = repo.versions(ga).await;
    if !list.iter().any(|listed| listed == version) {
        list.push(version.to_owned());
    }
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    metadata(ga, &list)
}

/// Insists that the metadata of the snapshot names these files, by classifier and extension, and
/// that each is there with checksums that fit.
async fn expect_current(repo: &Repo, expected: &[(&str, &str, &str)]) {
    let text = asked(repo, V_LEVEL).await.expect("the builds are listed");
    let rows = values(&text, "snapshotVersion");
    let found: BTreeMap<(String, String), String> = rows
        .iter()
        .map(|row| {
            let classifier = values(row, "classifier").pop().unwrap_or_default();
            ((classifier, value(row, "extension")), value(row, "value"))
        })
        .collect();
    let wanted = expected.iter().map(|(classifier, extension, build)| {
        let key = ((*classifier).to_owned(), (*extension).to_owned());
        (key, format!("1.0-{build}"))
    });
    assert_eq!(found, wanted.collect());
    for ((classifier, extension), value) in found {
        let dash = if classifier.is_empty() { "" } else { "-" };
        let path = format!("com/acme/lib/{SNAPSHOT}/lib-{value}{dash}{classifier}.{extension}");
        let file = repo.get(&path).await.expect(200);
        let of = repo.get(&format!("{path}.sha1")).await.expect(200);
        assert_eq!(of.text(), sum("sha1", &file.body));
    }
}

/// Main file, POM and the lists first; each attachment after that, when the version is listed.
#[tokio::test(flavor = "multi_thread")]
async fn case_08_plugin_2_8_puts_attachments_after_the_list() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.put_new(&at.file("jar"), &jar(GA, "1.0")).await;
    repo.put_new(&at.file("pom"), &pom(GA, "1.0")).await;
    let list = merged(&repo, GA, "1.0").await;
    repo.put_metadata(&at.directory(), &list).await;
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    let before = asked(&repo, "com/acme/lib/1.0/").await.unwrap();
    assert!(!before.contains("sources"));
    for (ending, body) in [
        ("-sources.jar", "sources"),
        ("-javadoc.jar", "javadoc"),
        ("jar.asc", "signature"),
    ] {
        repo.put_new(&at.file(ending), body.as_bytes()).await;
        let served = repo.get(&at.file(ending)).await.expect(200);
        assert_eq!(served.text(), body);
    }
    let after = asked(&repo, "com/acme/lib/1.0/").await.unwrap();
    for name in [
        "lib-1.0-sources.jar",
        "lib-1.0-javadoc.jar",
        "lib-1.0.jar.asc",
    ] {
        assert!(after.contains(&format!("\"{name}\"")), "{after}");
    }
    assert_eq!(repo.versions(GA).await, ["1.0"]);
}

/// With each attachment the list of builds is sent again; its timestamp may be of no build at all.
#[tokio::test(flavor = "multi_thread")]
async fn case_08_plugin_2_8_lists_a_snapshot_again_with_each_attachment() {
    let world = World::new().await;
    let repo = world.libs();
    for (round, build) in ["20260131.120000-1", "20260131.130000-2"]
        .into_iter()
        .enumerate()
    {
        assert_eq!(next_number(&repo).await, round as u64 + 1);
        let at = Gav::new(GA, SNAPSHOT);
        let folder = format!("{}/{SNAPSHOT}", at.directory());
        let list = builds(GA, SNAPSHOT, build);
        repo.put_new(&at.of_build(build, "jar"), build.as_bytes())
            .await;
        repo.put_new(&at.of_build(build, "pom"), &pom(GA, SNAPSHOT))
            .await;
        let versions = merged(&repo, GA, SNAPSHOT).await;
        repo.put_metadata(&folder, &list).await;
        repo.put_metadata(&at.directory(), &versions).await;
        for ending in ["-sources.jar", "-javadoc.jar"] {
            repo.put_new(&at.of_build(build, ending), ending.as_bytes())
                .await;
            let odd = builds(GA, SNAPSHOT, "20260131.235959-99");
            repo.put_metadata(&folder, &odd).await;
        }
        expect_current(
            &repo,
            &[
                ("", "jar", build),
                ("", "pom", build),
                ("javadoc", "jar", build),
                ("sources", "jar", build),
            ],
        )
        .await;
        world.app.clock.advance(Duration::hours(1));
    }
    assert_eq!(repo.versions(GA).await, [SNAPSHOT]);
    let text = asked(&repo, V_LEVEL).await.unwrap();
    assert_eq!(value(&text, "timestamp"), "20260131.130000");
}

/// POM first, the rest at once, and the lists level by level.
#[tokio::test(flavor = "multi_thread")]
async fn plugin_3_puts_the_rest_at_once_and_the_group_last() {
    let world = World::new().await;
    let repo = world.libs();
    let ga = "com.acme:tool-maven-plugin";
    let at = Gav::new(ga, "1.0");
    let of_plugin = pom_with(ga, "1.0", "<packaging>maven-plugin</packaging>");
    repo.put_new(&at.file("pom"), &of_plugin).await;
    let rest = ["jar", "-sources.jar", "-javadoc.jar", "jar.asc", "pom.asc"];
    let puts = rest.map(|ending| {
        let (repo, path) = (repo.clone(), at.file(ending));
        tokio::spawn(async move { repo.put_new(&path, path.as_bytes()).await })
    });
    futures_util::future::try_join_all(puts).await.unwrap();
    let list = merged(&repo, ga, "1.0").await;
    repo.put_metadata(&at.directory(), &list).await;
    assert!(asked(&repo, "com/acme/maven-metadata.xml").await.is_none());
    let group = "<metadata><plugins><plugin><name>Tool</name><prefix>tool</prefix>\
                 <artifactId>tool-maven-plugin</artifactId></plugin></plugins></metadata>";
    repo.put_metadata("com/acme", group.as_bytes()).await;
    let served = asked(&repo, "com/acme/maven-metadata.xml").await.unwrap();
    assert_eq!(value(&served, "prefix"), "tool");
    assert_eq!(repo.versions(ga).await, ["1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn plugin_3_puts_a_snapshot() {
    let world = World::new().await;
    let repo = world.libs();
    let at = Gav::new(GA, SNAPSHOT);
    let folder = format!("{}/{SNAPSHOT}", at.directory());
    let (first, second) = ("20260131.120000-1", "20260131.120100-2");
    for (build, endings) in [(first, &["jar", "-sources.jar"][..]), (second, &["jar"])] {
        let number = next_number(&repo).await;
        assert!(build.ends_with(&format!("-{number}")));
        repo.put_new(&at.of_build(build, "pom"), &pom(GA, SNAPSHOT))
            .await;
        // Nobody is led to a build that is under way.
        let seen = asked(&repo, V_LEVEL).await;
        assert!(!seen.unwrap_or_default().contains(build));
        for ending in endings {
            repo.put_new(&at.of_build(build, ending), build.as_bytes())
                .await;
        }
        let versions = merged(&repo, GA, SNAPSHOT).await;
        repo.put_metadata(&folder, &builds(GA, SNAPSHOT, build))
            .await;
        repo.put_metadata(&at.directory(), &versions).await;
        world.app.clock.advance(Duration::minutes(1));
    }
    expect_current(
        &repo,
        &[
            ("", "jar", second),
            ("", "pom", second),
            ("sources", "jar", first),
        ],
    )
    .await;
}

/// Main file, POM, module, attachments, each with four checksums.
#[tokio::test(flavor = "multi_thread")]
async fn gradle_puts_a_release_with_module_metadata() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let all = ["sha1", "md5", "sha256", "sha512"];
    let marked = pom_with(
        GA,
        "1.0",
        "<!-- do_not_remove: published-with-gradle-metadata -->",
    );
    let module = br#"{"formatVersion":"1.1","component":{"group":"com.acme","module":"lib","version":"1.0"}}"#;
    let files = [
        ("jar", jar(GA, "1.0")),
        ("pom", marked),
        ("module", module.to_vec()),
        ("-sources.jar", b"sources".to_vec()),
    ];
    for (ending, body) in &files {
        repo.put_summed(&at.file(ending), body, &all).await;
    }
    let list = merged(&repo, GA, "1.0").await;
    let path = format!("{}/maven-metadata.xml", at.directory());
    repo.put(&path, list.clone()).await.expect(200);
    for algorithm in all {
        let path = format!("{path}.{algorithm}");
        repo.put(&path, sum(algorithm, &list)).await.expect(200);
    }
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    for (ending, body) in &files {
        let served = repo.get(&at.file(ending)).await.expect(200);
        assert_eq!(served.body, *body, "{ending}");
        for algorithm in all {
            let path = format!("{}.{algorithm}", at.file(ending));
            let of = repo.get(&path).await.expect(200);
            assert_eq!(of.text(), sum(algorithm, body));
        }
    }
    let served = repo.get(&at.file("module")).await.expect(200);
    assert_eq!(served.header("content-type"), Some("application/json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn gradle_puts_a_snapshot() {
    let world = World::new().await;
    let repo = world.libs();
    let at = Gav::new(GA, SNAPSHOT);
    let folder = format!("{}/{SNAPSHOT}", at.directory());
    let (first, second) = ("20260131.120000-1", "20260131.120100-2");
    for build in [first, second] {
        let number = next_number(&repo).await;
        assert!(build.ends_with(&format!("-{number}")));
        repo.put_new(&at.of_build(build, "jar"), build.as_bytes())
            .await;
        repo.put_new(&at.of_build(build, "pom"), &pom(GA, SNAPSHOT))
            .await;
        let module = b"{\"formatVersion\":\"1.1\"}";
        repo.put_new(&at.of_build(build, "module"), module).await;
        repo.put_metadata(&folder, &builds(GA, SNAPSHOT, build))
            .await;
        // It reads the list of versions only now, with its own in it already.
        assert_eq!(repo.versions(GA).await, [SNAPSHOT]);
        let versions = merged(&repo, GA, SNAPSHOT).await;
        repo.put_metadata(&at.directory(), &versions).await;
        world.app.clock.advance(Duration::minutes(1));
    }
    let parts = [("", "jar"), ("", "module"), ("", "pom")];
    let expected = parts.map(|(classifier, extension)| (classifier, extension, second));
    expect_current(&repo, &expected).await;
}

/// The same build again, as after an answer that was lost on the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_is_tried_again_is_no_conflict() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, SNAPSHOT));
    let path = at.of_build("20260131.120000-1", "jar");
    repo.put(&path, "bytes").await.expect(201);
    repo.put(&path, "bytes").await.expect(200);
    refused(repo.put(&path, "others").await, 409, &["never change"]);
    let asc = at.of_build("20260131.120000-1", "jar.asc");
    repo.put(&asc, "signed").await.expect(201);
    repo.put(&asc, "signed anew").await.expect(200);
    assert_eq!(repo.get(&asc).await.expect(200).text(), "signed anew");
}

/// Eight requests at a time, a file's checksums beside it, no list unless it is asked to.
#[tokio::test(flavor = "multi_thread")]
async fn bazel_puts_files_and_checksums_side_by_side() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let files = [
        ("pom", pom(GA, "1.0")),
        ("jar", jar(GA, "1.0")),
        ("-sources.jar", b"sources".to_vec()),
        ("-javadoc.jar", b"javadoc".to_vec()),
    ];
    let requests = files.iter().flat_map(|(ending, body)| {
        let path = at.file(ending);
        let sums = ["md5", "sha1", "sha256", "sha512"].map(|algorithm| {
            (
                format!("{path}.{algorithm}"),
                sum(algorithm, body).into_bytes(),
            )
        });
        sums.into_iter().chain([(path, body.clone())])
    });
    let puts = requests.map(|(path, body)| {
        let repo = repo.clone();
        tokio::spawn(async move { (repo.put(&path, body).await, path) })
    });
    for (answer, path) in futures_util::future::try_join_all(puts).await.unwrap() {
        assert_eq!(answer.status, 201, "{path}: {}", answer.text());
    }
    world.app.clock.advance(Duration::seconds(30));
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    for (ending, body) in files {
        assert_eq!(repo.get(&at.file(ending)).await.expect(200).body, body);
    }
}

/// Of a file and a wrong checksum of it that come at the same moment, one at least is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_checksum_beside_its_file_does_not_slip_through() {
    let world = World::new().await;
    let repo = world.libs();
    for number in 0..60 {
        let version = number.to_string();
        let path = Gav::new(GA, &version).file("jar");
        let of = format!("{path}.sha256");
        let wrong = sum("sha256", b"something else");
        let (file, claimed) = tokio::join!(repo.put(&path, version.clone()), repo.put(&of, wrong));
        let statuses = (file.status.as_u16(), claimed.status.as_u16());
        let noticed = [(201, 400), (400, 201), (400, 400)].contains(&statuses);
        assert!(noticed, "{statuses:?}");
        // In doubt, or not there: nobody gets it.
        refused(repo.get(&path).await, 404, &["not found"]);
    }
}

/// An IDE and old resolvers look for what is not offered.
#[tokio::test(flavor = "multi_thread")]
async fn old_clients_find_no_other_protocol() {
    let world = World::new().await;
    let path = format!("{}/maven-metadata.xml", directory(GA));
    let request = world.libs().request(reqwest::Method::OPTIONS, &path);
    let answer = packhouse_testkit::app::send(request).await.expect(204);
    assert_eq!(answer.header("allow"), Some("GET, HEAD, PUT, OPTIONS"));
    assert!(answer.header("dav").is_none());
    for method in ["PROPFIND", "MKCOL", "DELETE", "POST", "PATCH"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let answer = packhouse_testkit::app::send(world.libs().request(method, &path)).await;
        assert_eq!(answer.header("allow"), Some("GET, HEAD, PUT, OPTIONS"));
        refused(answer, 405, &["GET, HEAD, PUT"]);
    }
}
