//! The measurement of one server, row by row.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::artifact::{File, count_versions, metadata_path};
use super::build::Maven;
use super::repository::{Repository, expect};
use super::row::{Listed, Row};
use super::{Fixture, Lists, Taken, deploy, resolve};
use crate::Options;
use crate::measure::with_peak;
use crate::target::Target;
use crate::wrk::{Figures, Wrk};

/// A server in the middle of its measurement.
pub struct Bench<'s> {
    /// What is asked for.
    pub options: &'s Options,
    /// What it gets and serves.
    pub fixture: &'s Fixture,
    /// Where that is.
    pub repository: Repository<'s>,
    /// The lists that it serves.
    pub lists: Lists,
    /// The figures so far.
    pub samples: BTreeMap<Row, Result<Taken>>,
}

impl Bench<'_> {
    /// Reads with wrk.
    ///
    /// Fails when an answer is wrong before the load begins.
    pub fn read_all(&mut self) -> Result<()> {
        let wrk = Wrk::new(self.options.connections)?;
        let (warm_up, seconds) = (self.options.warm_up, self.options.seconds);
        for row in Row::READS {
            let target = self.target(row)?;
            self.take(row, Some(target.bytes), |bench| {
                let address = bench.repository.server.address;
                wrk.warm_up(address, &target, warm_up)?;
                wrk.run(address, &target, seconds)
            });
        }
        Ok(())
    }

    /// Resolves what a build would, without and then with a Maven around it.
    pub fn resolve_all(&mut self, maven: Option<&Maven>) {
        for row in Row::RESOLVES {
            self.take(row, None, |bench| {
                let Row::Resolve(checks) = row else {
                    anyhow::bail!("no resolve");
                };
                let limit = bench.options.seconds();
                resolve::replay(&bench.repository, &bench.fixture.tree, checks, limit)
            });
        }
        let Some(maven) = maven else {
            return;
        };
        for row in Row::BUILDS {
            self.take(row, None, |bench| {
                let Row::Build(local) = row else {
                    anyhow::bail!("no build");
                };
                maven.builds(&bench.repository, &bench.fixture.tree, local)
            });
        }
    }

    /// Deploys small artifacts, after the disk has written what came before.
    pub fn deploy_all(&mut self) {
        let (writers, limit) = (self.options.writers, self.options.seconds());
        self.take(Row::DeployDistinct, None, |bench| {
            bench.repository.server.flush()?;
            deploy::distinct(&bench.repository, writers, limit)
        });
        self.take(Row::DeployOne, None, |bench| {
            bench.repository.server.flush()?;
            deploy::one_package(&bench.repository, writers, limit)
        });
    }

    /// Takes the figure of a row, or notes why it could not be taken.
    fn take(
        &mut self,
        row: Row,
        bytes: Option<usize>,
        load: impl FnOnce(&Self) -> Result<Figures>,
    ) {
        eprintln!("   {}", row.label(self.options.maven_sizes()));
        let server = self.repository.server;
        let taken = with_peak(server, bytes, || load(self)).and_then(|sample| {
            server.process.settle()?;
            let after_kib = server.process.resident_kib()?;
            Ok(Taken { sample, after_kib })
        });
        self.samples.insert(row, taken);
    }

    /// The request of a row of [`Row::READS`], whose answer is looked at once.
    fn target(&self, row: Row) -> Result<Target> {
        let list = |listed: Listed| {
            let list = self.lists.get(&listed);
            list.with_context(|| format!("no list of {}", listed.name()))
        };
        let (below, expected) = match row {
            Row::SmallJar => self.fixture.small_jar(),
            Row::LargeJar => self.fixture.large_jar(),
            Row::Metadata(of) | Row::Revalidate(of) => {
                let file = list(of)?;
                (file.path.clone(), file.bytes.as_slice())
            }
            Row::MetadataSum(of) => {
                let file = list(of)?;
                (format!("{}.sha1", file.path), file.sha1.as_bytes())
            }
            _ => anyhow::bail!("{row:?} is no read"),
        };
        let mut client = self.repository.client();
        let answer = self.repository.get(&mut client, &below)?;
        ensure!(answer.body == expected, "{below} has other bytes");
        let path = self.repository.path(&below);
        if self.repository.is_ours() {
            let answer = client.get(&path, &[])?;
            expect(&answer, 401, &below)?;
        }
        let (mut headers, mut bytes) = (self.repository.credential.clone(), expected.len());
        if let Row::Revalidate(_) = row {
            let etag = answer.header("etag").context("no ETag")?.to_owned();
            headers.push(("If-None-Match".to_owned(), etag));
            expect(&client.get(&path, &headers)?, 304, &below)?;
            bytes = 0;
        }
        Ok(Target {
            path,
            headers,
            bytes,
        })
    }
}

/// The lists that a server answers, which must be as long as what was deployed.
///
/// Fails when one is not.
pub fn lists(repository: &Repository<'_>, options: &Options) -> Result<Lists> {
    let mut lists = Lists::new();
    let mut client = repository.client();
    for listed in [Listed::Few, Listed::Many] {
        let path = metadata_path(listed.name());
        let answer = repository.get(&mut client, &path)?;
        let (got, expected) = (
            count_versions(&answer.body),
            listed.count(options.maven_sizes()) as usize,
        );
        ensure!(got == expected, "{path} lists {got} instead of {expected}");
        lists.insert(listed, File::new(path, answer.body));
    }
    Ok(lists)
}
