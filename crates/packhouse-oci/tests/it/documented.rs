//! The table of `docs/conformance.md` claims nothing that has no test.

use std::path::Path;

/// Tells whether a text holds a word, not only a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !part(c)).any(|one| one == word)
}

/// Gives the file of a module, and the test in it where one is named.
fn place<'n>(tests: &Path, name: &'n str) -> (String, Option<&'n str>) {
    let file = |path: &str| std::fs::read_to_string(tests.join(format!("{path}.rs")));
    let path = name.replace("::", "/");
    if let Ok(text) = file(&path) {
        return (text, None);
    }
    let (module, test) = path
        .rsplit_once('/')
        .unwrap_or_else(|| panic!("no module {name}"));
    let text = file(module).unwrap_or_else(|error| panic!("{name}: {error}"));
    (text, Some(&name[name.len() - test.len()..]))
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("../../docs/conformance.md")).unwrap();
    let mut checked = 0;
    for line in table.lines().filter(|line| line.starts_with('|')) {
        let tests = line.rsplit('|').nth(1).unwrap();
        if tests.contains("---") || tests.trim() == "Tests" {
            continue;
        }
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "claimed without a test: {line}");
        for name in names {
            let (text, test) = place(&root.join("tests/it"), name);
            match test {
                Some(test) => assert!(has_word(&text, test), "there is no test {name}"),
                None => assert!(text.contains("#[tokio::test"), "no tests in {name}"),
            }
            checked += 1;
        }
    }
    assert!(checked > 100, "only {checked} names");
}
