//! A daemon that runs as root in a mount namespace of its own.

use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use crate::postgres::{follow, is_root};
use crate::process::Process;
use crate::seat::NOWHERE;

/// How long one may take to come up, or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running daemon; what it mounts vanishes with it.
#[derive(Debug)]
pub(super) struct Daemon {
    name: String,
    process: Process,
    /// What it says after it has come up.
    log: Receiver<String>,
}

impl Daemon {
    /// Starts `program` with `home` as home and current folder, and waits until it says `ready`
    /// on standard error. Panics with what it said when it does not.
    pub(super) fn start(
        program: &Path,
        home: &Path,
        ready: &str,
        set_up: impl FnOnce(&mut Command),
    ) -> Self {
        let name = program.display().to_string();
        assert!(is_root(), "{name} needs root: run ./test as root");
        let (process, errors) = Process::start_with(
            Path::new("unshare"),
            |command| {
                command
                    .args(["--mount", "--propagation", "private", "--"])
                    .arg(program)
                    .current_dir(home)
                    .env_clear()
                    .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                    .env("HOME", home)
                    .env("TMPDIR", home);
                isolate(command);
                set_up(command);
                command
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::piped());
            },
            |child| child.stderr.take().expect("standard error is piped"),
        );
        let log = follow(BufReader::new(errors));
        let mut said = Vec::new();
        while !said
            .last()
            .is_some_and(|line: &String| line.contains(ready))
        {
            match log.recv_timeout(PATIENCE) {
                Ok(line) => said.push(line),
                Err(_) => panic!("{name} does not come up:\n{}", said.join("\n")),
            }
        }
        Self { name, process, log }
    }

    /// Kills it, as when its machine is lost.
    pub(super) fn kill(&mut self) {
        self.process.signal("KILL");
        assert!(
            self.process.wait(PATIENCE).is_some(),
            "{} outlives SIGKILL",
            self.name
        );
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // In order first: it has children in sessions of their own to end.
        self.process.signal("TERM");
        self.process.wait(PATIENCE);
        if thread::panicking() {
            let said: Vec<_> = self.log.try_iter().collect();
            let last = &said[said.len().saturating_sub(30)..];
            eprintln!("-- the end of what {} said\n{}", self.name, last.join("\n"));
        }
    }
}

/// Lets a command talk to 127.0.0.1 alone.
pub(super) fn isolate(command: &mut Command) {
    for key in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"] {
        command.env(key, NOWHERE);
    }
    for key in ["NO_PROXY", "no_proxy"] {
        command.env(key, "127.0.0.1");
    }
}
