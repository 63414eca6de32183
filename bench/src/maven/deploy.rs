//! Deploy loads: many small artifacts at the same time, and many versions one after another.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::artifact::{
    Artifact, File, Packaging, Release, count_versions, metadata, metadata_path,
};
use super::repository::Repository;
use crate::containers::at_the_same_time;
use crate::publish::figures;
use crate::wrk::Figures;

/// The most deploys of one load, so that files made beforehand fit into memory.
const MAX_DEPLOYS: usize = 8_000;

/// Bytes that do not compress in the jar of a small artifact.
const SMALL: usize = 2_000;

/// The package that several writers deploy versions of.
const SHARED: &str = "shared";

/// How deploying went while a package grew.
#[derive(Clone, Debug)]
pub struct Series {
    /// Versions deployed.
    pub count: u32,
    /// Of the first tenth of the POMs.
    pub first: Figures,
    /// Of the last tenth.
    pub last: Figures,
    /// What the list took that names all of them.
    pub list: Duration,
    /// From the first POM to the answer to the list.
    pub all: Duration,
}

/// The rate at which writers deploy small artifacts, each into a new package.
///
/// Ends when the time is over or all that was made beforehand is deployed. Fails when any deploy
/// does.
pub fn distinct(repository: &Repository<'_>, writers: u32, limit: Duration) -> Result<Figures> {
    let (times, elapsed) = load(repository, writers, limit, |writer, number| {
        (format!("new-{writer}-{number}"), "1.0.0".to_owned())
    })?;
    figures(times, elapsed)
}

/// The rate at which writers deploy small artifacts, each a version of one package.
///
/// Ends and fails as [`distinct`] does, and when Packhouse does not list all of them afterwards. A
/// server of files does not: there writers overtake one another.
pub fn one_package(repository: &Repository<'_>, writers: u32, limit: Duration) -> Result<Figures> {
    let (times, elapsed) = load(repository, writers, limit, |writer, number| {
        (SHARED.to_owned(), format!("1.{writer}.{number}"))
    })?;
    if repository.is_ours() {
        let answer = repository.get(&mut repository.client(), &metadata_path(SHARED))?;
        let (listed, deployed) = (count_versions(&answer.body), times.len());
        ensure!(
            listed == deployed,
            "{listed} versions are listed of {deployed}"
        );
    }
    figures(times, elapsed)
}

fn load(
    repository: &Repository<'_>,
    writers: u32,
    limit: Duration,
    name: impl Fn(usize, usize) -> (String, String) + Sync,
) -> Result<(Vec<Duration>, Duration)> {
    let each = MAX_DEPLOYS / writers as usize;
    at_the_same_time(writers as usize, |writer| {
        let releases = (0..each)
            .map(|number| {
                let (name, version) = name(writer, number);
                Artifact::new(name, version, Packaging::Full(SMALL)).release()
            })
            .collect::<Result<Vec<_>>>()?;
        let mut client = repository.client();
        Ok(move || {
            let (deadline, mut times) = (Instant::now() + limit, Vec::new());
            for release in &releases {
                let began = Instant::now();
                if began >= deadline {
                    break;
                }
                repository.deploy(&mut client, release)?;
                times.push(began.elapsed());
            }
            Ok(times)
        })
    })
}

/// Deploys so many versions of a package, a POM each over one connection, then the list of them.
///
/// Fails when an answer is no success, or the package does not list all of them.
pub fn series(repository: &Repository<'_>, name: &str, count: u32) -> Result<Series> {
    let releases = (0..count)
        .map(|number| Artifact::new(name, version(number), Packaging::Pom).release())
        .collect::<Result<Vec<_>>>()?;
    let mut client = repository.client();
    let (began, mut times) = (Instant::now(), Vec::new());
    for release in &releases {
        for file in &release.files {
            let one = Instant::now();
            repository.put(&mut client, &file.path, file.content_type(), &file.bytes)?;
            times.push(one.elapsed());
        }
    }
    let versions = releases.iter().map(|release| &*release.artifact.version);
    let list = File::new(metadata_path(name), metadata(name, versions).into_bytes());
    let one = Instant::now();
    repository.put(&mut client, &list.path, list.content_type(), &list.bytes)?;
    let (list, all) = (one.elapsed(), began.elapsed());
    let answer = repository.get(&mut client, &metadata_path(name))?;
    let listed = count_versions(&answer.body);
    ensure!(
        listed == count as usize,
        "{name} lists {listed} of {count} versions"
    );
    let tenth = times.len().div_ceil(10);
    let of = |times: &[Duration]| figures(times.to_vec(), times.iter().sum());
    Ok(Series {
        count,
        first: of(&times[..tenth])?,
        last: of(&times[times.len() - tenth..])?,
        list,
        all,
    })
}

/// Deploys these, one after another, and gives how long each took.
///
/// Fails when any deploy does.
pub fn timed(repository: &Repository<'_>, releases: &[Release]) -> Result<Figures> {
    let mut client = repository.client();
    let (began, mut times) = (Instant::now(), Vec::new());
    for release in releases {
        let one = Instant::now();
        repository.deploy(&mut client, release)?;
        times.push(one.elapsed());
    }
    figures(times, began.elapsed())
}

/// The version of that number, from 0, in a series.
pub fn version(number: u32) -> String {
    format!("1.0.{number}")
}
