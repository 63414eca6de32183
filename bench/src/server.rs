//! The servers, each started on a free loopback port with a folder of its own.

mod distribution;
mod nginx;
mod packhouse;
mod verdaccio;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::Options;
use crate::http::Client;
use crate::process::Process;
use crate::target::Documents;

/// A server that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Kind {
    /// This project.
    Packhouse,
    /// The npm registry that small teams run most.
    Verdaccio,
    /// The container registry that most others are measured by.
    Distribution,
    /// The same bytes as plain files: what the machine can do.
    Nginx,
}

impl Kind {
    /// The name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Packhouse => "packhouse",
            Self::Verdaccio => "Verdaccio",
            Self::Distribution => "distribution",
            Self::Nginx => "nginx",
        }
    }
}

/// A server that answers. Dropping it ends the process, then removes the folder.
#[derive(Debug)]
pub struct Server {
    /// The process, for its memory.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    /// The path of the npm registry, without a slash at its end.
    pub prefix: &'static str,
    /// A token that may publish and read everything; `None` where none is asked for.
    pub token: Option<String>,
    /// The version that the server tells of itself.
    pub version: String,
    /// From the start of the process to its first answer.
    pub start: Duration,
    takes_puts: bool,
    folder: TempDir,
}

/// A Packhouse that does not run, with its folder: to be started again.
#[derive(Debug)]
pub struct Stopped {
    folder: TempDir,
    token: String,
    version: String,
}

impl Stopped {
    /// The file of its database.
    pub fn database(&self) -> PathBuf {
        packhouse::data(self.folder.path()).join("packhouse.db")
    }

    /// Starts it on what its folder holds.
    ///
    /// Fails when the program is missing or ends.
    pub fn start(self, options: &Options) -> Result<Server> {
        packhouse::resume(options.packhouse.as_deref(), self)
    }
}

impl Server {
    /// Ends a Packhouse and keeps its folder.
    ///
    /// Fails for a server without a token, which is another one.
    pub fn stop(self) -> Result<Stopped> {
        drop(self.process);
        Ok(Stopped {
            folder: self.folder,
            token: self.token.context("only a packhouse is started again")?,
            version: self.version,
        })
    }

    /// Starts the server and waits until it answers.
    ///
    /// Fails when its program is missing or ends. nginx needs the documents to serve.
    pub fn start(kind: Kind, options: &Options, documents: Option<&Documents>) -> Result<Self> {
        let folder = new_folder()?;
        match kind {
            Kind::Packhouse => packhouse::start(options.packhouse.as_deref(), folder),
            Kind::Verdaccio => verdaccio::start(options.verdaccio.as_deref(), folder),
            Kind::Distribution => distribution::start(folder),
            Kind::Nginx => {
                let documents = documents.context("no server before nginx gave documents")?;
                nginx::start(documents, folder)
            }
        }
    }

    /// Starts nginx on the files that `write` puts into the folder it is given.
    ///
    /// Fails when `write` does, or nginx is missing or ends.
    pub fn files(write: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        nginx::serve(new_folder()?, false, write)
    }

    /// Starts nginx as [`Self::files`] does; it keeps what is PUT, where it is built for that.
    ///
    /// Fails as that does.
    pub fn writable(write: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        nginx::serve(new_folder()?, nginx::has_dav()?, write)
    }

    /// Whether it keeps what is sent to it: all but an nginx of plain files.
    pub fn takes_puts(&self) -> bool {
        self.takes_puts
    }

    /// The folder that everything of the server is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until everything written so far to the disk of its folder is there, so that a figure
    /// does not pay for what came before it (sync(1)).
    ///
    /// Fails when the disk does.
    pub fn flush(&self) -> Result<()> {
        let mut command = Command::new("sync");
        let status = command.arg("-f").arg(self.folder.path()).status()?;
        ensure!(status.success(), "sync: {status}");
        Ok(())
    }

    /// Starts the command and asks for the path until any answer comes.
    fn launch(
        command: Command,
        folder: TempDir,
        address: SocketAddr,
        ready_path: &str,
        version: String,
    ) -> Result<Self> {
        let began = Instant::now();
        let mut process = Process::start(command, folder.path())?;
        process.wait_until(|| Client::new(address).get(ready_path, &[]).ok())?;
        let start = began.elapsed();
        Ok(Self {
            process,
            address,
            prefix: "",
            token: None,
            version,
            start,
            takes_puts: true,
            folder,
        })
    }
}

fn new_folder() -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    Ok(builder.prefix("packhouse-bench-").tempdir()?)
}

/// A loopback port that was free a moment ago, for servers that cannot choose one themselves.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a free port")?;
    Ok(listener.local_addr()?)
}

/// What a program prints, both outputs joined, whatever its exit code.
pub fn printed_by(program: impl AsRef<Path>, argument: &str) -> Result<String> {
    let program = program.as_ref();
    let output = Command::new(program)
        .arg(argument)
        .output()
        .with_context(|| format!("running {} {argument}", program.display()))?;
    let text = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}
