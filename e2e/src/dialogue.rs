//! A program that asks at a terminal, and is answered.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::Process;

/// How long a question, or the end, may take to come.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running program with a terminal of its own, made by `script`.
#[derive(Debug)]
pub struct Dialogue {
    process: Process,
    keyboard: ChildStdin,
    screen: Receiver<Vec<u8>>,
    shown: Vec<u8>,
    read_to: usize,
}

impl Dialogue {
    /// Starts `words` (the program and its arguments) with what `set_up` adds.
    pub fn start(words: &[&str], set_up: impl FnOnce(&mut Command)) -> Self {
        let line = words.iter().map(|word| quoted(word)).collect::<Vec<_>>();
        let line = line.join(" ");
        let (process, (keyboard, mut output)) = Process::start_with(
            Path::new("script"),
            |command| {
                set_up(command);
                command
                    .args(["--quiet", "--return", "--flush", "--command", &line])
                    .arg("/dev/null")
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::null());
            },
            |child| {
                let keyboard = child.stdin.take().expect("standard input is piped");
                let output = child.stdout.take().expect("standard output is piped");
                (keyboard, output)
            },
        );
        let (seen, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut piece = [0; 4096];
            // An error is the end of the terminal.
            while let Ok(length @ 1..) = output.read(&mut piece) {
                if seen.send(piece[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            process,
            keyboard,
            screen,
            shown: Vec::new(),
            read_to: 0,
        }
    }

    /// Waits until `text` is shown after what was waited for before; gives all that was shown
    /// between the two. Panics with the screen when the program ends first.
    pub fn wait_for(&mut self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let unread = &self.shown[self.read_to..];
            if let Some(at) = find(unread, text.as_bytes()) {
                let between = String::from_utf8_lossy(&unread[..at]).into_owned();
                self.read_to += at + text.len();
                return between;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(piece) => self.shown.extend(piece),
                Err(_) => panic!("{text:?} was not shown, only:\n{}", self.screen_text()),
            }
        }
    }

    /// Types `text` and the return key.
    pub fn answer(&mut self, text: &str) {
        self.keyboard
            .write_all(format!("{text}\r").as_bytes())
            .and_then(|()| self.keyboard.flush())
            .unwrap_or_else(|error| panic!("cannot type: {error}\n{}", self.screen_text()));
    }

    /// Waits for the end; gives the exit status and all that was shown.
    pub fn finish(mut self) -> (ExitStatus, String) {
        while let Ok(piece) = self.screen.recv_timeout(PATIENCE) {
            self.shown.extend(piece);
        }
        let status = self.process.wait(PATIENCE);
        let screen = self.screen_text();
        let status = status.unwrap_or_else(|| panic!("still runs, after showing:\n{screen}"));
        (status, screen)
    }

    fn screen_text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
