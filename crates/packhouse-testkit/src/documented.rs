//! Keeps tables of acceptance cases true: they claim nothing that has no test, and leave out no case.
//!
//! A table is a Markdown file. Rows of cases begin with a number; rows of other tables with what is
//! tested. Names of tests stand in backticks, by module and name below `tests/it` of the crate;
//! `e2e …` names one of the tests with real clients, which are looked for elsewhere.

use std::collections::BTreeMap;
use std::path::Path;

/// What a table is held to.
pub struct Table<'a> {
    /// The folder of the crate whose tests it names.
    pub crate_folder: &'a Path,
    /// The table, below `docs`.
    pub file: &'a str,
    /// In which column the tests of a case stand; of other rows it is the last.
    pub column: usize,
    /// How many cases there are.
    pub cases: u32,
    /// Those that are not built yet.
    pub later: &'a [u32],
    /// What a row says whose case nothing but a client can show.
    pub by_clients: &'a str,
}

/// Checks a table.
///
/// # Panics
/// When it names a test that is not there, a row claims something without one, a case is missing, or
/// a test that is called after a case (`case_07_…`) is not in its row.
pub fn check(table: &Table<'_>) {
    let mut found = BTreeMap::new();
    tests(&table.crate_folder.join("tests/it"), "", &mut found);
    let path = table.crate_folder.join("../../docs").join(table.file);
    let text = std::fs::read_to_string(path).expect("the table is there");
    let (mut named, mut cases) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        if cells.iter().any(|cell| cell.trim() == "Tests") {
            continue;
        }
        let case = cells[0].trim().parse::<u32>().ok();
        let last = cells.len() - 1;
        let told = cells[if case.is_some() { table.column } else { last }];
        cases.extend(case);
        let names: Vec<&str> = told.split('`').skip(1).step_by(2).collect();
        let later = case.is_some_and(|case| table.later.contains(&case));
        let elsewhere = later || told.contains(table.by_clients);
        assert!(
            elsewhere || !names.is_empty(),
            "claimed without a test: {line}"
        );
        for name in names.into_iter().filter(|name| !name.starts_with("e2e")) {
            let is_test = name.rsplit_once("::").is_some_and(|(module, test)| {
                let there = found.get(module);
                there.is_some_and(|tests| tests.iter().any(|one| one == test))
            });
            let is_module = found.get(name).is_some_and(|tests| !tests.is_empty());
            assert!(is_test || is_module, "there is no test {name}");
            named.push((case, name.to_owned()));
        }
    }
    assert_eq!(cases, (1..=table.cases).collect::<Vec<u32>>());
    for (module, tests) in &found {
        for test in tests.iter().filter(|test| test.starts_with("case_")) {
            let number = test[5..7].parse::<u32>().ok();
            let name = format!("{module}::{test}");
            let there = named.contains(&(number, name.clone()));
            assert!(there, "{name} is not in the row of its case");
        }
    }
}

/// Gives what a crate tests: of each module its tests by name.
fn tests(folder: &Path, module: &str, found: &mut BTreeMap<String, Vec<String>>) {
    for entry in std::fs::read_dir(folder).expect("the tests are there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("modules have plain names");
        let module = match module {
            "" => name.to_owned(),
            above => format!("{above}::{name}"),
        };
        if path.is_dir() {
            tests(&path, &module, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("source is UTF-8");
        let names = text.split("#[tokio::test").skip(1).filter_map(|rest| {
            let name = rest.split("async fn ").nth(1)?;
            name.split('(').next().map(str::to_owned)
        });
        found.entry(module).or_default().extend(names);
    }
}
