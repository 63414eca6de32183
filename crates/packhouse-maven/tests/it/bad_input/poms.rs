//! POMs and module metadata that are not what they should be.

use crate::world::{Gav, World, jar, metadata, pom, pom_with, refused};

const GA: &str = "com.acme:lib";

#[tokio::test(flavor = "multi_thread")]
async fn a_pom_of_other_coordinates_is_kept_and_flagged() {
    let world = World::new().await;
    let repo = world.libs();
    let other = pom("org.else:thing", "9");
    let at = Gav::new(GA, "1.0");
    repo.put_new(&at.file("pom"), &other).await;
    repo.put_new(&at.file("jar"), &jar(GA, "1.0")).await;
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0"]))
        .await;
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    assert_eq!(repo.get(&at.file("pom")).await.expect(200).body, other);
    let about = world.about("libs/com.acme:lib", "1.0").await.unwrap();
    for word in ["org.else", "thing", "9"] {
        assert!(about.contains(word), "no {word} in {about}");
    }
    refused(
        repo.get("org/else/thing/maven-metadata.xml").await,
        404,
        &["not found"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pom_that_inherits_or_leaves_open_what_it_is_has_no_flag() {
    let world = World::new().await;
    let repo = world.libs();
    for (version, text) in [
        (
            "1",
            "<project><parent><groupId>com.acme</groupId><artifactId>p</artifactId>\
             <version>1</version></parent><artifactId>lib</artifactId></project>",
        ),
        (
            "2",
            "<project><groupId>${group}</groupId><artifactId>lib</artifactId>\
             <version>${revision}${changelist}</version></project>",
        ),
    ] {
        let at = Gav::new(GA, version);
        repo.put_new(&at.file("pom"), text.as_bytes()).await;
        repo.put_metadata(&at.directory(), &metadata(GA, &[version]))
            .await;
        let about = world.about("libs/com.acme:lib", version).await;
        assert_eq!(about.as_deref(), Some("jar"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pom_that_cannot_be_read_is_refused() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let deep = format!(
        "<project>{}{}</project>",
        "<a>".repeat(70),
        "</a>".repeat(70)
    );
    let wide = format!("<project>{}</project>", "<a/>".repeat(100_001));
    let attribute = format!("<project a=\"{}\"/>", "x".repeat(70_000));
    let long = pom_with(GA, "1.0", &format!("<!-- {} -->", "x".repeat(1 << 20)));
    for (body, word) in [
        (b"".to_vec(), ""),
        (b"not xml at all".to_vec(), ""),
        (b"<project><name>x</project>".to_vec(), ""),
        (b"<project>".to_vec(), ""),
        (b"<html/>".to_vec(), "project"),
        (b"<project>&#0;</project>".to_vec(), ""),
        (b"<project>\xff</project>".to_vec(), "UTF-8"),
        (b"\x1f\x8b\x08".to_vec(), ""),
        (deep.into_bytes(), "64"),
        (wide.into_bytes(), "100000"),
        (attribute.into_bytes(), "65536"),
        (long, "1048576"),
    ] {
        for ending in ["pom", "-build.pom"] {
            let told = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let answer = repo.put(&at.file(ending), body.clone()).await;
            assert_eq!(answer.status, 400, "{told}");
            let name = at.file(ending);
            let name = name.rsplit('/').next().unwrap();
            refused(answer, 400, &[name, "refused", word]);
        }
    }
    for body in ["", "{", "[]", "<project/>", "\"x\""] {
        let answer = repo.put(&at.file("module"), body).await;
        refused(answer, 400, &["lib-1.0.module", "refused"]);
    }
    world.expect_untouched("nothing was kept").await;
    refused(repo.get(&at.file("pom")).await, 404, &[]);
    // A file of another kind is nobody's business.
    repo.put(&at.file("jar"), "not a jar").await.expect(201);
    repo.put(&at.file("xml"), "<not xml").await.expect(201);
}
