//! Writing lines to standard error from a thread of its own, many at once, so that a request pays
//! for a copy and not for a system call. Nothing is lost: who logs faster than can be written
//! waits.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others.
const GATHER: Duration = Duration::from_millis(5);
/// So many bytes are written without waiting for more.
const EAGER: usize = 64 * 1024;
/// With so many bytes waiting, who logs must wait too.
const FULL: usize = 4 * 1024 * 1024;

/// The thread that writes.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// Where lines are put.
#[derive(Clone)]
pub(super) struct Sink {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    pending: Vec<u8>,
    finished: bool,
}

impl Writer {
    pub(super) fn start() -> Self {
        Self::to(io::stderr())
    }

    fn to(output: impl Write + Send + 'static) -> Self {
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || theirs.write_all(output));
        Self { shared, thread }
    }

    pub(super) fn sink(&self) -> Sink {
        Sink {
            shared: Arc::clone(&self.shared),
        }
    }

    pub(super) fn finish(self) {
        self.shared.lock().finished = true;
        self.shared.filled.notify_all();
        if self.thread.join().is_err() {
            eprintln!("the thread that writes the log died; some lines are missing");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_all(&self, mut output: impl Write) {
        let mut batch = Vec::new();
        loop {
            let mut state = self.lock();
            let idle = |state: &mut State| state.pending.is_empty() && !state.finished;
            state = self
                .filled
                .wait_while(state, idle)
                .unwrap_or_else(PoisonError::into_inner);
            let few = |state: &mut State| state.pending.len() < EAGER && !state.finished;
            (state, _) = self
                .filled
                .wait_timeout_while(state, GATHER, few)
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut batch, &mut state.pending);
            let last = state.finished && batch.is_empty();
            drop(state);
            self.emptied.notify_all();
            // When standard error is gone there is nobody left to tell.
            let _ = output.write_all(&batch).and_then(|()| output.flush());
            batch.clear();
            batch.shrink_to(EAGER);
            if last {
                return;
            }
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let full = |state: &mut State| state.pending.len() >= FULL && !state.finished;
        let mut state = self
            .shared
            .emptied
            .wait_while(self.shared.lock(), full)
            .unwrap_or_else(PoisonError::into_inner);
        if state.finished {
            drop(state);
            return io::stderr().write(bytes);
        }
        let before = state.pending.len();
        state.pending.extend_from_slice(bytes);
        let after = state.pending.len();
        drop(state);
        if before == 0 || (before < EAGER && after >= EAGER) {
            self.shared.filled.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_of_every_thread_comes_out_whole_and_in_its_order() {
        let output = Output::default();
        let writer = Writer::to(output.clone());
        // More than fits, so that some must wait.
        let line = |thread: usize, n: usize| format!("{thread} {n} {}\n", "x".repeat(4000));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let mut sink = writer.sink();
                scope.spawn(move || {
                    for n in 0..1000 {
                        sink.write_all(line(thread, n).as_bytes()).unwrap();
                    }
                });
            }
        });
        writer.finish();
        let text = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
        for thread in 0..4 {
            let start = format!("{thread} ");
            let seen: Vec<_> = text
                .split_inclusive('\n')
                .filter(|l| l.starts_with(&start))
                .collect();
            let sent: Vec<_> = (0..1000).map(|n| line(thread, n)).collect();
            assert!(seen == sent, "thread {thread}: {} lines", seen.len());
        }
    }
}
