//! Metadata of other packages, of nothing, and too much of it.

use crate::world::{Gav, World, builds, metadata, pom, refused, values};

const GA: &str = "com.acme:lib";
const A_LEVEL: &str = "com/acme/lib/maven-metadata.xml";
const V_LEVEL: &str = "com/acme/lib/1.0-SNAPSHOT/maven-metadata.xml";

#[tokio::test(flavor = "multi_thread")]
async fn metadata_of_another_package_is_refused() {
    let mut world = World::new().await;
    let repo = world.libs();
    repo.put_new(&Gav::new(GA, "1.0").file("pom"), &pom(GA, "1.0"))
        .await;
    world.mark().await;
    for other in ["com.acme:other", "com.else:lib", "com.acme.lib:lib"] {
        let body = metadata(other, &["1.0"]);
        refused(repo.put(A_LEVEL, body).await, 400, &[other, GA]);
        let body = builds(other, "1.0-SNAPSHOT", "20260131.120000-1");
        refused(repo.put(V_LEVEL, body).await, 400, &[other, GA]);
    }
    world.expect_untouched("nothing was listed").await;
    assert!(repo.versions(GA).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_cannot_be_read_is_refused() {
    let world = World::new().await;
    let repo = world.libs();
    let deep = format!(
        "<metadata>{}{}</metadata>",
        "<a>".repeat(70),
        "</a>".repeat(70)
    );
    for body in ["", "{}", "<metadata>", "<project/>", &deep] {
        for path in [
            A_LEVEL,
            V_LEVEL,
            "com/acme/maven-metadata.xml",
            "com/maven-metadata.xml",
        ] {
            let answer = repo.put(path, body.to_owned()).await;
            refused(answer, 400, &["maven-metadata.xml is refused"]);
        }
    }
    let long = format!("<metadata>{}</metadata>", " ".repeat(8 << 20));
    refused(repo.put(A_LEVEL, long).await, 413, &["8388608"]);
    let plugins: String = (0..1_001)
        .map(|number| {
            format!("<plugin><prefix>p{number}</prefix><artifactId>a</artifactId></plugin>")
        })
        .collect();
    let flood = format!("<metadata><plugins>{plugins}</plugins></metadata>");
    refused(
        repo.put("com/acme/maven-metadata.xml", flood).await,
        400,
        &["1000"],
    );
    world.expect_untouched("nothing was kept").await;
}

/// Clients say what they like; what is served is what is there.
#[tokio::test(flavor = "multi_thread")]
async fn metadata_lists_nothing_that_is_not_there() {
    let mut world = World::new().await;
    let repo = world.libs();
    let boast = metadata(GA, &["1.0", "2.0", "../../x", "<b>"]).to_vec();
    let boast = String::from_utf8(boast).unwrap().replace("<b>", "&lt;b>");
    repo.put(A_LEVEL, boast.clone()).await.expect(200);
    let list = builds(GA, "1.0-SNAPSHOT", "20260131.120000-1");
    repo.put(V_LEVEL, list).await.expect(200);
    let group = "<metadata><plugins><plugin><prefix>x</prefix><artifactId>none</artifactId>\
                 </plugin><plugin><prefix>y</prefix><artifactId>../z</artifactId></plugin>\
                 </plugins></metadata>";
    repo.put("com/acme/maven-metadata.xml", group)
        .await
        .expect(200);
    world.expect_untouched("nothing was kept").await;
    for path in [A_LEVEL, V_LEVEL, "com/acme/maven-metadata.xml"] {
        refused(repo.get(path).await, 404, &["not found"]);
    }
    repo.deploy(GA, "1.0").await;
    world.mark().await;
    repo.put(A_LEVEL, boast).await.expect(200);
    world.expect_untouched("nothing changed").await;
    let text = repo.get(A_LEVEL).await.expect(200).text();
    assert_eq!(values(&text, "version"), ["1.0"]);
}

/// Somebody else's list cannot show a build that is under way.
#[tokio::test(flavor = "multi_thread")]
async fn builds_are_listed_by_their_own_publisher() {
    let world = World::new().await;
    let repo = world.libs();
    let role = Some(packhouse_core::permission::Role::Write);
    let wes = repo.seen_by(&world.colleague("wes", role).await);
    let at = Gav::new(GA, "1.0-SNAPSHOT");
    let build = "20260131.120000-1";
    repo.put_new(&at.of_build(build, "pom"), &pom(GA, "1.0-SNAPSHOT"))
        .await;
    let list = builds(GA, "1.0-SNAPSHOT", build);
    wes.put(V_LEVEL, list.clone()).await.expect(200);
    refused(wes.get(V_LEVEL).await, 404, &[]);
    repo.put(V_LEVEL, list).await.expect(200);
    wes.get(V_LEVEL).await.expect(200);
}

/// Metadata may leave out whose it is, and may be of a later model.
#[tokio::test(flavor = "multi_thread")]
async fn metadata_in_other_forms_is_understood() {
    let world = World::new().await;
    let repo = world.libs();
    for (version, text) in [
        (
            "1",
            "<metadata><versioning><versions><version>1</version></versions></versioning></metadata>",
        ),
        (
            "2",
            "<metadata xmlns=\"http://maven.apache.org/METADATA/1.2.0\" modelVersion=\"1.2.0\">\
             <groupId/><artifactId> lib </artifactId><versioning><versions><version>\n2\n\
             </version></versions></versioning></metadata>",
        ),
    ] {
        let at = Gav::new(GA, version);
        repo.put_new(&at.file("jar"), b"bytes").await;
        repo.put(A_LEVEL, text).await.expect(200);
        let listed = repo.versions(GA).await;
        assert!(listed.iter().any(|one| one == version), "{listed:?}");
    }
}
