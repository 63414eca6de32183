//! One person's place: a home with the settings and credentials of every container client.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::daemon::isolate;
use super::{Buildkitd, Dockerd, Tool};
use crate::process::{Process, Ran, run};

/// How long one command of a client may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// A home that no other test and no user of this machine shares.
///
/// docker, crane, regctl, helm, cosign and BuildKit all read the same credentials file; skopeo,
/// podman and buildah are pointed at it.
#[derive(Debug)]
pub struct Desk {
    home: TempDir,
    environment: Vec<(String, String)>,
    /// Whom our ORAS program, which has no credentials file, signs in as.
    login: Option<(String, String)>,
}

impl Desk {
    /// Makes one where nobody has signed in anywhere.
    pub fn new() -> Self {
        let desk = Self {
            home: tempfile::tempdir().expect("a home can be made"),
            environment: Vec::new(),
            login: None,
        };
        desk.write(".docker/config.json", b"{}");
        let policy = json!({ "default": [{ "type": "insecureAcceptAnything" }] });
        desk.write(".config/containers/policy.json", policy.to_string());
        desk.write("registries.conf", "unqualified-search-registries = []\n");
        let settings = "[network]\nnetwork_backend = \"netavark\"\n\
            [engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n";
        desk.write("containers.conf", settings);
        desk.write("run/.keep", "");
        desk
    }

    /// Makes one where `docker login` has been done at `host` (with its port) as `user`.
    pub fn signed_in(host: &str, user: &str, password: &str) -> Self {
        let mut desk = Self::new();
        let auth = STANDARD.encode(format!("{user}:{password}"));
        let credentials = json!({ "auths": { host: { "auth": auth } } });
        desk.write(".docker/config.json", credentials.to_string());
        desk.login = Some((user.to_owned(), password.to_owned()));
        desk
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

    /// Lets docker and ctr talk to `dockerd`.
    pub fn beside(self, dockerd: &Dockerd) -> Self {
        let containerd = dockerd.containerd().display().to_string();
        self.with_env("DOCKER_HOST", &dockerd.address())
            .with_env("CONTAINERD_ADDRESS", &containerd)
    }

    /// Lets buildctl talk to `buildkitd`.
    pub fn beside_builder(self, buildkitd: &Buildkitd) -> Self {
        self.with_env("BUILDKIT_HOST", &buildkitd.address())
    }

    /// Writes a file in its home, and gives its path.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home().join(path);
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("a folder can be made");
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// Reads a file in its home; panics when it is not there.
    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.home().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Gives what the clients have stored as credentials.
    pub fn credentials(&self) -> Value {
        serde_json::from_slice(&self.read(".docker/config.json")).expect("it is JSON")
    }

    /// Runs a command of `tool` in its home.
    pub fn run(&self, tool: Tool, words: &[&str]) -> Ran {
        self.run_with(tool, "", words)
    }

    /// Runs a command of `tool` in its home, with `stdin` as standard input.
    pub fn run_with(&self, tool: Tool, stdin: &str, words: &[&str]) -> Ran {
        run(
            Path::new("unshare"),
            self.home(),
            stdin.as_bytes(),
            LIMIT,
            |command| self.prepare(command, tool, words),
        )
    }

    /// Starts a command of `tool` in its home that a test ends itself.
    pub fn start(&self, tool: Tool, words: &[&str]) -> Process {
        Process::start(Path::new("unshare"), |command| {
            self.prepare(command, tool, words);
        })
    }

    /// Runs Debian's docker.
    pub fn docker(&self, words: &[&str]) -> Ran {
        self.run(Tool::Docker, words)
    }

    fn prepare(&self, command: &mut Command, tool: Tool, words: &[&str]) {
        // What podman and buildah mount vanishes with them.
        command
            .args(["--mount", "--propagation", "private", "--"])
            .arg(tool.program())
            .args(self.first_words(tool))
            .args(words)
            .current_dir(self.home())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8");
        isolate(command);
        let at = |path: &str| self.home().join(path);
        for (key, path) in [
            ("HOME", ""),
            ("TMPDIR", ""),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_RUNTIME_DIR", "run"),
            ("DOCKER_CONFIG", ".docker"),
            ("REGISTRY_AUTH_FILE", ".docker/config.json"),
            ("HELM_REGISTRY_CONFIG", ".docker/config.json"),
            ("REGCTL_CONFIG", "regctl.json"),
            ("CONTAINERS_CONF", "containers.conf"),
            ("CONTAINERS_REGISTRIES_CONF", "registries.conf"),
        ] {
            command.env(key, at(path));
        }
        // Debian's docker builds with its old builder unless a test says otherwise.
        command.env("DOCKER_BUILDKIT", "0");
        command.env("CONTAINERD_NAMESPACE", "e2e");
        command.env("COSIGN_PASSWORD", "");
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
    }

    /// Gives what a client is told before the command proper: where its store is, who it is.
    fn first_words(&self, tool: Tool) -> Vec<String> {
        let at = |path: &str| self.home().join(path).display().to_string();
        match tool {
            Tool::Podman | Tool::Buildah => {
                let mut words = vec!["--root".to_owned(), at("storage")];
                words.extend(["--runroot".to_owned(), at("run/storage")]);
                words.extend(["--storage-driver".to_owned(), "vfs".to_owned()]);
                if tool == Tool::Podman {
                    words.extend(["--tmpdir".to_owned(), at("run/podman")]);
                }
                words
            }
            Tool::Oras => match &self.login {
                Some((user, password)) => {
                    let words = ["-user", user, "-password", password];
                    words.map(str::to_owned).to_vec()
                }
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}
