//! The tables of `docs/maven-acceptance.md` claim nothing that has no test, and leave out no case.

use std::path::Path;

use packhouse_testkit::documented::{Table, check};

#[test]
fn every_test_that_the_tables_name_is_there_and_every_case_is_named() {
    check(&Table {
        crate_folder: Path::new(env!("CARGO_MANIFEST_DIR")),
        file: "maven-acceptance.md",
        column: 3,
        cases: 31,
        later: &[],
        by_clients: "with the client",
    });
}
