use proptest::prelude::*;

use super::*;
use crate::path::Build;

fn at(text: &str) -> DateTime<Utc> {
    format!("2024-01-{text}Z").parse().unwrap()
}

fn plugin(name: &str, prefix: &str, artifact: &str) -> Plugin {
    Plugin {
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        artifact_id: artifact.to_owned(),
    }
}

fn artifact(versions: &[&str], plugins: &[Plugin]) -> ArtifactDoc {
    ArtifactDoc {
        ga: Some(Ga::parse("com.acme:lib").unwrap()),
        versions: versions
            .iter()
            .map(|version| (*version).to_owned())
            .collect(),
        last_updated: at("31T23:59:59.9"),
        plugins: plugins.to_vec(),
    }
}

/// A file of a build on this day, with this number; of none when the day is empty.
fn file(day: &str, number: u64, classifier: Option<&str>, extension: &str) -> SnapshotFile {
    SnapshotFile {
        build: (!day.is_empty()).then(|| Build {
            timestamp: format!("202401{day}.120000"),
            number,
        }),
        classifier: classifier.map(str::to_owned),
        extension: extension.to_owned(),
        stored_at: at("15T12:00:00"),
    }
}

fn version(files: Vec<SnapshotFile>) -> VersionDoc {
    VersionDoc {
        ga: Ga::parse("com.acme:lib").unwrap(),
        version: "1.0-SNAPSHOT".to_owned(),
        last_updated: at("31T23:59:59"),
        files,
    }
}

