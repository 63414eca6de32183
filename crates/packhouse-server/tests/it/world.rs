//! A data folder of one's own, commands and a server on it, and plain HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that is gone with the test.
pub struct World {
    folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the binary with these arguments, in this folder, without the tester's settings.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packhouse"));
        command.args(words).current_dir(self.folder()).env_clear();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, words: &[&str]) -> Ran {
        self.command(words).output().unwrap().into()
    }

    /// Runs a command that reads a text.
    pub fn run_with(&self, words: &[&str], input: &str) -> Ran {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// Starts a server with these further arguments, on a free port, and waits until it listens.
    pub fn serve(&self, words: &[&str]) -> Server {
        self.start(self.command(words))
    }

    /// Starts a server as prepared, on a free port, and waits until it listens.
    pub fn start(&self, mut command: Command) -> Server {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).spawn().unwrap();
        let (told, lines) = mpsc::channel();
        let output = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if told.send(line).is_err() {
                    return;
                }
            }
        });
        let mut log = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).unwrap();
            text
        });
        let line = lines
            .recv_timeout(PATIENCE)
            .expect("the server does not listen");
        let (_, address) = line.split_once("://").expect("no address in the line");
        assert!(line.starts_with("listening on http"), "{line}");
        Server {
            address: address.to_owned(),
            child,
            lines,
            log,
        }
    }
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Gives what it printed, less the line break; fails when it failed.
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout.trim_end().to_owned()
    }

    /// Expects an exit code, and a text in what it complained.
    pub fn fails(self, code: i32, saying: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stderr.contains(saying), "{self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A running server.
pub struct Server {
    pub address: String,
    child: Child,
    lines: mpsc::Receiver<String>,
    log: std::thread::JoinHandle<String>,
}

impl Server {
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Asks for an address as a host of that name, and gives the whole answer.
    pub fn get(&self, host: &str, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        self.send(&request)
    }

    /// Sends a request as it is, which must ask to close the connection; gives the whole answer.
    pub fn send(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub fn signal(&self) {
        kill_process(self.pid(), Signal::TERM).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap()).unwrap()
    }

    /// Waits for the end; gives how it ended, what it logged, and further lines it printed.
    pub fn wait(self) -> (ExitStatus, String, Vec<String>) {
        let pid = self.pid();
        let (told, end) = mpsc::channel();
        let mut child = self.child;
        std::thread::spawn(move || told.send(child.wait()));
        let ended = end.recv_timeout(PATIENCE);
        if ended.is_err() {
            kill_process(pid, Signal::KILL).unwrap();
        }
        let log = self.log.join().unwrap();
        let status = ended.unwrap_or_else(|_| panic!("the server does not end: {log}"));
        (status.unwrap(), log, self.lines.iter().collect())
    }
}
