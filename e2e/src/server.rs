//! A `packhouse` server of a test's own: fresh data, a free port, an end.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::disk::SmallDisk;
use crate::postgres::free_port;
use crate::process::{Process, Ran, run};
use crate::tools;

/// How long the server may take to listen, or to finish its requests and end.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server is started with. Without anything else: SQLite and a folder.
#[derive(Debug)]
pub struct ServerBuilder {
    home: TempDir,
    flags: Vec<String>,
    environment: Vec<(String, String)>,
    /// The words that every command begins with.
    entrance: Vec<String>,
    /// Kept as long as the server: databases and stores it depends on.
    peers: Vec<Box<dyn std::fmt::Debug + Send>>,
}

/// A running server, ended and removed when dropped.
#[derive(Debug)]
pub struct Server {
    settings: ServerBuilder,
    process: Option<Process>,
    address: String,
    /// `http`, or `https` with a certificate of its own.
    scheme: String,
}

impl ServerBuilder {
    /// Adds a flag of `serve` and its value, for the admin commands too.
    pub fn flag(mut self, name: &str, value: &str) -> Self {
        self.flags.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// Adds an environment variable, for the admin commands too.
    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.environment.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Writes `packhouse.toml` into the folder it runs in.
    pub fn config(self, toml: &str) -> Self {
        std::fs::write(self.home.path().join("packhouse.toml"), toml)
            .expect("a configuration can be written");
        self
    }

    /// Lets the server and the admin commands see `disk`, which must live longer.
    pub fn on_disk(mut self, disk: &SmallDisk) -> Self {
        self.entrance = disk.entrance(self.home.path());
        self
    }

    /// Keeps `peer` alive as long as the server.
    pub fn beside(mut self, peer: impl std::fmt::Debug + Send + 'static) -> Self {
        self.peers.push(Box::new(peer));
        self
    }

    /// Starts it on a free port of 127.0.0.1; panics with its log when it does not listen.
    pub fn start(self) -> Server {
        let mut server = Server {
            settings: self,
            process: None,
            address: format!("127.0.0.1:{}", free_port()),
            scheme: String::new(),
        };
        server.start_again(&[]);
        server
    }
}

impl Server {
    /// Begins the description of a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            home: tempfile::tempdir().expect("a folder for a server can be made"),
            flags: Vec::new(),
            environment: Vec::new(),
            entrance: Vec::new(),
            peers: Vec::new(),
        }
    }

    /// Starts one with SQLite and a folder.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// Starts it again after an end or a crash, on the same data and port, with `environment`
    /// for this life only.
    pub fn start_again(&mut self, environment: &[(&str, &str)]) {
        assert!(self.process.is_none(), "the server still runs");
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())
            .expect("a log can be opened");
        let (process, output) = Process::start_with(
            &self.program(),
            |command| {
                self.enter(command);
                command.arg("serve").args(["--listen", &self.address]);
                self.prepare(command);
                command.envs(environment.iter().copied());
                command
                    .stdin(Stdio::null())
                    .stdout(Stdio::piped())
                    .stderr(log);
            },
            |child| child.stdout.take().expect("standard output is piped"),
        );
        self.process = Some(process);
        let (said, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!("the server does not listen; its log:\n{}", self.log());
        });
        let (scheme, address) = line
            .strip_prefix("listening on ")
            .and_then(|url| url.split_once("://"))
            .unwrap_or_else(|| panic!("the first line is {line:?}"));
        assert!(
            address == self.address,
            "{line:?} does not say where it listens"
        );
        scheme.clone_into(&mut self.scheme);
    }

    /// Gives its origin, `http://127.0.0.1:PORT`, or `https://` with a certificate of its own.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Gives the npm registry's address, with its slash at the end.
    pub fn npm(&self) -> String {
        format!("{}/npm/", self.origin())
    }

    /// Gives what it has written to standard error so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// Runs `packhouse admin …` on its database; gives what that printed, trimmed. Panics when
    /// it fails.
    pub fn admin(&self, words: &[&str], stdin: &str) -> String {
        self.try_admin(words, stdin).ok().stdout.trim().to_owned()
    }

    /// Runs `packhouse admin …` on its database.
    pub fn try_admin(&self, words: &[&str], stdin: &str) -> Ran {
        self.command("admin", words, stdin)
    }

    /// Runs `packhouse check` on its database and store.
    pub fn check(&self) -> Ran {
        self.command("check", &[], "")
    }

    fn command(&self, name: &str, words: &[&str], stdin: &str) -> Ran {
        run(
            &self.program(),
            self.home(),
            stdin.as_bytes(),
            PATIENCE,
            |command| {
                self.enter(command);
                command.arg(name).args(words);
                self.prepare(command);
            },
        )
    }

    /// Sends SIGTERM and waits for the end.
    pub fn stop(&mut self) -> ExitStatus {
        self.end("TERM")
    }

    /// Sends SIGKILL and waits for the end.
    pub fn kill(&mut self) -> ExitStatus {
        self.end("KILL")
    }

    /// Waits until it has ended by itself, as at a failpoint.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let status = self.running().wait(PATIENCE);
        self.process = None;
        status.unwrap_or_else(|| panic!("the server still runs; its log:\n{}", self.log()))
    }

    /// Sends SIGTERM and does not wait.
    pub fn ask_to_stop(&mut self) {
        self.running().signal("TERM");
    }

    /// Gives the resident memory in bytes: now, and at its peak.
    pub fn memory(&mut self) -> (u64, u64) {
        (self.status("VmRSS:"), self.status("VmHWM:"))
    }

    /// Gives how much of the memory is the program itself and other files, in bytes: much of a
    /// build for tests, little of a release.
    pub fn program_memory(&mut self) -> u64 {
        self.status("RssFile:")
    }

    /// Reads a number of kilobytes from what Linux knows of the process, in bytes.
    fn status(&mut self, key: &str) -> u64 {
        let pid = self.running().pid();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
            .unwrap_or_else(|error| panic!("cannot read the memory of the server: {error}"));
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        let kilobytes: u64 = kilobytes
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("no {key} in {status}"));
        kilobytes * 1024
    }

    /// Lists the files of its local store: uploads begun and blobs kept.
    pub fn stored_files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect_files(&self.data(), &mut found);
        found.retain(|path| {
            path.components().any(|part| {
                let part = part.as_os_str();
                part == "uploads" || part == "blobs"
            })
        });
        found
    }

    /// Gives its data folder.
    pub fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    fn home(&self) -> &Path {
        self.settings.home.path()
    }

    fn log_path(&self) -> PathBuf {
        self.home().join("stderr.log")
    }

    /// Gives what is started: packhouse, or what leads to it.
    fn program(&self) -> PathBuf {
        match self.settings.entrance.first() {
            Some(first) => PathBuf::from(first),
            None => tools::packhouse(),
        }
    }

    /// Adds what comes before packhouse's own arguments. The last step replaces the one before
    /// it, so the process id is packhouse's either way.
    fn enter(&self, command: &mut Command) {
        if let Some((_, rest)) = self.settings.entrance.split_first() {
            command.args(rest).arg(tools::packhouse());
        }
    }

    fn prepare(&self, command: &mut Command) {
        let data = self.data();
        command
            .current_dir(self.home())
            .args(["--data".as_ref(), data.as_os_str()])
            .args(&self.settings.flags)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .envs(
                self.settings
                    .environment
                    .iter()
                    .map(|(key, value)| (key, value)),
            );
    }

    fn running(&mut self) -> &mut Process {
        self.process.as_mut().expect("the server runs")
    }

    fn end(&mut self, signal: &str) -> ExitStatus {
        self.running().signal(signal);
        self.wait_for_end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process = None;
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(40)..];
            eprintln!("-- the end of the server's log\n{}", last.join("\n"));
        }
    }
}

/// Adds the files in `folder`, and below, to `found`.
pub(crate) fn collect_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect_files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever connects to somewhere gets a port of these, and would sit on that of a server that
    /// is about to start again.
    #[test]
    fn its_port_is_given_to_nobody_else() {
        let server = Server::start();
        let (_, port) = server.address.rsplit_once(':').unwrap();
        let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
        let first = range.split_whitespace().next().unwrap();
        let (port, first): (u16, u16) = (port.parse().unwrap(), first.parse().unwrap());
        assert!(port < first, "{port} is from {first} on");
    }
}
