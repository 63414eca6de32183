use proptest::prelude::*;

use super::*;
use crate::id;
use crate::range::Reason;

const NAMESPACE: &str = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";

fn document(metadata: &str) -> String {
    format!("<package xmlns=\"{NAMESPACE}\"><metadata>{metadata}</metadata></package>")
}

/// A nuspec with all that it must have, and this.
fn with(more: &str) -> String {
    document(&format!(
        "<id>Acme.Lib</id><version>1.0</version><description>d</description>\
         <authors>a</authors>{more}"
    ))
}

fn read(text: &str) -> Nuspec {
    let (nuspec, warnings) = Nuspec::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(warnings, Vec::<String>::new());
    nuspec
}

fn error(text: &str) -> NuspecError {
    Nuspec::parse(text.as_bytes()).expect_err(text)
}

#[test]
fn everything_in_a_nuspec_is_read_and_survives_being_stored() {
    let nuspec = read(include_str!("tests/full.nuspec"));
    let stored = serde_json::to_value(&nuspec).unwrap();
    let expected: serde_json::Value =
        serde_json::from_str(include_str!("tests/full.json")).unwrap();
    assert_eq!(stored, expected);
    assert_eq!(serde_json::from_value::<Nuspec>(stored).unwrap(), nuspec);
    assert_eq!(
        nuspec.author_names().collect::<Vec<_>>(),
        ["Ann", "Bob & Co"]
    );
    assert!(nuspec.is_type("dotnettool") && !nuspec.is_type(DEPENDENCY));
    assert!(!nuspec.is_semver2());
}

#[test]
fn the_least_is_enough() {
    let nuspec = read(&with(""));
    let stored = serde_json::to_string(&nuspec).unwrap();
    assert_eq!(
        stored,
        r#"{"id":"Acme.Lib","version":"1.0.0","authoredVersion":"1.0","description":"d","authors":"a"}"#
    );
    assert_eq!(serde_json::from_str::<Nuspec>(&stored).unwrap(), nuspec);
    assert_eq!(nuspec.types().collect::<Vec<_>>(), [DEPENDENCY]);
    assert!(nuspec.is_type("dependency"));
}

#[test]
fn elements_count_in_the_namespace_of_the_metadata_alone() {
    for (open, close) in [
        ("<package><metadata>", "</metadata></package>"),
        (
            "<n:package xmlns:n='urn:x'><metadata xmlns='urn:y'>",
            "</metadata></n:package>",
        ),
    ] {
        let inside = "<x:id xmlns:x='urn:evil'>Evil</x:id><id>A</id><version>1</version>\
                      <description>d</description><authors>a</authors>\
                      <dependencies><dependency xmlns='urn:z' id='Z'/></dependencies>";
        let nuspec = read(&format!("{open}{inside}{close}"));
        assert_eq!(nuspec.id.as_str(), "A");
        assert_eq!(nuspec.dependency_groups, []);
    }
    let undeclared = with("<x:title>t</x:title>");
    assert_eq!(
        error(&undeclared),
        NuspecError::UnknownPrefix("title".to_owned())
    );
}

#[test]
fn names_of_elements_have_their_case_and_bytes_their_encoding() {
    let upper = with("").replace("<id>", "<Id>").replace("</id>", "</Id>");
    assert_eq!(error(&upper), NuspecError::Missing("id"));
    let text = with("<title>é</title>");
    let marked = format!("\u{feff}{text}");
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [marked.as_bytes(), &wide] {
        let (nuspec, _) = Nuspec::parse(bytes).unwrap();
        assert_eq!(nuspec.title.as_deref(), Some("é"));
    }
}

