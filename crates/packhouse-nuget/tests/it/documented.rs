//! The tables of `docs/nuget-acceptance.md` claim nothing that has no test, and leave out no case.

use std::collections::BTreeMap;
use std::path::Path;

/// Where the real clients are tested, by other means.
const ELSEWHERE: &str = "e2e";
/// What is not built yet.
const LATER: [u32; 2] = [32, 33];

/// Gives what this crate tests: of each module its tests by name.
fn tests(folder: &Path, module: &str, found: &mut BTreeMap<String, Vec<String>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let module = match module {
            "" => name.to_owned(),
            above => format!("{above}::{name}"),
        };
        if path.is_dir() {
            tests(&path, &module, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let names = text.split("#[tokio::test").skip(1).map(|rest| {
            let name = rest.split("async fn ").nth(1).unwrap();
            name.split('(').next().unwrap().to_owned()
        });
        found.entry(module).or_default().extend(names);
    }
}

#[test]
fn every_test_that_the_tables_name_is_there_and_every_case_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    tests(&root.join("tests/it"), "", &mut found);
    let tables = std::fs::read_to_string(root.join("../../docs/nuget-acceptance.md")).unwrap();
    let (mut named, mut cases) = (Vec::new(), Vec::new());
    let rows = tables.lines().filter(|line| line.starts_with("| "));
    for line in rows {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let case = cells[0].trim().parse::<u32>().ok();
        // The last column of cases is that of the real clients.
        let told = cells[if case.is_some() { 3 } else { 1 }];
        if matches!(cells[0].trim(), "#" | "What") {
            continue;
        }
        cases.extend(case);
        let names: Vec<&str> = told.split('`').skip(1).step_by(2).collect();
        let later = case.is_some_and(|case| LATER.contains(&case));
        let client = told.contains("end to end");
        assert!(
            later || client || !names.is_empty(),
            "claimed without a test: {line}"
        );
        for name in names
            .into_iter()
            .filter(|name| !name.starts_with(ELSEWHERE))
        {
            let is_test = name.rsplit_once("::").is_some_and(|(module, test)| {
                let there = found.get(module);
                there.is_some_and(|tests| tests.iter().any(|one| one == test))
            });
            let is_module = found.get(name).is_some_and(|tests| !tests.is_empty());
            assert!(is_test || is_module, "there is no test {name}");
            named.push((case, name.to_owned()));
        }
    }
    assert_eq!(cases, (1..=35).collect::<Vec<u32>>());
    assert!(named.len() > 50, "only {} names", named.len());
    for (module, tests) in &found {
        for test in tests.iter().filter(|test| test.starts_with("case_")) {
            let number = test[5..7].parse::<u32>().ok();
            let name = format!("{module}::{test}");
            let there = named.contains(&(number, name.clone()));
            assert!(there, "{name} is not in the row of its case");
        }
    }
}
