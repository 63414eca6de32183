use std::collections::BTreeMap;
use std::time::Duration;

use super::Report;
use crate::maven::Taken;
use crate::measure::Sample;
use crate::nuget::Measured;
use crate::nuget::pages::{Drawn, Kind as Pages, Reading};
use crate::nuget::push::Series;
use crate::nuget::row::{Local, Row, Shown, Sizes};
use crate::server::Kind;
use crate::wrk::Figures;

fn figures(rate: f64) -> Figures {
    Figures {
        rate,
        bytes_per_second: 0.0,
        p50: Duration::from_micros(1_500),
        p99: Duration::from_millis(3),
    }
}

fn taken(rate: f64) -> Taken {
    let sample = Sample {
        figures: figures(rate),
        bytes: None,
        peak_kib: 160 * 1024,
    };
    Taken {
        sample,
        after_kib: 70 * 1024,
    }
}

fn measured(rates: &[(Row, f64)]) -> Measured {
    let samples = rates.iter().map(|(row, rate)| (*row, Ok(taken(*rate))));
    Measured {
        version: "1.2.3".to_owned(),
        start: Duration::from_millis(40),
        idle_kib: 20 * 1024,
        seeding_kib: None,
        series: None,
        readings: BTreeMap::new(),
        samples: samples.collect(),
    }
}

fn report() -> Report {
    Report {
        heading: "today".to_owned(),
        sizes: Sizes {
            versions: 3_609,
            dependencies: 300,
            writers: 8,
        },
        servers: BTreeMap::new(),
        failures: Vec::new(),
    }
}

fn cells<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let line = text.lines().find(|line| line.starts_with(start)).unwrap();
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn ratios_stand_beside_their_budgets() {
    let mut report = report();
    report.add(
        Kind::Packhouse,
        measured(&[(Row::SmallNupkg, 30_000.0), (Row::PushOne, 120.0)]),
    );
    report.add(Kind::Nginx, measured(&[(Row::SmallNupkg, 80_000.0)]));
    let text = report.render();
    assert_eq!(
        cells(&text, "| .nupkg, 20 kB"),
        [".nupkg, 20 kB", "30,000", "80,000", "0.38 (≥ 0.5, missed)"]
    );
    assert_eq!(
        cells(&text, "| pushes, 8 writers, versions of one package"),
        [
            "pushes, 8 writers, versions of one package",
            "120",
            "–",
            "–"
        ]
    );
    assert_eq!(
        cells(&text, "| packhouse "),
        ["packhouse", "40", "20 (met)", "160 (missed)", "70"]
    );
    assert!(text.contains("- nginx 1.2.3: asks for no token"));
    assert!(report.is_complete());
}

#[test]
fn a_restore_is_told_in_seconds() {
    let mut report = report();
    let replay = Row::Resolve(Shown::Challenged);
    let restore = Row::Restore(Local::Empty);
    report.add(
        Kind::Packhouse,
        measured(&[(replay, 6_000.0), (restore, 100.0)]),
    );
    report.add(
        Kind::Nginx,
        measured(&[(replay, 12_000.0), (restore, 120.0)]),
    );
    let text = report.render();
    let (_, restores) = text.split_once("### Cold restore of 300 packages").unwrap();
    assert_eq!(
        cells(restores, "| 300 packages: versions, .nupkg, a 401")[1..],
        ["0.100", "0.050", "2.00"]
    );
    assert_eq!(
        cells(restores, "| dotnet restore, 300 packages, none there")[1..],
        ["3.000", "2.500", "1.20"]
    );
    assert!(!restores.contains("all there"), "{restores}");
}

#[test]
fn the_large_registration_tells_its_time_and_its_memory() {
    let mut report = report();
    let mut ours = measured(&[]);
    let reading = Reading {
        all: Duration::from_millis(250),
        slowest: Duration::from_millis(12),
        peak_kib: 170 * 1024,
    };
    ours.readings.insert(Pages::ALL[0], Ok(reading));
    ours.series = Some(Series {
        first: figures(140.0),
        last: figures(130.0),
        all: figures(135.0),
    });
    ours.seeding_kib = Some(90 * 1024);
    report.add(Kind::Packhouse, ours);
    let text = report.render();
    assert!(text.contains("### Registration of 3,609 versions with all of its pages, gzip"));
    assert_eq!(
        cells(&text, "| 1 client, just changed")[1..],
        ["packhouse", "250.00", "12.00", "170"]
    );
    assert_eq!(
        cells(&text, "| the last tenth")[1..],
        ["130", "1.50", "3.00", "90"]
    );
    assert_eq!(cells(&text, "| packhouse | 40")[3], "170 (missed)");
}

#[test]
fn a_figure_that_failed_is_named_and_makes_the_report_incomplete() {
    let mut report = report();
    let mut ours = measured(&[]);
    let failed = Err(anyhow::anyhow!("3 versions are listed of 4"));
    ours.samples.insert(Row::PushOne, failed);
    let kind = Pages {
        clients: 16,
        drawn: Drawn::Nothing,
    };
    let failed = Err(anyhow::anyhow!("a page is another than before"));
    ours.readings.insert(kind, failed);
    report.add(Kind::Packhouse, ours);
    let text = report.render();
    assert!(text.contains(
        "- packhouse: pushes, 8 writers, versions of one package: 3 versions are listed of 4\n"
    ));
    let last = "- packhouse: all pages, 16 clients at once, just changed: \
                a page is another than before\n";
    assert!(text.ends_with(last), "{text}");
    assert!(!report.is_complete());
}
