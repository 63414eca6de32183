//! A real Bundler that installs many gems, first into empty folders.
//!
//! Nothing of the user's settings and folders is seen by it, and no address but the server's is
//! asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::gem::Built;
use super::row::Local;
use super::source::Source;
use crate::process::{OnParentDeath, guarded};

/// The proxy for every other machine: nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A Bundler.
#[derive(Clone, Debug)]
pub struct Bundler {
    program: PathBuf,
    /// What it tells of itself.
    pub version: String,
}

impl Bundler {
    /// The Bundler whose `bundle` that is.
    ///
    /// Fails when it does not run.
    pub fn find(program: &Path) -> Result<Self> {
        let mut bundler = Self {
            program: std::path::absolute(program)?,
            version: String::new(),
        };
        let home = new_home()?;
        let output = bundler.command(home.path()).arg("--version").output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "bundle --version: {}: {said}",
            output.status
        );
        said.trim().clone_into(&mut bundler.version);
        Ok(bundler)
    }

    /// It in a home, where it sees nothing of this machine's user and reaches no other machine.
    fn command(&self, home: &Path) -> Command {
        let at = |name: &str| home.join(name);
        let mut command = guarded(OnParentDeath::Kill, &self.program);
        command.current_dir(home).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("HOME", home).env("TMPDIR", at("tmp"));
        for key in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] {
            command.env(key, NOWHERE);
        }
        for key in ["no_proxy", "NO_PROXY"] {
            command.env(key, "127.0.0.1");
        }
        command
            .env("BUNDLE_PATH", at("installed"))
            .env("BUNDLE_DISABLE_VERSION_CHECK", "true")
            .env("BUNDLE_SILENCE_ROOT_WARNING", "true");
        command
    }
}

/// A project that needs a tree of gems from one source, and a home for the client.
#[derive(Debug)]
pub struct Project<'d> {
    bundler: &'d Bundler,
    gems: &'d [Built],
    credential: Option<String>,
    home: TempDir,
}

impl<'d> Project<'d> {
    /// A project that needs the first of these, which needs all others.
    ///
    /// Fails when its files cannot be written.
    pub fn new(bundler: &'d Bundler, source: &Source, gems: &'d [Built]) -> Result<Self> {
        let home = new_home()?;
        let first = &gems.first().context("nothing to install")?.gem.name;
        let gemfile = format!("source \"{}\"\ngem \"{first}\"\n", source.url());
        fs::write(home.path().join("Gemfile"), gemfile)?;
        let token = source.server.token.as_ref();
        Ok(Self {
            bundler,
            gems,
            credential: token.map(|token| format!("bench:{token}")),
            home,
        })
    }

    /// Installs with what the row says is there, and looks whether every gem came.
    ///
    /// Fails when it does not succeed, or a gem is missing.
    pub fn install(&self, local: Local) -> Result<Duration> {
        if local == Local::Empty {
            self.forget()?;
        }
        let mut command = self.bundler.command(self.home.path());
        if let Some(credential) = &self.credential {
            command.env("BUNDLE_127__0__0__1", credential);
        }
        command.args(["install", "--quiet"]);
        let began = Instant::now();
        let output = command.output().context("starting bundle")?;
        let elapsed = began.elapsed();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let excerpt: String = said.chars().take(600).collect();
        ensure!(
            output.status.success(),
            "bundle install: {}: {excerpt}",
            output.status
        );
        self.look()?;
        Ok(elapsed)
    }

    /// Leaves nothing in the folders of gems and of answers; what was there is off the disk.
    fn forget(&self) -> Result<()> {
        for name in ["installed", ".bundle", ".local", ".cache", ".gem"] {
            let path = self.home.path().join(name);
            if path.exists() {
                fs::remove_dir_all(path)?;
            }
        }
        let lock = self.home.path().join("Gemfile.lock");
        if lock.exists() {
            fs::remove_file(lock)?;
        }
        let status = Command::new("sync")
            .arg("-f")
            .arg(self.home.path())
            .status()?;
        ensure!(status.success(), "sync: {status}");
        Ok(())
    }

    /// Bundler keeps each gem's file in `cache`, below folders of the Ruby's name and version.
    fn look(&self) -> Result<()> {
        let mut folder = self.home.path().join("installed");
        for _ in 0..2 {
            let inside = fs::read_dir(&folder)?.next();
            folder = inside.context("nothing was installed")??.path();
        }
        for built in self.gems {
            let (name, version) = (&built.gem.name, &built.gem.version);
            let library = format!("gems/{name}-{version}/lib/part.bin");
            ensure!(folder.join(&library).exists(), "{library} is missing");
            let size = fs::metadata(folder.join(format!("cache/{name}-{version}.gem")))?.len();
            ensure!(
                size == built.bytes.len() as u64,
                "bundle has {size} bytes of {name}"
            );
        }
        Ok(())
    }
}

fn new_home() -> Result<TempDir> {
    let home = tempfile::Builder::new()
        .prefix("packhouse-bench-")
        .tempdir()?;
    fs::create_dir(home.path().join("tmp"))?;
    Ok(home)
}
