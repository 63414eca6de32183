use std::collections::BTreeMap;
use std::time::Duration;

use super::{Report, number, ratio, table};
use crate::measure::{Asker, Measured, Sample};
use crate::server::Kind;
use crate::work::Work;
use crate::wrk::Figures;

fn measured(rate: f64) -> Measured {
    let figures = Figures {
        rate,
        bytes_per_second: 2e6,
        p50: Duration::from_micros(1500),
        p99: Duration::from_millis(3),
    };
    let sample = Sample {
        figures,
        bytes: Some(12_000),
        peak_kib: 70 * 1024,
    };
    Measured {
        version: "1.2.3".to_owned(),
        start: Duration::from_millis(40),
        idle_kib: 20 * 1024,
        seeding_kib: 0,
        samples: BTreeMap::from([((Work::TenFull, Asker::Anyone), Ok(sample))]),
        documents: None,
    }
}

fn report() -> Report {
    let (servers, failures) = (BTreeMap::new(), Vec::new());
    Report {
        heading: "today".to_owned(),
        versions: 1000,
        servers,
        failures,
    }
}

fn cells<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let line = text.lines().find(|line| line.starts_with(start)).unwrap();
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn ratios_stand_beside_their_budgets() {
    let mut report = report();
    report.add(Kind::Packhouse, measured(30_000.0));
    report.add(Kind::Verdaccio, measured(1_000.0));
    report.add(Kind::Nginx, measured(80_000.0));
    let text = report.render();
    assert_eq!(
        cells(&text, "| packument, 10 versions, full"),
        [
            "packument, 10 versions, full",
            "30,000",
            "–",
            "1,000",
            "80,000",
            "30.00 (≥ 15, met)",
            "0.38 (≥ 0.5, missed)"
        ]
    );
    assert_eq!(
        cells(&text, "| packhouse"),
        ["packhouse", "40", "20", "–", "70"]
    );
    assert!(report.is_complete());
}

#[test]
fn a_figure_that_failed_is_named_and_makes_the_report_incomplete() {
    let mut report = report();
    let mut nginx = measured(1.0);
    nginx.samples.insert(
        (Work::Tarball, Asker::Anyone),
        Err(anyhow::anyhow!("3 of 10 failed")),
    );
    report.add(Kind::Nginx, nginx);
    assert!(
        report
            .render()
            .ends_with("- nginx: tarball, 20 kB: 3 of 10 failed\n")
    );
    assert!(!report.is_complete());
}

#[test]
fn cells_are_written_as_people_read_them() {
    assert_eq!(number(12.34), "12.3");
    assert_eq!(number(999.6), "1,000");
    assert_eq!(number(1_234_567.0), "1,234,567");
    assert_eq!(ratio(None, Some(1.0), Some(15.0)), "– (≥ 15)");
    assert_eq!(ratio(Some(1.0), Some(4.0), None), "0.25");
    let rows = [
        vec!["a".to_owned(), "×".to_owned()],
        vec!["bcd".to_owned(), "1".to_owned()],
    ];
    assert_eq!(table(&rows), "| a   | × |\n|-----|---|\n| bcd | 1 |\n");
}
