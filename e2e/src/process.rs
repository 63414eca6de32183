//! Child processes that never outlive the tests and are always waited for.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// A running program in a process group of its own.
///
/// A thread of its own starts it and waits for it: the kernel sends the program SIGKILL when
/// that thread ends, which is when the test binary does.
#[derive(Debug)]
pub struct Process {
    name: String,
    pid: u32,
    exited: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
}

impl Process {
    /// Starts `program` with what `set_up` adds: arguments, environment, streams. Panics when
    /// it cannot be started.
    pub fn start(program: &Path, set_up: impl FnOnce(&mut Command)) -> Self {
        Self::start_with(program, set_up, |_| ()).0
    }

    /// Like [`Process::start`], and gives what `take` takes from the child, such as its pipes.
    pub fn start_with<T: Send + 'static>(
        program: &Path,
        set_up: impl FnOnce(&mut Command),
        take: impl FnOnce(&mut Child) -> T + Send + 'static,
    ) -> (Self, T) {
        let name = program.display().to_string();
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program)
            .process_group(0);
        set_up(&mut command);
        let (started, begun) = mpsc::channel();
        let (ended, exited) = mpsc::channel();
        thread::spawn(move || match command.spawn() {
            Err(error) => started.send(Err(error)).unwrap_or_default(),
            Ok(mut child) => {
                let taken = take(&mut child);
                // Nobody listens any more when a test has failed: then the group is killed anyway.
                started.send(Ok((child.id(), taken))).unwrap_or_default();
                if let Ok(status) = child.wait() {
                    ended.send(status).unwrap_or_default();
                }
            }
        });
        let (pid, taken) = match begun.recv() {
            Ok(Ok(begun)) => begun,
            Ok(Err(error)) => panic!("cannot start {name}: {error}"),
            Err(_) => panic!("cannot start {name}: its thread panicked"),
        };
        let process = Self {
            name,
            pid,
            exited,
            status: None,
        };
        (process, taken)
    }

    /// Gives the process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Gives the exit status when it has ended, without waiting.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.status = self.status.or_else(|| self.exited.try_recv().ok());
        self.status
    }

    /// Waits for the end, at most `limit`; `None` when it still runs then.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        if self.ended().is_none() {
            match self.exited.recv_timeout(limit) {
                Ok(status) => self.status = Some(status),
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => panic!("cannot wait for {}", self.name),
            }
        }
        self.status
    }

    /// Sends `signal` (`TERM`, `KILL`) to the program alone.
    pub fn signal(&mut self, signal: &str) {
        if self.ended().is_none() {
            kill(signal, &self.pid.to_string());
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended().is_none() {
            kill("KILL", &format!("-{}", self.pid));
            self.wait(Duration::from_secs(10));
        }
    }
}

/// Sends `signal` to the process with the id `target`, or to the group when it begins with `-`.
pub(crate) fn kill(signal: &str, target: &str) {
    // A failure means that it has just ended, which the wait that follows notices.
    Command::new("kill")
        .args(["-s", signal, "--", target])
        .stderr(Stdio::null())
        .status()
        .unwrap_or_else(|error| panic!("cannot run kill: {error}"));
}

/// What a program that has ended left behind.
#[derive(Debug)]
pub struct Ran {
    command: String,
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Ran {
    /// Gives itself back when the exit code is 0; panics with all output otherwise.
    pub fn ok(self) -> Self {
        assert!(self.status.success(), "{self}");
        self
    }

    /// Gives itself back when the exit code is not 0; panics with all output otherwise.
    pub fn failed(self) -> Self {
        assert!(!self.status.success(), "should have failed: {self}");
        self
    }

    /// Panics unless `text` is in what it printed, to either stream.
    pub fn says(self, text: &str) -> Self {
        assert!(self.printed(text), "{text:?} is missing: {self}");
        self
    }

    /// Panics when `text` is in what it printed, to either stream.
    pub fn says_nothing_of(self, text: &str) -> Self {
        assert!(!self.printed(text), "{text:?} should not be said: {self}");
        self
    }

    /// Reads standard output as JSON; panics with all output when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    fn printed(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} ended with {}\n-- stdout\n{}\n-- stderr\n{}",
            self.command, self.status, self.stdout, self.stderr
        )
    }
}

/// Runs `program` to its end, at most `limit`, its output kept in `scratch`, and `stdin` given
/// as its standard input. Panics when it does not end in time.
pub fn run(
    program: &Path,
    scratch: &Path,
    stdin: &[u8],
    limit: Duration,
    set_up: impl FnOnce(&mut Command),
) -> Ran {
    let folder = tempfile::tempdir_in(scratch).expect("a folder for output can be made");
    let paths = ["stdin", "stdout", "stderr"].map(|name| folder.path().join(name));
    std::fs::write(&paths[0], stdin).expect("standard input can be written down");
    let mut command = String::new();
    let mut process = Process::start(program, |c| {
        set_up(c);
        command = shown(program, c);
        c.stdin(File::open(&paths[0]).expect("standard input can be read"));
        c.stdout(File::create(&paths[1]).expect("a file for output can be made"));
        c.stderr(File::create(&paths[2]).expect("a file for output can be made"));
    });
    let status = process.wait(limit);
    let read = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into();
    let (stdout, stderr): (String, String) = (read(&paths[1]), read(&paths[2]));
    let Some(status) = status else {
        panic!("{command} still runs after {limit:?}\n{stdout}\n{stderr}");
    };
    Ran {
        command,
        status,
        stdout,
        stderr,
    }
}

fn shown(program: &Path, command: &Command) -> String {
    let name = program.file_name().unwrap_or(program.as_os_str());
    // The first four arguments are setpriv's and the program.
    let args = command.get_args().skip(4).map(|arg| arg.to_string_lossy());
    let words: Vec<_> = std::iter::once(name.to_string_lossy())
        .chain(args)
        .collect();
    words.join(" ")
}
