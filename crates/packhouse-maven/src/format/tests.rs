use super::*;

#[test]
fn names_say_the_repository_first() {
    let maven = Maven::default();
    let name = maven.normalize_name("Libs/com.acme:lib").unwrap();
    assert_eq!(
        (name.as_str(), name.key()),
        ("Libs/com.acme:lib", "libs/com.acme:lib")
    );
    assert_eq!(name.home().unwrap().path, "com/acme/lib");
    for bad in [
        "com.acme:lib",
        "libs/com.acme",
        "a b/com.acme:lib",
        "libs/:lib",
        "",
    ] {
        assert!(maven.normalize_name(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_may_come_back_depends_on_the_version() {
    let maven = Maven::default();
    let reuse = |text| maven.reuse(&maven.normalize_version(text).unwrap());
    assert_eq!(reuse("1.0"), Reuse::SameFiles);
    assert_eq!(reuse("1.0-SNAPSHOT"), Reuse::Any);
    assert!(maven.normalize_version("..").is_err());
}

#[test]
fn complete_is_a_pom_with_what_it_packages() {
    let maven = Maven::default();
    let jar = r#"{"packaging":"jar"}"#;
    let pom = r#"{"packaging":"pom"}"#;
    for (metadata, parts, complete) in [
        (jar, &[":pom", ":jar"][..], true),
        (jar, &[":pom", ":war"], true),
        (jar, &[":pom"], false),
        (jar, &[":pom", "sources:jar"], false),
        (jar, &[":pom", ":pom.asc", ":jar.asc"], false),
        (jar, &[":pom", ":module"], false),
        (pom, &[":pom"], true),
        (pom, &[":jar"], false),
        (jar, &["build:pom", ":jar"], false),
        (jar, &[], false),
    ] {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        assert_eq!(maven.is_complete(metadata, &parts), complete, "{parts:?}");
    }
}
