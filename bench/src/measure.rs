//! One server from its start to its end: seeding, reads, publishes, memory.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Options;
use crate::fixture::Access;
use crate::publish;
use crate::server::{Kind, Server};
use crate::target::{self, Documents, Target};
use crate::work::Work;
use crate::wrk::{Figures, Wrk};

/// Bytes that do not compress in the tarball that is read, which is then about 20 kB.
pub const TARBALL_PAYLOAD: usize = 19_000;

/// Versions of the small package that is read.
const TEN: u32 = 10;

/// Who asks: a column of the table, besides the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asker {
    /// Nobody, of a public package. Publishes come with a token where the server wants one.
    Anyone,
    /// The holder of a token, of a private package.
    Token,
}

/// One figure with what surrounds it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Rate and latency.
    pub figures: Figures,
    /// Bytes of one answer's body; `None` for publishes.
    pub bytes: Option<usize>,
    /// The most resident memory of the server during the load, in KiB.
    pub peak_kib: u64,
}

/// Everything measured of one server.
#[derive(Debug)]
pub struct Measured {
    /// The version that the server tells of itself.
    pub version: String,
    /// From the start of the process to its first answer, with an empty store.
    pub start: Duration,
    /// Resident memory after the first answer, in KiB.
    pub idle_kib: u64,
    /// The most resident memory while the packages were published that are read later, in KiB.
    pub seeding_kib: u64,
    /// The figures, each with the reason where it could not be taken.
    pub samples: BTreeMap<(Work, Asker), Result<Sample>>,
    /// What it answered, to be served by nginx; `None` from nginx itself.
    pub documents: Option<Documents>,
}

/// Starts a server, measures everything that it can do, and ends it.
///
/// Fails when it does not start, cannot be seeded, or answers a read wrongly. A load that fails is
/// noted with its figure instead.
pub fn server(kind: Kind, options: &Options, documents: Option<&Documents>) -> Result<Measured> {
    let server = Server::start(kind, options, documents)?;
    server.process.settle()?;
    let mut measured = Measured {
        version: server.version.clone(),
        start: server.start,
        idle_kib: server.process.resident_kib()?,
        seeding_kib: 0,
        samples: BTreeMap::new(),
        documents: None,
    };
    if kind == Kind::Nginx {
        let targets = target::files(&server, documents.context("nothing to serve")?)?;
        read_all(&server, options, Asker::Anyone, &targets, &mut measured)?;
        return Ok(measured);
    }

    let packages = [("ten", TEN), ("many", options.versions())];
    let hidden = [("ten-private", TEN), ("many-private", options.versions())];
    server.process.reset_peak()?;
    seed(&server, packages, Access::Public)?;
    if server.token.is_some() {
        seed(&server, hidden, Access::Restricted)?;
    }
    measured.seeding_kib = server.process.peak_kib()?;

    let (targets, answered) = target::registry(&server, packages, None)?;
    measured.documents = Some(answered);
    read_all(&server, options, Asker::Anyone, &targets, &mut measured)?;
    if let Some(token) = server.token.as_deref() {
        let (targets, _) = target::registry(&server, hidden, Some(token))?;
        read_all(&server, options, Asker::Token, &targets, &mut measured)?;
    }
    for work in Work::PUBLISHES {
        eprintln!("   {}", work.label(options.versions()));
        let sample = with_peak(&server, None, || match work {
            Work::PublishSeries => publish::one_after_another(&server, options.series),
            _ => publish::distinct(&server, options.writers, options.seconds()),
        });
        measured.samples.insert((work, Asker::Anyone), sample);
    }
    Ok(measured)
}

fn seed(server: &Server, [ten, many]: [(&str, u32); 2], access: Access) -> Result<()> {
    eprintln!("   publishing {} and {} versions to be read", ten.1, many.1);
    publish::seed(server, ten.0, ten.1, access, TARBALL_PAYLOAD)
        .and_then(|()| publish::seed(server, many.0, many.1, access, 0))
        .with_context(|| {
            format!(
                "seeding; the server's log ends: {}",
                server.process.log_tail()
            )
        })
}

fn read_all(
    server: &Server,
    options: &Options,
    asker: Asker,
    targets: &BTreeMap<Work, Target>,
    measured: &mut Measured,
) -> Result<()> {
    let wrk = Wrk::new(options.connections)?;
    for work in Work::READS {
        let target = targets
            .get(&work)
            .with_context(|| format!("no address for {work:?}"))?;
        eprintln!("   {}{}", work.label(options.versions()), asker.suffix());
        let sample = with_peak(server, Some(target.bytes), || {
            wrk.warm_up(server.address, target, options.warm_up)?;
            wrk.run(server.address, target, options.seconds)
        });
        measured.samples.insert((work, asker), sample);
    }
    Ok(())
}

/// Takes figures of a server at rest, and the most memory that it has meanwhile.
///
/// Fails when the load does, or the server does not come to rest before.
pub fn with_peak(
    server: &Server,
    bytes: Option<usize>,
    load: impl FnOnce() -> Result<Figures>,
) -> Result<Sample> {
    server.process.settle()?;
    server.process.reset_peak()?;
    let figures = load()?;
    Ok(Sample {
        figures,
        bytes,
        peak_kib: server.process.peak_kib()?,
    })
}

impl Asker {
    /// What a table adds to a server's or a row's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Anyone => "",
            Self::Token => ", private with token",
        }
    }
}