#[test]
fn dependencies_are_grouped() {
    let groups = |inside: &str| {
        let nuspec = read(&with(&format!("<dependencies>{inside}</dependencies>")));
        let groups = nuspec.dependency_groups.into_iter().map(|group| {
            let ids = group.dependencies.iter();
            let ids = ids.map(|one| format!("{} {}", one.id, one.range)).collect();
            (group.target_framework.unwrap_or_default(), ids)
        });
        groups.collect::<Vec<(String, Vec<String>)>>()
    };
    assert_eq!(groups(""), []);
    assert_eq!(
        groups("<dependency id='A'/><dependency id='B' version='[1]'/>"),
        [(
            String::new(),
            vec!["A (, )".to_owned(), "B [1.0.0, 1.0.0]".to_owned()]
        )]
    );
    // A group silences what is in none, wrong or not.
    assert_eq!(
        groups("<dependency id='A' version='x'/><group targetFramework='net45'/><group/>"),
        [("net45".to_owned(), vec![]), (String::new(), vec![])]
    );
    // The same in two groups.
    let twice = groups(
        "<group targetFramework='net45'><dependency id='A' version='1'/></group>\
         <group targetFramework=' net8.0 '><dependency id='a'/></group>",
    );
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[1].0, "net8.0");
}

#[test]
fn dependencies_decide_who_may_see_a_package() {
    let semver2 = |inside: &str| {
        let dependency = format!("<dependencies><group>{inside}</group></dependencies>");
        read(&with(&dependency)).is_semver2()
    };
    assert!(!semver2("<dependency id='A' version='1.0-a'/>"));
    assert!(semver2(
        "<dependency id='A'/><dependency id='B' version='[1,2.0-a.1)'/>"
    ));
    let version = with("").replace("1.0", "1.0+x");
    assert!(read(&version).is_semver2());
}

#[test]
fn only_true_is_true() {
    for (text, expected) in [("true", true), (" TRUE\n", true), ("1", false), ("", false)] {
        let element = format!("<requireLicenseAcceptance>{text}</requireLicenseAcceptance>");
        let nuspec = read(&with(&element));
        assert_eq!(nuspec.require_license_acceptance, expected, "{text:?}");
    }
}

#[test]
fn addresses_that_are_no_links_are_left_out_with_a_warning() {
    for address in [
        "http://a.example",
        "https://a.example/x?y=z#a",
        "HTTPS://a.example:8080/",
    ] {
        let nuspec = read(&with(&format!("<iconUrl> {address} </iconUrl>")));
        assert_eq!(nuspec.icon_url.as_deref(), Some(address));
    }
    for address in [
        "file:///c:/icon.png",
        "icon.png",
        "//a.example",
        "https:a.example",
        "https://",
        "https://a b.example",
        "javascript:alert(1)",
        "ftp://a.example",
        "https://[x]/",
    ] {
        for name in ["iconUrl", "projectUrl", "licenseUrl"] {
            let text = with(&format!("<{name}>{address}</{name}>"));
            let (nuspec, warnings) = Nuspec::parse(text.as_bytes()).unwrap();
            assert_eq!(
                (&nuspec.icon_url, &nuspec.project_url, &nuspec.license_url),
                (&None, &None, &None)
            );
            assert_eq!(warnings.len(), 1, "{address}");
            assert!(warnings[0].starts_with(&format!("{name} in the nuspec, \"{address}\"")));
        }
    }
}

#[test]
fn what_must_be_there_is_missed() {
    let whole = with("");
    for name in ["id", "version", "description", "authors"] {
        for replacement in ["x-", ""] {
            let (open, close) = (format!("<{name}>"), format!("</{name}>"));
            let start = whole.find(&open).unwrap();
            let end = whole.find(&close).unwrap();
            let text = match replacement {
                "" => format!(
                    "{}{open} {close}{}",
                    &whole[..start],
                    &whole[end + close.len()..]
                ),
                _ => format!("{}{}", &whole[..start], &whole[end + close.len()..]),
            };
            assert_eq!(error(&text), NuspecError::Missing(name));
        }
    }
    assert_eq!(error("<package/>"), NuspecError::Missing("metadata"));
    let nobody = with("").replace("<authors>a<", "<authors> , <");
    assert_eq!(error(&nobody), NuspecError::Missing("authors"));
    assert!(matches!(error("<project/>"), NuspecError::Xml(_)));
    assert!(matches!(error("x"), NuspecError::Xml(_)));
    let entity = with("<title>&x;</title>");
    assert!(matches!(error(&entity), NuspecError::Xml(_)));
}

