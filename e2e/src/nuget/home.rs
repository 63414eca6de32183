//! One person's place for NuGet's clients.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::source::{self, Source};
use super::{Dotnet, Exe, NuGet};
use crate::process::{Ran, run};
use crate::seat::NOWHERE;
use crate::tools;

/// How long one command of a client may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// Where the SDK, and nuget.exe on Mono, read a user's settings.
const SETTINGS: [&str; 2] = [".nuget/NuGet/NuGet.Config", ".config/NuGet/NuGet.Config"];

/// Where packages and answers are kept: both kinds of client, and nuget.exe 2.8 alone.
const CACHES: [&str; 4] = ["packages", "http", "scratch", ".local/share/NuGet"];

/// A home that no other test and no user of this machine shares.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    sources: Vec<Source>,
    environment: Vec<(String, String)>,
}

impl Home {
    /// Makes one with `sources` and nothing in its caches.
    pub fn new(sources: &[Source]) -> Self {
        let mut home = Self {
            folder: tempfile::tempdir().expect("a home can be made"),
            sources: Vec::new(),
            environment: Vec::new(),
        };
        for folder in ["tmp", "bin"] {
            std::fs::create_dir(home.path().join(folder)).expect("a folder can be made");
        }
        // What the SDK does at its first start takes a second and is of no use here.
        let version = Dotnet::VERSION;
        home.write(&format!(".dotnet/{version}.dotnetFirstUseSentinel"), "");
        home.use_sources(sources);
        home
    }

    /// Has other sources from now on.
    pub fn use_sources(&mut self, sources: &[Source]) {
        self.sources = sources.to_vec();
        for path in SETTINGS {
            self.write(path, source::render(sources));
        }
    }

    /// Adds an environment variable to all its runs.
    pub fn set(&mut self, key: &str, value: &str) {
        self.environment.push((key.to_owned(), value.to_owned()));
    }

    /// Has no proxy from now on. With one, whatever it is not used for, clients of our age print no
    /// warning that a server sends; without one the addresses that they are given must do, all of
    /// which are on loopback.
    pub fn use_no_proxy(&mut self) {
        for key in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] {
            self.set(key, "");
        }
    }

    /// Gives the SDK's commands.
    pub fn dotnet(&self) -> Dotnet<'_> {
        Dotnet::new(self)
    }

    /// Gives the commands of a nuget.exe.
    pub fn nuget(&self, exe: Exe) -> NuGet<'_> {
        NuGet::new(self, exe)
    }

    /// Gives its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the path of something in its folder as text.
    pub fn at(&self, path: &str) -> String {
        self.path().join(path).display().to_string()
    }

    /// Writes a file in its folder, and gives its path.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("a folder can be made");
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// Reads a file in its folder; panics when it is not there.
    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Empties the caches of packages and of answers, as on a machine that has built nothing yet.
    pub fn forget(&self) {
        for cache in CACHES {
            let path = self.path().join(cache);
            if path.exists() {
                std::fs::remove_dir_all(path).expect("a cache can be removed");
            }
        }
    }

    /// Empties the cache of answers alone; the SDK believes it for half an hour.
    pub fn forget_answers(&self) {
        let path = self.path().join("http");
        if path.exists() {
            std::fs::remove_dir_all(path).expect("a cache can be removed");
        }
    }

    /// Runs `program` in `folder` with `before`, which are not the client's own, and `words`.
    pub(super) fn start(
        &self,
        program: &Path,
        folder: &Path,
        before: &[&str],
        words: &[&str],
    ) -> Ran {
        self.assert_only_loopback(words);
        run(program, self.path(), b"", LIMIT, |command| {
            command.current_dir(folder);
            self.isolate(command);
            command.args(before).args(words);
        })
    }

    /// Lets a command see nothing of this machine's user, and reach no other machine.
    fn isolate(&self, command: &mut Command) {
        command.env_clear();
        command.env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("TERM", "dumb");
        command.env("HOME", self.path());
        command.env("TMPDIR", self.at("tmp"));
        for key in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] {
            command.env(key, NOWHERE);
        }
        for key in ["no_proxy", "NO_PROXY"] {
            command.env(key, "127.0.0.1");
        }
        command
            .env("NUGET_PACKAGES", self.at("packages"))
            .env("NUGET_HTTP_CACHE_PATH", self.at("http"))
            .env("NUGET_SCRATCH", self.at("scratch"));
        command
            .env("LD_LIBRARY_PATH", tools::folder("openssl"))
            .env("DOTNET_ROOT", Dotnet::folder())
            .env("DOTNET_CLI_HOME", self.path())
            .env("DOTNET_MULTILEVEL_LOOKUP", "0")
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
            .env("DOTNET_NOLOGO", "1")
            // No process outlives the command that a test waits for.
            .env("MSBUILDDISABLENODEREUSE", "1")
            .env("UseSharedCompilation", "false");
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
    }

    /// Every address that a run could publish to is on loopback, or the run does not begin.
    fn assert_only_loopback(&self, words: &[&str]) {
        for word in words.iter().filter(|word| word.contains("://")) {
            source::assert_loopback(word);
        }
        // A client that is not told where to publish may know a public place.
        if words
            .iter()
            .any(|word| ["push", "delete", "setapikey"].contains(word))
        {
            let named = words.windows(2).any(|pair| {
                let option = pair[0].trim_start_matches('-').to_lowercase();
                let known = self.sources.iter().any(|source| source.name() == pair[1]);
                pair[0].starts_with('-')
                    && ["s", "source", "src"].contains(&option.as_str())
                    && (known || source::is_loopback(pair[1]))
            });
            assert!(named, "{words:?} name no source on loopback");
        }
    }
}
