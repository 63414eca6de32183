use std::collections::BTreeMap;
use std::time::Duration;

use super::super::large::Passage;
use super::super::registry::Way;
use super::{Column, Measured, Report, Row, Sizes};
use crate::measure::Sample;
use crate::wrk::Figures;

fn figures(rate: f64, megabytes: f64) -> Figures {
    Figures {
        rate,
        bytes_per_second: megabytes * 1e6,
        p50: Duration::from_micros(1500),
        p99: Duration::from_millis(3),
    }
}

fn sample(rate: f64, megabytes: f64) -> Sample {
    Sample {
        figures: figures(rate, megabytes),
        bytes: None,
        peak_kib: 110 * 1024,
    }
}

fn measured(rows: &[(Row, f64, f64)]) -> Measured {
    let samples = rows
        .iter()
        .map(|&(row, rate, bytes)| (row, Ok(sample(rate, bytes))));
    Measured {
        version: "1.2.3".to_owned(),
        start: Duration::from_millis(40),
        idle_kib: 20 * 1024,
        after_kib: 30 * 1024,
        samples: samples.collect(),
    }
}

fn report() -> Report {
    Report {
        heading: "today".to_owned(),
        sizes: Sizes {
            layer: 256,
            writers: 64,
        },
        large_mb: 10_000,
        servers: BTreeMap::new(),
        hash: None,
        large: Vec::new(),
        failures: Vec::new(),
    }
}

fn cells<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let line = text.lines().find(|line| line.starts_with(start)).unwrap();
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn layers_count_in_bytes_and_requests_in_answers() {
    let mut report = report();
    let push = Row::Push(Way::Chunked, 4);
    let ours = [
        (push, 2.0, 500.0),
        (Row::Pull, 9.0, 3_000.0),
        (Row::ManifestByTag, 50_000.0, 1.0),
        (Row::ManifestPersonal, 40_000.0, 1.0),
    ];
    report.add(Column::Packhouse, measured(&ours));
    let theirs = [(push, 1.0, 250.0), (Row::ManifestByTag, 1_000.0, 1.0)];
    report.add(Column::Distribution, measured(&theirs));
    let files = [
        (Row::Pull, 9.0, 4_000.0),
        (Row::ManifestByTag, 100_000.0, 1.0),
    ];
    report.add(Column::Nginx, measured(&files));
    report.hash(Ok(figures(4.0, 1_000.0)));
    let text = report.render();
    assert_eq!(
        cells(&text, "| push of a 256 MB layer, PATCH, 4"),
        [
            "push of a 256 MB layer, PATCH, 4 at once",
            "500",
            "250",
            "–",
            "1,000",
            "2.00 (≥ 2.5, missed)",
            "–",
            "0.50 (≥ 0.4, met)"
        ]
    );
    assert_eq!(
        cells(&text, "| pull of a 256 MB layer")[5..],
        ["– (≥ 1.5)", "0.75 (≥ 0.75, met)", "–"]
    );
    assert_eq!(
        cells(&text, "| manifest by tag  "),
        [
            "manifest by tag",
            "50,000",
            "1,000",
            "100,000",
            "50.00 (≥ 25, met)",
            "0.50 (≥ 0.6, missed)"
        ]
    );
    // Its peers are those of the row above.
    assert_eq!(
        cells(&text, "| manifest by tag, personal")[2..],
        ["–", "–", "40.00 (≥ 25, met)", "0.40 (≥ 0.6, missed)"]
    );
    assert!(
        text.contains("- distribution 1.2.3: does not sync"),
        "{text}"
    );
    assert!(report.is_complete());
}

#[test]
fn memory_stands_beside_its_budget_and_only_ours_has_one() {
    let mut report = report();
    report.add(Column::Packhouse, measured(&[(Row::Pull, 1.0, 1.0)]));
    report.add(Column::Distribution, measured(&[(Row::Pull, 1.0, 1.0)]));
    report.large(Passage::Push(Way::Whole), Ok(sample(1.0, 400.0)));
    let text = report.render();
    assert_eq!(
        cells(&text, "| packhouse    | 40"),
        ["packhouse", "40", "20 (met)", "110 (met)", "30"]
    );
    assert_eq!(
        cells(&text, "| distribution | 40"),
        ["distribution", "40", "20", "110", "30"]
    );
    assert!(
        text.contains("### Memory with a layer of 10,000 MB"),
        "{text}"
    );
    assert_eq!(
        cells(&text, "| push, PUT"),
        ["push, PUT", "400", "110 (missed)"]
    );
}

#[test]
fn what_failed_is_named() {
    let mut report = report();
    let mut ours = measured(&[]);
    let broken = Err(anyhow::anyhow!("3 of 10 failed"));
    ours.samples.insert(Row::Images, broken);
    report.add(Column::Packhouse, ours);
    report.large(Passage::Pull, Err(anyhow::anyhow!("no room")));
    let text = report.render();
    assert!(
        text.ends_with(
            "- packhouse: push of small images, 64 writers: 3 of 10 failed\n\
             - a layer of 10000 MB: pull: no room\n"
        ),
        "{text}"
    );
    assert!(!report.is_complete());
}
