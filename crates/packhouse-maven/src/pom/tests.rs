use proptest::prelude::*;

use super::*;

fn pom(inside: &str) -> Pom {
    let text = format!("<project xmlns=\"http://maven.apache.org/POM/4.0.0\">{inside}</project>");
    Pom::parse(text.as_bytes()).unwrap()
}

fn ga(text: &str) -> Ga {
    Ga::parse(text).unwrap()
}

#[test]
fn everything_is_read() {
    let pom = pom("<modelVersion>4.0.0</modelVersion>
        <groupId>com.acme</groupId><artifactId>lib</artifactId><version>1.0</version>
        <packaging>maven-plugin</packaging>
        <name> Acme   Lib </name>
        <description>Does
            things &amp; more</description>
        <url>https://acme.example/lib</url>
        <licenses>
          <license><name>MIT</name><url>https://licence.example/mit</url></license>
          <license><url>javascript:alert(1)</url></license>
          <license><name>Own</name><url>LICENCE.txt</url></license>
        </licenses>
        <scm><url>https://git.example/acme/lib</url><connection>scm:git:x</connection></scm>
        <developers>
          <developer><id>a</id><name>Ada</name></developer><developer><id>bob</id></developer>
          <developer><email>c@acme.example</email></developer>
        </developers>
        <dependencies>
          <dependency><groupId>org.foo</groupId><artifactId>bar</artifactId></dependency>
          <dependency><groupId>org.foo</groupId><artifactId>baz</artifactId>
            <version>[1,2)</version><scope>test</scope><type>test-jar</type>
            <classifier>tests</classifier><optional>true</optional></dependency>
          <dependency><artifactId>no-group</artifactId></dependency>
        </dependencies>
        <dependencyManagement><dependencies>
          <dependency><groupId>org.foo</groupId><artifactId>bom</artifactId><version>3</version>
            <type>pom</type><scope>import</scope></dependency>
        </dependencies></dependencyManagement>");
    let text = |text: &str| Some(text.to_owned());
    let license = |name: &str, url: Option<&str>| License {
        name: text(name),
        url: url.map(str::to_owned),
    };
    let dependency = |artifact: &str| Dependency {
        group: "org.foo".to_owned(),
        artifact: artifact.to_owned(),
        ..Dependency::default()
    };
    let expected = Pom {
        group: text("com.acme"),
        artifact: text("lib"),
        version: text("1.0"),
        parent: None,
        packaging: "maven-plugin".to_owned(),
        name: text("Acme Lib"),
        description: text("Does things & more"),
        url: text("https://acme.example/lib"),
        licenses: vec![
            license("MIT", Some("https://licence.example/mit")),
            license("Own", None),
        ],
        scm: text("https://git.example/acme/lib"),
        developers: vec!["Ada".to_owned(), "bob".to_owned()],
        dependencies: vec![
            dependency("bar"),
            Dependency {
                version: text("[1,2)"),
                scope: text("test"),
                kind: text("test-jar"),
                classifier: text("tests"),
                optional: true,
                ..dependency("baz")
            },
        ],
        managed: vec![Dependency {
            version: text("3"),
            kind: text("pom"),
            scope: text("import"),
            ..dependency("bom")
        }],
        written: Written {
            group: text("com.acme"),
            artifact: text("lib"),
            version: text("1.0"),
        },
    };
    assert_eq!(pom, expected);
}

#[test]
fn what_is_left_out_comes_from_the_parent_or_stays_out() {
    let inherited = pom(
        "<parent><groupId>com.acme</groupId><artifactId>parent</artifactId>
        <version>7</version></parent><artifactId>child</artifactId>",
    );
    assert_eq!(inherited.group.as_deref(), Some("com.acme"));
    assert_eq!(inherited.artifact.as_deref(), Some("child"));
    assert_eq!(inherited.version.as_deref(), Some("7"));
    assert_eq!(inherited.packaging, "jar");
    let parent = inherited.parent.clone().unwrap();
    assert_eq!((&*parent.artifact, &*parent.version), ("parent", "7"));
    assert_eq!(inherited.mismatches(&ga("com.acme:child"), "7"), [""; 0]);

    // The artifactId is never inherited.
    let nameless = pom("<parent><groupId>g</groupId><artifactId>p</artifactId></parent>");
    assert_eq!(nameless.artifact, None);
    assert_eq!(nameless.parent.unwrap().version, "");
    let empty = pom("");
    assert_eq!(
        (empty.group, empty.version, empty.parent),
        (None, None, None)
    );
}

#[test]
fn properties_are_resolved_within_the_pom() {
    let pom = pom("<parent><groupId>pg</groupId><artifactId>pa</artifactId><version>pv</version></parent>
        <artifactId>lib</artifactId><version>${revision}${changelist}</version>
        <name>${project.artifactId} ${pom.groupId} ${version} ${parent.version}</name>
        <description>${project.parent.artifactId} ${unknown} ${open ${a} ${packaging} ${project.version}</description>
        <url>https://${host}/${project.artifactId}</url>
        <properties><revision>1.${minor}</revision><minor>2</minor><changelist>-SNAPSHOT</changelist>
          <a>${b}</a><b>x${a}</b><self>${self}</self><host>acme.example</host><empty/></properties>
        <dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>o${empty}ther</artifactId>
          <version>${self}</version></dependency></dependencies>");
    assert_eq!(pom.version.as_deref(), Some("1.2-SNAPSHOT"));
    assert_eq!(pom.name.as_deref(), Some("lib pg 1.2-SNAPSHOT pv"));
    assert_eq!(
        pom.description.as_deref(),
        // `${open ${a}` is one reference, to something unknown.
        Some("pa ${unknown} ${open ${a} jar 1.2-SNAPSHOT")
    );
    assert_eq!(pom.url.as_deref(), Some("https://acme.example/lib"));
    let dependency = &pom.dependencies[0];
    assert_eq!((&*dependency.group, &*dependency.artifact), ("pg", "other"));
    assert_eq!(dependency.version.as_deref(), Some("${self}"));
}

#[test]
fn circles_and_avalanches_end() {
    let circle = pom("<name>a ${x} b</name><properties><x>${y}</x><y>${x}</y></properties>");
    assert_eq!(circle.name.as_deref(), Some("a ${x} b"));
    let own = pom("<version>${project.version}</version><name>${project.name}</name>");
    assert_eq!(own.version.as_deref(), Some("${project.version}"));
    assert_eq!(own.name.as_deref(), Some("${project.name}"));

    // Twenty properties, each a hundred times the next: of nothing, and of something.
    for last in ["", "lol"] {
        let mut properties = format!("<p20>{last}</p20>");
        for place in 0..20 {
            let next = format!("${{p{}}}", place + 1).repeat(100);
            properties.push_str(&format!("<p{place}>{next}</p{place}>"));
        }
        let all =
            "<dependency><groupId>${p0}</groupId><artifactId>${p13}</artifactId></dependency>";
        let all = all.repeat(50);
        let pom = pom(&format!(
            "<name>${{p0}}</name><properties>{properties}</properties>
             <dependencies>{all}</dependencies>"
        ));
        assert_eq!(pom.name.as_deref(), Some("${p0}"));
    }
}

#[test]
fn lists_and_texts_are_cut() {
    let many =
        |name: &str, inside: &str, count: usize| format!("<{name}>{inside}</{name}>").repeat(count);
    let dependency = many(
        "dependency",
        "<groupId>g</groupId><artifactId>a</artifactId>",
        1_001,
    );
    let licenses = many("license", "<name>x</name>", 101);
    let pom = pom(&format!(
        "<name>{}</name><description>{}</description><licenses>{licenses}</licenses>
         <dependencies>{dependency}</dependencies>",
        "n".repeat(300),
        "d".repeat(5_000)
    ));
    assert_eq!(pom.dependencies.len(), MAX_DEPENDENCIES);
    assert_eq!(pom.licenses.len(), MAX_PEOPLE);
    assert_eq!(pom.name.unwrap().len(), 255);
    assert_eq!(pom.description.unwrap().len(), 4_096);
}

#[test]
fn source_addresses_come_from_connections_too() {
    for (scm, expected) in [
        (
            "<url>https://a.example/x</url>",
            Some("https://a.example/x"),
        ),
        ("<url>git@a.example:x</url>", None),
        (
            "<connection>scm:git:https://a.example/x.git</connection>",
            Some("https://a.example/x.git"),
        ),
        (
            "<connection>scm:svn|http://a.example/x</connection>",
            Some("http://a.example/x"),
        ),
        ("<connection>scm:git:git@a.example:x.git</connection>", None),
        ("<connection>https://a.example</connection>", None),
        (
            "<developerConnection>scm:git:https://a.example</developerConnection>",
            Some("https://a.example"),
        ),
    ] {
        let pom = pom(&format!("<scm>{scm}</scm>"));
        assert_eq!(pom.scm.as_deref(), expected, "{scm}");
    }
}

#[test]
fn coordinates_are_compared_where_they_are_literal() {
    let check = |inside: &str, version: &str, expected: &[&str]| {
        let told = pom(inside).mismatches(&ga("com.acme:lib"), version);
        assert_eq!(told, expected, "{inside}");
    };
    let good = "<groupId>com.acme</groupId><artifactId>lib</artifactId>";
    check(&format!("{good}<version>1.0</version>"), "1.0", &[]);
    check(good, "1.0", &[]);
    check("", "1.0", &[]);
    check(
        &format!("{good}<version>${{revision}}</version>"),
        "1.0",
        &[],
    );
    check(
        &format!("{good}<version>1${{changelist}}</version>"),
        "1.0",
        &[],
    );
    check(
        &format!("{good}<version>1.0-SNAPSHOT</version>"),
        "1.0-SNAPSHOT",
        &[],
    );
    check(
        &format!("{good}<version>1.0-20240131.235959-7</version>"),
        "1.0-SNAPSHOT",
        &[],
    );
    check(
        &format!("{good}<version>1.0-20240131.235959-7</version>"),
        "1.0",
        &["the POM says version \"1.0-20240131.235959-7\", its address \"1.0\""],
    );
    check(
        "<groupId>com.Acme</groupId><artifactId>lib_2.12</artifactId><version>2</version>",
        "1.0",
        &[
            "the POM says groupId \"com.Acme\", its address \"com.acme\"",
            "the POM says artifactId \"lib_2.12\", its address \"lib\"",
            "the POM says version \"2\", its address \"1.0\"",
        ],
    );
    check(
        "<parent><groupId>org.foo</groupId><version>1.0</version></parent><artifactId>lib</artifactId>",
        "1.0",
        &["the POM says groupId \"org.foo\", its address \"com.acme\""],
    );
}

#[test]
fn other_documents_are_refused() {
    let error = Pom::parse(b"<metadata/>").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document is a <metadata>, not a <project>"
    );
    let error = Pom::parse(b"<!DOCTYPE project><project/>").unwrap_err();
    assert_eq!(error, XmlError::Doctype { line: 1 });
    let long = vec![b' '; MAX_POM + 1];
    assert!(matches!(Pom::parse(&long), Err(XmlError::TooLarge { .. })));
    assert!(Pom::parse(b"<m:project xmlns:m=\"http://maven.apache.org/POM/4.1.0\"/>").is_ok());
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><project><description>caf\xe9</description></project>";
    let description = Pom::parse(latin).unwrap().description;
    assert_eq!(description.as_deref(), Some("café"));
}

proptest! {
    #[test]
    fn no_properties_panic(text in "(\\$\\{|\\}|a|b|project\\.|version|\\$|.){0,12}", a in "(\\$\\{b\\}|x|\\$\\{){0,3}", b in "(\\$\\{a\\}|y|\\}){0,3}") {
        let escape = crate::xml::escape;
        let pom = pom(&format!(
            "<name>{}</name><version>{}</version><properties><a>{a}</a><b>{b}</b></properties>",
            escape(&text), escape(&text),
        ));
        prop_assert!(pom.name.is_none_or(|name| name.chars().count() <= 255));
    }
}
