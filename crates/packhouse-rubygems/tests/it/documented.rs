//! The tables of `docs/rubygems-acceptance.md` claim nothing that has no test, and leave out no case.

use std::path::Path;

use packhouse_testkit::documented::{Table, check};

#[test]
fn every_test_that_the_tables_name_is_there_and_every_case_is_named() {
    check(&Table {
        crate_folder: Path::new(env!("CARGO_MANIFEST_DIR")),
        file: "rubygems-acceptance.md",
        column: 3,
        cases: 35,
        later: &[],
        by_clients: "end to end",
    });
}
