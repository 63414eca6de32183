use std::collections::BTreeMap;
use std::time::Duration;

use super::Report;
use crate::maven::deploy::Series;
use crate::maven::row::{Checks, Local, Row, Sizes};
use crate::maven::{Measured, Taken};
use crate::measure::Sample;
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
        lists: BTreeMap::new(),
        samples: samples.collect(),
    }
}

fn report() -> Report {
    Report {
        heading: "today".to_owned(),
        sizes: Sizes {
            versions: 5_000,
            artifacts: 500,
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
        measured(&[(Row::SmallJar, 30_000.0), (Row::DeployOne, 120.0)]),
    );
    report.add(Kind::Nginx, measured(&[(Row::SmallJar, 80_000.0)]));
    let text = report.render();
    assert_eq!(
        cells(&text, "| jar, 20 kB"),
        ["jar, 20 kB", "30,000", "80,000", "0.38 (≥ 0.5, missed)"]
    );
    assert_eq!(
        cells(&text, "| deploys, 8 writers, versions of one package"),
        [
            "deploys, 8 writers, versions of one package",
            "120",
            "–",
            "–"
        ]
    );
    assert_eq!(
        cells(&text, "| packhouse "),
        ["packhouse", "40", "20 (met)", "160 (missed)", "70"]
    );
    assert!(text.contains("- nginx 1.2.3: asks for no token; built without dav"));
    assert!(report.is_complete());
}

#[test]
fn a_resolve_is_told_in_seconds() {
    let mut report = report();
    let replay = Row::Resolve(Checks::Headers);
    let build = Row::Build(Local::Empty);
    report.add(
        Kind::Packhouse,
        measured(&[(replay, 4_000.0), (build, 100.0)]),
    );
    report.add(Kind::Nginx, measured(&[(replay, 8_000.0), (build, 125.0)]));
    let text = report.render();
    let (_, resolves) = text
        .split_once("### Cold resolve of 500 artifacts")
        .unwrap();
    assert_eq!(
        cells(resolves, "| resolve of 500: pom, jar "),
        ["resolve of 500: pom, jar", "0.250", "0.125", "2.00"]
    );
    assert_eq!(
        cells(resolves, "| mvn, 500 dependencies, none there"),
        [
            "mvn, 500 dependencies, none there",
            "5.000",
            "4.000",
            "1.25"
        ]
    );
    assert!(!text.contains("all there"), "{text}");
}

#[test]
fn a_growing_package_has_its_first_and_its_last_tenth() {
    let mut report = report();
    let mut ours = measured(&[]);
    ours.series = Some(Series {
        count: 5_000,
        first: figures(400.0),
        last: figures(300.0),
        list: Duration::from_millis(700),
        all: Duration::from_secs(20),
    });
    ours.seeding_kib = Some(90 * 1024);
    report.add(Kind::Packhouse, ours);
    let text = report.render();
    assert!(text.contains("### Deploying 5000 versions of one package"));
    assert_eq!(
        cells(&text, "| the last tenth"),
        ["the last tenth", "300", "1.50", "3.00", "90"]
    );
    assert_eq!(
        cells(&text, "| one PUT of the list of all"),
        ["one PUT of the list of all", "–", "700.00", "–", "90"]
    );
    assert_eq!(cells(&text, "| all together")[1], "250");
}

#[test]
fn a_figure_that_failed_is_named_and_makes_the_report_incomplete() {
    let mut report = report();
    let mut ours = measured(&[]);
    let failed = Err(anyhow::anyhow!("3 versions are listed of 4"));
    ours.samples.insert(Row::DeployOne, failed);
    report.add(Kind::Packhouse, ours);
    let last = "- packhouse: deploys, 8 writers, versions of one package: \
                3 versions are listed of 4\n";
    assert!(report.render().ends_with(last));
    assert!(!report.is_complete());
}