#[test]
fn each_mistake_has_a_message_of_its_own() {
    let dependency = |attributes: &str| {
        with(&format!(
            "<dependencies><dependency {attributes}/></dependencies>"
        ))
    };
    for (text, message) in [
        (
            with("<id>B</id>"),
            "the nuspec has more than one <id>: leave one",
        ),
        (
            with("<dependencies/><dependencies/>"),
            "the nuspec has more than one <dependencies>: leave one",
        ),
        (
            with("</metadata><metadata>"),
            "the nuspec has more than one <metadata>: leave one",
        ),
        (
            with("<title>a<b/></title>"),
            "<title> in the nuspec has elements in it: it is a text",
        ),
        (
            with("").replace("Acme.Lib", " Acme.Lib"),
            "<id> in the nuspec: \" Acme.Lib\" is not a package id: it is made of words",
        ),
        (
            with("").replace("Acme.Lib", "$id$"),
            "<id> in the nuspec: \"$id$\" is not a package id: it is a placeholder",
        ),
        (
            with("").replace("1.0", "1.0-01"),
            "<version> in the nuspec: \"1.0-01\" is not a version: a label",
        ),
        (
            with("").replace("<metadata>", "<metadata minClientVersion='x'>"),
            "minClientVersion in the nuspec: \"x\" is not a version",
        ),
        (
            with("<license>MIT</license>"),
            "the licence in the nuspec has the type \"\": expression or file is allowed",
        ),
        (
            with("<license type='url'>MIT</license>"),
            "the licence in the nuspec has the type \"url\"",
        ),
        (
            with("<license type='expression'>MIT; DROP</license>"),
            "the licence in the nuspec, \"MIT; DROP\", is not an expression",
        ),
        (
            with("<license type='file'>..\\x</license>"),
            "license in the nuspec, \"..\\\\x\", does not lead to a file of the package",
        ),
        (
            with("<icon>c:/x.png</icon>"),
            "icon in the nuspec, \"c:/x.png\", does not lead to a file of the package",
        ),
        (
            with("<packageTypes><packageType/></packageTypes>"),
            "a <packageType> in the nuspec has no name, or an empty one: add it",
        ),
        (
            with("<packageTypes><packageType name='a b'/></packageTypes>"),
            "a package type in the nuspec: \"a b\" is not a package id",
        ),
        (
            with("<packageTypes><packageType name='a' version='b'/></packageTypes>"),
            "the package type a in the nuspec: \"b\" is not a version",
        ),
        (
            dependency(""),
            "a <dependency> in the nuspec has no id, or an empty one: add it",
        ),
        (
            dependency("id='a/b'"),
            "a dependency in the nuspec: \"a/b\" is not a package id",
        ),
        (
            dependency("id='A' version='1.*'"),
            "the dependency A in the nuspec: \"1.*\" is not a version range: a floating version",
        ),
        (
            dependency("id='A' version='1.0+x'"),
            "the dependency A in the nuspec: \"1.0+x\" is not a version range: metadata",
        ),
        (
            dependency("id='A'/><dependency id='a'"),
            "the nuspec names the dependency a twice for any framework: leave one",
        ),
        (
            with("<frameworkAssemblies><frameworkAssembly/></frameworkAssemblies>"),
            "a <frameworkAssembly> in the nuspec has no assemblyName",
        ),
    ] {
        let shown = error(&text).to_string();
        assert!(shown.starts_with(message), "{shown}\n{message}");
    }
}