/// Gives a drawn document without the space between elements.
fn packed(document: Option<String>) -> String {
    let document = document.unwrap();
    assert!(document.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    assert!(document.ends_with(">\n"));
    document.lines().skip(1).map(str::trim).collect()
}

#[test]
fn an_artifact_lists_its_versions_in_order() {
    let document = artifact(&["1.10", "1.9", "1.10", "2.0-SNAPSHOT", "1.10-RC1"], &[]);
    assert_eq!(
        render_artifact(&document).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<metadata>
  <groupId>com.acme</groupId>
  <artifactId>lib</artifactId>
  <versioning>
    <latest>2.0-SNAPSHOT</latest>
    <release>1.10</release>
    <versions>
      <version>1.9</version>
      <version>1.10-RC1</version>
      <version>1.10</version>
      <version>2.0-SNAPSHOT</version>
    </versions>
    <lastUpdated>20240131235959</lastUpdated>
  </versioning>
</metadata>
"
    );
    let snapshots = packed(render_artifact(&artifact(
        &["1&2-SNAPSHOT", "SNAPSHOT"],
        &[],
    )));
    assert!(!snapshots.contains("<release>"));
    assert!(snapshots.contains("<version>1&amp;2-SNAPSHOT</version>"));
}

#[test]
fn a_group_lists_its_plugins() {
    let plugins = [
        plugin("B", "b", "b-maven-plugin"),
        plugin("Old", "a", "old"),
        plugin("A & C", "a", "a-maven-plugin"),
    ];
    let rows = "<plugins><plugin><name>A &amp; C</name><prefix>a</prefix>\
        <artifactId>a-maven-plugin</artifactId></plugin><plugin><name>B</name><prefix>b</prefix>\
        <artifactId>b-maven-plugin</artifactId></plugin></plugins>";
    let group = ArtifactDoc {
        ga: None,
        ..artifact(&[], &plugins)
    };
    let expected = format!("<metadata>{rows}</metadata>");
    assert_eq!(packed(render_artifact(&group)), expected);
    // A package without listed versions says nothing about itself.
    assert_eq!(packed(render_artifact(&artifact(&[], &plugins))), expected);
    let both = packed(render_artifact(&artifact(&["1.0"], &plugins)));
    assert!(both.contains("<versions><version>1.0</version></versions>"));
    assert!(both.ends_with(&format!("</versioning>{rows}</metadata>")));
    assert_eq!(render_artifact(&artifact(&[], &[])), None);
    assert_eq!(
        render_artifact(&ArtifactDoc {
            ga: None,
            ..artifact(&["1"], &[])
        }),
        None
    );
}

#[test]
fn a_snapshot_lists_the_newest_of_each_file() {
    // The second build came without sources, the third without a POM.
    let files = vec![
        file("02", 3, None, "jar"),
        file("01", 1, None, "jar"),
        file("01", 1, None, "pom"),
        file("01", 1, Some("sources"), "jar"),
        file("02", 2, None, "pom"),
        file("02", 2, None, "jar"),
        file("02", 2, None, "jar.asc"),
    ];
    assert_eq!(
        render_version(&version(files)).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<metadata modelVersion=\"1.1.0\">
  <groupId>com.acme</groupId>
  <artifactId>lib</artifactId>
  <version>1.0-SNAPSHOT</version>
  <versioning>
    <snapshot>
      <timestamp>20240102.120000</timestamp>
      <buildNumber>2</buildNumber>
    </snapshot>
    <lastUpdated>20240131235959</lastUpdated>
    <snapshotVersions>
      <snapshotVersion>
        <extension>jar</extension>
        <value>1.0-20240102.120000-3</value>
        <updated>20240102120000</updated>
      </snapshotVersion>
      <snapshotVersion>
        <extension>jar.asc</extension>
        <value>1.0-20240102.120000-2</value>
        <updated>20240102120000</updated>
      </snapshotVersion>
      <snapshotVersion>
        <extension>pom</extension>
        <value>1.0-20240102.120000-2</value>
        <updated>20240102120000</updated>
      </snapshotVersion>
      <snapshotVersion>
        <classifier>sources</classifier>
        <extension>jar</extension>
        <value>1.0-20240101.120000-1</value>
        <updated>20240101120000</updated>
      </snapshotVersion>
    </snapshotVersions>
  </versioning>
</metadata>
"
    );
}

#[test]
fn files_named_after_the_base_version_are_listed_beside_builds() {
    assert_eq!(render_version(&version(vec![])), None);
    let literal = file("", 0, None, "pom");
    assert_eq!(render_version(&version(vec![literal.clone()])), None);

    // What only the base version has, what it has newer (the 15th), and what it has older.
    let files = vec![
        literal,
        file("", 0, None, "jar"),
        file("", 0, Some("tests"), "jar"),
        file("10", 1, None, "pom"),
        file("20", 2, None, "jar"),
    ];
    let drawn = packed(render_version(&version(files)));
    let rows = "<snapshotVersion><extension>jar</extension><value>1.0-20240120.120000-2</value>\
        <updated>20240120120000</updated></snapshotVersion>\
        <snapshotVersion><extension>pom</extension><value>1.0-SNAPSHOT</value>\
        <updated>20240115120000</updated></snapshotVersion>\
        <snapshotVersion><classifier>tests</classifier><extension>jar</extension>\
        <value>1.0-SNAPSHOT</value><updated>20240115120000</updated></snapshotVersion>";
    assert!(drawn.contains(rows), "{drawn}");
    let snapshot =
        "<snapshot><timestamp>20240110.120000</timestamp><buildNumber>1</buildNumber></snapshot>";
    assert!(drawn.contains(snapshot), "{drawn}");

    let nothing_to_build_on = packed(render_version(&version(vec![file("10", 1, None, "jar")])));
    assert!(!nothing_to_build_on.contains("<snapshot>"));
}

#[test]
fn archetypes_are_listed() {
    let archetype = |ga: &str, version: &str, about: Option<&str>| {
        (
            Ga::parse(ga).unwrap(),
            version.to_owned(),
            about.map(str::to_owned),
        )
    };
    let all = [
        archetype("g:b", "1.10", None),
        archetype("g:b", "1.9", Some("a <b>")),
        archetype("g:a", "2", None),
        archetype("g:a", "2", None),
    ];
    assert_eq!(
        packed(render_catalog(&all)),
        "<archetype-catalog><archetypes>\
         <archetype><groupId>g</groupId><artifactId>a</artifactId><version>2</version></archetype>\
         <archetype><groupId>g</groupId><artifactId>b</artifactId><version>1.9</version>\
         <description>a &lt;b&gt;</description></archetype>\
         <archetype><groupId>g</groupId><artifactId>b</artifactId><version>1.10</version></archetype>\
         </archetypes></archetype-catalog>"
    );
    assert_eq!(render_catalog(&[]), None);
}

#[test]
fn uploads_are_read() {
    let upload = Uploaded::parse(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>
        <metadata xmlns=\"http://maven.apache.org/METADATA/1.2.0\" modelVersion=\"1.2.0\">
          <groupId>com.acme</groupId><artifactId> lib </artifactId><version>1.0-SNAPSHOT</version>
          <versioning><versions><version>1.0</version><version/><version> 1.1 </version></versions>
          <lastUpdated>20240131235959</lastUpdated></versioning>
          <plugins><plugin><name>A</name><prefix>a</prefix><artifactId>a-plugin</artifactId></plugin>
          <plugin><prefix>b</prefix><artifactId>b-plugin</artifactId></plugin>
          <plugin><prefix>c</prefix></plugin><plugin><artifactId>d</artifactId></plugin></plugins>
        </metadata>")
    .unwrap();
    let expected = Uploaded {
        group_id: Some("com.acme".to_owned()),
        artifact_id: Some("lib".to_owned()),
        version: Some("1.0-SNAPSHOT".to_owned()),
        has_versioning: true,
        versions: vec!["1.0".to_owned(), "1.1".to_owned()],
        plugins: vec![plugin("A", "a", "a-plugin"), plugin("b", "b", "b-plugin")],
    };
    assert_eq!(upload, expected);
    assert_eq!(Uploaded::parse(b"<metadata/>"), Ok(Uploaded::default()));
    let error = Uploaded::parse(b"<project/>").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document is a <project>, not a <metadata>"
    );
    let long = vec![b' '; MAX_METADATA + 1];
    assert!(matches!(
        Uploaded::parse(&long),
        Err(XmlError::TooLarge { .. })
    ));
}

fn any_file() -> impl Strategy<Value = SnapshotFile> {
    let classifier = prop::option::of(prop::sample::select(&["sources", "x"][..]));
    let extension = prop::sample::select(&["jar", "pom", "jar.asc"][..]);
    let day = prop::sample::select(&["", "10", "15", "20"][..]);
    (day, 1_u64..4, classifier, extension)
        .prop_map(|(day, number, classifier, extension)| file(day, number, classifier, extension))
}

proptest! {
    #[test]
    fn the_order_of_what_is_stored_does_not_count(
        files in prop::collection::vec(any_file(), 0..12),
        versions in prop::collection::vec("[0-9]\\.[0-9](-SNAPSHOT)?", 0..8),
    ) {
        let mut turned = files.clone();
        turned.reverse();
        let drawn = render_version(&version(files.clone()));
        prop_assert_eq!(&drawn, &render_version(&version(turned)));
        if let Some(drawn) = drawn {
            let read = Uploaded::parse(drawn.as_bytes()).unwrap();
            prop_assert_eq!(read.version.as_deref(), Some("1.0-SNAPSHOT"));
            let rows = drawn.matches("<snapshotVersion>").count();
            prop_assert_eq!(rows, current(&files).len());
        }
        let mut document = ArtifactDoc { versions, ..artifact(&[], &[]) };
        let drawn = render_artifact(&document);
        document.versions.reverse();
        prop_assert_eq!(&drawn, &render_artifact(&document));
        if let Some(drawn) = drawn {
            let read = Uploaded::parse(drawn.as_bytes()).unwrap();
            document.versions.sort_by(|a, b| crate::version::compare(a, b));
            document.versions.dedup();
            prop_assert_eq!(read.versions, document.versions);
        }
    }
}
