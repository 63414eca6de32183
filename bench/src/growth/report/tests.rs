use std::time::Duration;

use super::{Into, Pair, Report, Started};
use crate::growth::read::ROWS;
use crate::wrk::Figures;

fn pair(small: u64, large: u64) -> Pair {
    let figures = |p99| Figures {
        rate: 400.0,
        bytes_per_second: 0.0,
        p50: Duration::from_micros(250),
        p99: Duration::from_micros(p99),
    };
    Pair {
        small: figures(small),
        large: figures(large),
        peak_kib: 150 * 1024,
    }
}

fn report() -> Report {
    Report {
        heading: "today".to_owned(),
        reads: Vec::new(),
        publishes: Vec::new(),
        starts: Vec::new(),
        failures: Vec::new(),
    }
}

fn cells<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let line = text.lines().find(|line| line.starts_with(start)).unwrap();
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn ratios_of_percentiles_stand_beside_their_budget() {
    let mut report = report();
    report.read(ROWS[0], Ok(pair(500, 750)));
    report.read(ROWS[1], Ok(pair(500, 1000)));
    report.publish(Into::Package, Ok(pair(2000, 9000)));
    let text = report.render();
    let row = cells(&text, "| tarball, 20 kB");
    assert_eq!(row[1], "10 → 10,000 versions");
    assert_eq!(
        row[2..],
        [
            "0.25",
            "0.50",
            "0.25",
            "0.75",
            "1.50 (< 2, met)",
            "150 (missed)"
        ]
    );
    let row = cells(&text, "| version manifest");
    assert_eq!(row[6], "2.00 (< 2, missed)");
    let row = cells(&text, "| versions into one package");
    assert_eq!(
        row[2..],
        ["400", "2.00", "400", "9.00", "4.50", "150 (missed)"]
    );
    assert!(report.is_complete());
}

#[test]
fn a_start_is_judged_by_time_and_memory() {
    let mut report = report();
    let started = Started {
        bytes: 2_500_000_000,
        start: Duration::from_millis(500),
        idle_kib: 20 * 1024,
    };
    report.started(1_000_000, started);
    assert_eq!(
        cells(&report.render(), "| 1,000,000"),
        ["1,000,000", "2,500", "500 (missed)", "20 (met)"]
    );
}

#[test]
fn a_read_that_failed_is_named() {
    let mut report = report();
    report.read(ROWS[0], Err(anyhow::anyhow!("answered 500")));
    assert!(
        report
            .render()
            .ends_with("- tarball, 20 kB: answered 500\n")
    );
    assert!(!report.is_complete());
}
