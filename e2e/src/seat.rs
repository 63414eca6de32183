//! One package manager at an isolated place.

mod settings;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::client::{Client, Family, TagVerb};
use crate::dialogue::Dialogue;
use crate::process::{Ran, run};
use crate::project::Project;

/// How long one command of a client may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// A proxy that nobody listens on: whatever is not on loopback fails at once.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:9";

/// The scope whose packages every seat takes from, and publishes to, its registry.
pub const SCOPE: &str = "@acme";

/// What a client shows to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// `_authToken`, sent as a bearer token.
    Token(String),
    /// `_auth`, sent as Basic: user name and token.
    Auth(String, String),
    /// `username` and `_password`, sent as Basic: user name and token.
    UserAndPassword(String, String),
}

/// A client with its own home, cache and settings, whose registry is on loopback.
#[derive(Debug)]
pub struct Seat {
    client: Client,
    home: TempDir,
    registry: String,
    environment: Vec<(String, String)>,
}

impl Seat {
    /// Puts `client` before the registry at `registry` (with a slash at its end), for
    /// everything that it reads and everything that it publishes. Panics when the registry is
    /// not on 127.0.0.1.
    pub fn new(client: Client, registry: &str, credential: &Credential) -> Self {
        assert_loopback(registry);
        let home = tempfile::tempdir().expect("a home can be made");
        let seat = Self {
            client,
            home,
            registry: registry.to_owned(),
            environment: Vec::new(),
        };
        settings::write(&seat, credential);
        seat
    }

    /// Gives its client.
    pub fn client(&self) -> Client {
        self.client
    }

    /// Gives its registry's address.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// Gives its home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Adds an environment variable to all its runs.
    pub fn with_env(mut self, key: &str, value: &str) -> Self {
        self.environment.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds lines to its settings file: `.npmrc`, or `.yarnrc.yml` for Yarn 4.
    pub fn with_settings(self, lines: &str) -> Self {
        let path = self.settings_file();
        let text = self.settings() + lines + "\n";
        std::fs::write(path, text).expect("settings can be written");
        self
    }

    /// Replaces its settings file. Only for clients that read `.npmrc`, and only with a
    /// registry on loopback for the scope and for everything else.
    pub fn with_only_settings(self, lines: &str) -> Self {
        std::fs::write(self.settings_file(), lines).expect("settings can be written");
        self
    }

    /// Gives the text of its settings file.
    pub fn settings(&self) -> String {
        std::fs::read_to_string(self.settings_file()).unwrap_or_default()
    }

    /// Publishes `project`; `more` goes to the command.
    pub fn publish(&self, project: &Project, more: &[&str]) -> Ran {
        if self.client.family() == Family::YarnBerry {
            // Yarn 4 publishes only what its lockfile knows as a workspace.
            self.install(project, &[]).ok();
        }
        self.with(project, self.client.publish_words(), more)
    }

    /// Installs what `project` depends on, and writes the lockfile.
    pub fn install(&self, project: &Project, more: &[&str]) -> Ran {
        self.with(project, self.client.install_words(), more)
    }

    /// Installs exactly what the lockfile says, or fails.
    pub fn install_frozen(&self, project: &Project, more: &[&str]) -> Ran {
        self.with(project, self.client.frozen_words(), more)
    }

    /// Runs its dist-tag command; panics for bun, which has none.
    pub fn tag(&self, project: &Project, verb: TagVerb, words: &[&str]) -> Ran {
        let command = self
            .client
            .tag_words(verb)
            .unwrap_or_else(|| panic!("{:?} has no dist-tag command", self.client));
        self.with(project, command, words)
    }

    /// Runs any command of it in the folder of `project`.
    pub fn run(&self, project: &Project, words: &[&str]) -> Ran {
        self.with(project, words, &[])
    }

    /// Runs a command that asks at a terminal.
    pub fn talk(&self, project: &Project, words: &[&str]) -> Dialogue {
        self.assert_only_loopback(project.path());
        let program = self.client.program();
        let program = program.to_string_lossy();
        let mut line = vec![program.as_ref()];
        line.extend(words);
        Dialogue::start(&line, |command| self.prepare(command, project.path()))
    }

    /// Removes everything that it has cached.
    pub fn forget_cache(&self) {
        for folder in ["cache", ".cache", ".local", ".bun", ".yarn"] {
            let path = self.home().join(folder);
            if path.exists() {
                std::fs::remove_dir_all(&path).expect("a cache can be removed");
            }
        }
    }

    fn with(&self, project: &Project, words: &[&str], more: &[&str]) -> Ran {
        self.assert_only_loopback(project.path());
        if self.client.family() == Family::YarnBerry {
            // Without a lockfile of its own a folder is no project to Yarn 4.
            let lockfile = project.path().join("yarn.lock");
            if !lockfile.exists() {
                std::fs::write(lockfile, "").expect("a lockfile can be made");
            }
        }
        run(&self.client.program(), self.home(), b"", LIMIT, |command| {
            self.prepare(command, project.path());
            command.args(words).args(more);
        })
    }

    fn prepare(&self, command: &mut Command, folder: &Path) {
        let home = self.home();
        command.current_dir(folder).env_clear();
        command.env("PATH", self.search_path());
        command.env("HOME", home).env("TMPDIR", home);
        command.env("LANG", "C.UTF-8").env("TERM", "xterm");
        for key in ["HTTPS_PROXY", "https_proxy"] {
            command.env(key, NOWHERE);
        }
        for key in ["NO_PROXY", "no_proxy"] {
            command.env(key, "127.0.0.1");
        }
        command.envs(settings::environment(self));
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
    }

    fn search_path(&self) -> String {
        let mut folders = self.client.search_path();
        folders.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        let joined = std::env::join_paths(folders).expect("no folder has a colon in its name");
        joined.to_string_lossy().into_owned()
    }

    fn settings_file(&self) -> PathBuf {
        self.home().join(match self.client.family() {
            Family::YarnBerry => ".yarnrc.yml",
            _ => ".npmrc",
        })
    }

    /// Every address that a run could publish to is on loopback, or the run does not begin.
    fn assert_only_loopback(&self, project: &Path) {
        assert_loopback(&self.registry);
        let mut named = 0;
        for path in [self.settings_file(), project.join(".npmrc")] {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            for line in text.lines() {
                let Some((key, value)) = split_setting(line) else {
                    continue;
                };
                if is_registry_key(key) {
                    assert_loopback(value.trim_matches('"'));
                    named += 1;
                }
            }
        }
        assert!(named >= 1, "the settings name no registry of their own");
        let manifest = std::fs::read_to_string(project.join("package.json")).unwrap_or_default();
        assert!(
            !manifest.contains("publishConfig"),
            "a package.json names an address to publish to"
        );
    }
}

fn split_setting(line: &str) -> Option<(&str, &str)> {
    // `.npmrc` separates with `=`, `.yarnrc.yml` with `: `.
    let (key, value) = line.split_once('=').or_else(|| line.split_once(": "))?;
    Some((key.trim(), value.trim()))
}

fn is_registry_key(key: &str) -> bool {
    key == "registry"
        || key.ends_with(":registry")
        || key == "npmRegistryServer"
        || key == "npmPublishRegistry"
}

fn assert_loopback(registry: &str) {
    assert!(
        registry.starts_with("http://127.0.0.1:"),
        "{registry} is not on loopback: no test may publish there"
    );
}

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}
