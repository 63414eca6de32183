//! A PostgreSQL server of a test's own, from Debian's programs.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{Process, kill, run};

/// Where Debian puts the programs of the version we test with.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// How long making a cluster, or starting on it, may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the server says when it can be used.
const READY: &str = "database system is ready to accept connections";

/// A running server on a free port of 127.0.0.1 with an empty database, removed when dropped.
#[derive(Debug)]
pub struct Postgres {
    // Fields are dropped in this order: the server ends before its folder goes.
    server: Process,
    folder: TempDir,
    port: u16,
    /// The processes of the server that were stopped, itself aside.
    frozen: Vec<u32>,
}

impl Postgres {
    /// Starts one; panics with its log when it does not come up.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for PostgreSQL can be made");
        let path = folder.path();
        if is_root() {
            let given = Command::new("chown").arg("postgres").arg(path).status();
            let given = given.expect("chown can be run");
            assert!(given.success(), "there is no user postgres: run ./test");
        }
        let data = path.join("data");
        let (initdb, user) = as_postgres("initdb");
        let scratch = tempfile::tempdir().expect("a folder for output can be made");
        run(&initdb, scratch.path(), b"", PATIENCE, |command| {
            command
                .args(user)
                .args(["-A", "trust", "-U", "postgres", "--locale=C", "-E", "UTF8"])
                .args(["--no-sync", "-D"])
                .arg(&data)
                .current_dir(path);
        })
        .ok();
        let port = free_port();
        Self {
            server: serve(path, port),
            folder,
            port,
            frozen: Vec::new(),
        }
    }

    /// Gives the address of its database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it at once, as when the machine it runs on is lost.
    pub fn kill(&mut self) {
        // SIGQUIT is its immediate shutdown: no checkpoint, its children end too.
        self.end("QUIT");
    }

    /// Stops it in order, as for an upgrade: who is connected is told and cut off.
    pub fn stop(&mut self) {
        self.end("INT");
    }

    /// Lets it take connections and say nothing on any, until [`Postgres::thaw`].
    pub fn freeze(&mut self) {
        // First the one that starts the others. Those are in groups of their own.
        self.server.signal("STOP");
        self.frozen = children(self.server.pid());
        assert!(!self.frozen.is_empty(), "PostgreSQL has no processes");
        for pid in &self.frozen {
            kill("STOP", &pid.to_string());
        }
    }

    /// Lets it answer again.
    pub fn thaw(&mut self) {
        for pid in self.frozen.drain(..) {
            kill("CONT", &pid.to_string());
        }
        self.server.signal("CONT");
    }

    /// Starts it again on the same data and port.
    pub fn start_again(&mut self) {
        assert!(self.server.ended().is_some(), "PostgreSQL still runs");
        self.server = serve(self.folder.path(), self.port);
    }

    fn end(&mut self, signal: &str) {
        self.server.signal(signal);
        let ended = self.server.wait(PATIENCE);
        assert!(ended.is_some(), "PostgreSQL does not end");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Frozen processes would not notice that their server ended.
        if !self.frozen.is_empty() {
            self.thaw();
        }
    }
}

/// Lists the processes that `parent` has started and that still run.
fn children(parent: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").expect("Linux has /proc");
    let ids = all
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|pid: &u32| {
        // A process that has just ended has no status any more.
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let above = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        above.and_then(|id| id.trim().parse().ok()) == Some(parent)
    })
    .collect()
}

/// Starts the server on the cluster in `folder`; panics with its log when it does not come up.
fn serve(folder: &Path, port: u16) -> Process {
    let (postgres, user) = as_postgres("postgres");
    let (server, errors) = Process::start_with(
        &postgres,
        |command| {
            command
                .args(user)
                .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
                .args(["-c", "fsync=off", "-k"])
                .args([folder, Path::new("-D"), &folder.join("data")])
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped());
        },
        |child| child.stderr.take().expect("standard error is piped"),
    );
    wait_until_ready(&follow(BufReader::new(errors)));
    server
}

/// Gives a port of 127.0.0.1 that nobody listens on now, and that the system gives to nobody who
/// asks for any port: it is still free when a server that was ended starts on it again.
pub fn free_port() -> u16 {
    /// Linux gives out the ports from 32768 on.
    const OURS: std::ops::Range<u32> = 12_000..32_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Test binaries that run side by side begin at different ports.
    let start = std::process::id().wrapping_mul(197);
    (0..OURS.end - OURS.start)
        .map(|_| NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(start))
        .map(|number| OURS.start + number % (OURS.end - OURS.start))
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("there is a free port")
}

/// Gives lines as they come; what nobody waits for any more is read all the same, so that the
/// writer never blocks.
pub(crate) fn follow(lines: impl BufRead + Send + 'static) -> Receiver<String> {
    let (seen, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            seen.send(line).unwrap_or_default();
        }
    });
    receiver
}

fn wait_until_ready(lines: &Receiver<String>) {
    let mut log = Vec::new();
    while !log.last().is_some_and(|line: &String| line.contains(READY)) {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => log.push(line),
            Err(_) => panic!("PostgreSQL does not come up:\n{}", log.join("\n")),
        }
    }
}

/// Gives the program to start for PostgreSQL's `name` and the arguments that come first: it
/// refuses to run as root.
fn as_postgres(name: &str) -> (PathBuf, Vec<String>) {
    let program = Path::new(PROGRAMS).join(name);
    assert!(
        program.exists(),
        "{} is missing: run ./test, which installs it",
        program.display()
    );
    if !is_root() {
        return (program, Vec::new());
    }
    // Changing the user clears the signal at the parent's death, so it is asked for again.
    let words = "--reuid postgres --regid postgres --init-groups -- setpriv --pdeathsig KILL --";
    let mut first: Vec<_> = words.split(' ').map(str::to_owned).collect();
    first.push(program.display().to_string());
    (PathBuf::from("setpriv"), first)
}

/// Tells whether the tests run as root.
pub(crate) fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    user.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_and_ends() {
        let mut postgres = Postgres::start();
        let query = |url: &str| {
            let words = [url, "-Atc", "select 41 + 1"];
            Command::new("psql").args(words).output().unwrap()
        };
        let answer = query(&postgres.url());
        assert_eq!(String::from_utf8_lossy(&answer.stdout), "42\n");
        for end in [Postgres::kill, Postgres::stop] {
            end(&mut postgres);
            assert!(!query(&postgres.url()).status.success());
            postgres.start_again();
            assert!(query(&postgres.url()).status.success());
        }
    }
}
