//! A line between clients and a server that breaks where a test wants it to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::postgres::free_port;

/// How long a break may be waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much of what clients say is kept, in bytes.
const KEPT: usize = 1 << 20;

/// A port of 127.0.0.1 whose connections lead to a server, until the test binary ends.
#[derive(Debug)]
pub struct Wire {
    port: u16,
    line: Arc<Line>,
    broke: Receiver<()>,
}

#[derive(Debug)]
struct Line {
    target: Mutex<String>,
    /// What breaks next.
    plan: Mutex<Option<Break>>,
    /// What clients said, cut off at [`KEPT`].
    said: Mutex<Vec<u8>>,
    broke: Sender<()>,
}

/// Where a connection stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    /// After so many bytes from the client: nothing more reaches the server until the client ends.
    Hang(usize),
    /// Where a client says this: neither that nor what follows reaches the server.
    HangAt(&'static str),
    /// After so many bytes from the server: both ends are closed.
    Cut(usize),
}

impl Wire {
    /// Takes a port; [`Wire::lead_to`] says where it leads.
    pub fn new() -> Self {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let (sender, broke) = mpsc::channel();
        let line = Arc::new(Line {
            target: Mutex::default(),
            plan: Mutex::default(),
            said: Mutex::default(),
            broke: sender,
        });
        let shared = Arc::clone(&line);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that is down refuses: then the client's connection ends too.
                if let Ok(server) = TcpStream::connect(&*shared.target()) {
                    connect(&shared, &client, &server);
                }
            }
        });
        Self { port, line, broke }
    }

    /// Lets it lead to a server at `host`, `127.0.0.1:PORT`.
    pub fn lead_to(&self, host: &str) {
        host.clone_into(&mut self.line.target());
    }

    /// Gives its host and port.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Gives its address with `http://`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.host())
    }

    /// Lets the first connection on which a client sends `bytes` bytes hang: the rest is lost.
    pub fn hang_after(&self, bytes: usize) {
        *self.line.plan() = Some(Break::Hang(bytes));
    }

    /// Lets the first connection hang on which a client says `text`, such as the beginning of a
    /// request: what it sends together with that is lost, and all that follows.
    pub fn hang_at(&self, text: &'static str) {
        *self.line.plan() = Some(Break::HangAt(text));
    }

    /// Cuts the first connection on which the server sends `bytes` bytes, and forgets what clients
    /// have said so far.
    pub fn cut_after(&self, bytes: usize) {
        self.line.said().clear();
        *self.line.plan() = Some(Break::Cut(bytes));
    }

    /// Waits until a connection has broken; panics when none does.
    pub fn wait_for_break(&self) {
        self.broke
            .recv_timeout(PATIENCE)
            .expect("a connection breaks");
    }

    /// Gives what clients have said: the heads of their requests, and bodies, up to a MiB.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.line.said()).into_owned()
    }
}

impl Default for Wire {
    fn default() -> Self {
        Self::new()
    }
}

impl Line {
    fn target(&self) -> MutexGuard<'_, String> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan(&self) -> MutexGuard<'_, Option<Break>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn said(&self) -> MutexGuard<'_, Vec<u8>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the plan when it is `reached`, so that it happens once.
    fn breaks(&self, reached: impl Fn(Break) -> bool) -> bool {
        let mut plan = self.plan();
        let now = plan.is_some_and(reached);
        if now {
            *plan = None;
            // A test that does not wait for it has no need to know.
            self.broke.send(()).unwrap_or_default();
        }
        now
    }

    fn keep(&self, bytes: &[u8]) {
        let mut said = self.said();
        let room = KEPT.saturating_sub(said.len());
        said.extend(&bytes[..bytes.len().min(room)]);
    }
}

fn connect(line: &Arc<Line>, client: &TcpStream, server: &TcpStream) {
    let clone = |stream: &TcpStream| stream.try_clone().expect("a socket can be shared");
    let (from, to, shared) = (clone(client), clone(server), Arc::clone(line));
    thread::spawn(move || {
        let (mut sent, mut hangs) = (0, false);
        pass(from, to, |bytes| {
            shared.keep(bytes);
            sent += bytes.len();
            hangs |= shared.breaks(|plan| match plan {
                Break::Hang(after) => sent >= after,
                Break::HangAt(text) => String::from_utf8_lossy(bytes).contains(text),
                Break::Cut(_) => false,
            });
            if hangs { Next::Lose } else { Next::Pass }
        });
    });
    let (from, to, shared) = (clone(server), clone(client), Arc::clone(line));
    thread::spawn(move || {
        let mut sent = 0;
        pass(from, to, |bytes| {
            sent += bytes.len();
            match shared.breaks(|plan| matches!(plan, Break::Cut(after) if sent >= after)) {
                true => Next::Close,
                false => Next::Pass,
            }
        });
    });
}

/// What becomes of bytes that have come.
enum Next {
    Pass,
    Lose,
    Close,
}

/// Does with bytes what `next` says, until one side ends or it says to close both.
fn pass(mut from: TcpStream, mut to: TcpStream, mut next: impl FnMut(&[u8]) -> Next) {
    let mut buffer = vec![0; 1 << 16];
    // Either side may end at any time; then the other is told.
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..read];
        match next(bytes) {
            Next::Lose => {}
            Next::Pass if to.write_all(bytes).is_ok() => {}
            Next::Pass => break,
            Next::Close => {
                to.shutdown(Shutdown::Both).unwrap_or_default();
                from.shutdown(Shutdown::Both).unwrap_or_default();
                return;
            }
        }
    }
    to.shutdown(Shutdown::Write).unwrap_or_default();
}