#[test]
fn limits_hold() {
    for (name, max) in [
        ("summary", 4_000),
        ("tags", 4_000),
        ("copyright", 4_000),
        ("projectUrl", 4_000),
        ("releaseNotes", 35_000),
        ("title", 256),
    ] {
        let element = |length| with(&format!("<{name}>{}</{name}>", "é".repeat(length)));
        assert!(Nuspec::parse(element(max).as_bytes()).is_ok(), "{name}");
        let length = max + 1;
        assert_eq!(
            error(&element(length)),
            NuspecError::TooLong {
                what: name,
                length,
                max
            }
        );
    }
    let long = with("").replace("Acme.Lib", &"a".repeat(101));
    let NuspecError::Id(found) = error(&long) else {
        panic!("an id");
    };
    assert_eq!(found.reason, id::Reason::TooLong { max: 100 });

    let repository = |length| with(&format!("<repository type='{}'/>", "a".repeat(length)));
    read(&repository(100));
    assert!(matches!(
        error(&repository(101)),
        NuspecError::TooLong { max: 100, .. }
    ));

    let range = |spaces| {
        let version = format!("[1,{}2]", " ".repeat(spaces));
        with(&format!(
            "<dependencies><dependency id='A' version='{version}'/></dependencies>"
        ))
    };
    read(&range(250));
    let NuspecError::DependencyRange { source, .. } = error(&range(252)) else {
        panic!("a range");
    };
    assert_eq!(source.reason, Reason::TooLong);

    let dependencies = |count| {
        let all: String = (0..count)
            .map(|n| format!("<dependency id='A{n}'/>"))
            .collect();
        with(&format!(
            "<dependencies><group>{all}</group></dependencies>"
        ))
    };
    read(&dependencies(5_000));
    let element = "dependency";
    assert_eq!(
        error(&dependencies(5_001)),
        NuspecError::TooMany {
            element,
            max: 5_000
        }
    );
    let groups = |count| {
        with(&format!(
            "<dependencies>{}</dependencies>",
            "<group/>".repeat(count)
        ))
    };
    read(&groups(500));
    assert!(matches!(
        error(&groups(501)),
        NuspecError::TooMany { max: 500, .. }
    ));
    let size = with(&" ".repeat(MAX_NUSPEC));
    assert!(matches!(
        error(&size),
        NuspecError::Xml(xml::XmlError::TooLarge { .. })
    ));
}

proptest! {
    #[test]
    fn what_is_read_survives_being_stored(
        names in prop::sample::subsequence(
            vec!["title", "tags", "iconUrl", "icon", "license type='file'", "license type='expression'",
                 "dependencies", "group", "dependency id='A' version='[1,2'"], 0..9),
        text in "[ a;,./:]{0,9}|(https://)?.{0,9}",
    ) {
        let close = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
        let text = xml::escape(&text);
        let elements: String = names
            .iter()
            .map(|name| format!("<{name}>{text}</{}>", close(name)))
            .collect();
        for text in [with(&elements), with(&format!("<dependencies>{elements}</dependencies>"))] {
            if let Ok((nuspec, _)) = Nuspec::parse(text.as_bytes()) {
                let stored = serde_json::to_string(&nuspec).unwrap();
                prop_assert_eq!(serde_json::from_str::<Nuspec>(&stored).unwrap(), nuspec);
            }
        }
    }

    #[test]
    fn no_document_panics(
        pieces in prop::collection::vec(
            "(<package>|</package>|<metadata>|</metadata>|<id>|</id>|<dependencies>|<group|<dependency| id='A'| version='\\[1,'|/>|>|<license type='file'>|&lt;|.{0,3})",
            0..12,
        ),
    ) {
        let _ = Nuspec::parse(pieces.concat().as_bytes());
        let _ = Nuspec::parse(with(&pieces.concat()).as_bytes());
    }
}
