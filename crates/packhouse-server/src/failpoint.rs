//! Dying at a named step, for crash tests: `PACKHOUSE_ABORT_AT=db-before-commit`, or with
//! `db-before-commit:2` when it is reached for the second time.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Signal, getpid, kill_process};

use crate::failure::Failure;

/// The variable that names the step.
const VARIABLE: &str = "PACKHOUSE_ABORT_AT";

/// Lets the process kill itself when it next comes to the named step, or comes to it for the nth
/// time. Called when the server is ready, so that what a start writes does not count.
///
/// # Errors
/// When the step cannot be set, or its number is none.
pub fn arm() -> Result<(), Failure> {
    let Ok(said) = std::env::var(VARIABLE) else {
        return Ok(());
    };
    let wrong = |error: String| Failure::usage(format!("{VARIABLE}: {error}"));
    let (name, number) = match said.split_once(':') {
        Some((name, number)) => (name, number.parse().map_err(|_| wrong(said.clone()))?),
        None => (said.as_str(), 1_usize),
    };
    let left = AtomicUsize::new(number);
    fail::cfg_callback(name, move || {
        if left.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        // SIGKILL leaves no time to tidy up, as a power cut would.
        let killed = kill_process(getpid(), Signal::KILL);
        unreachable!("a process can always kill itself: {killed:?}");
    })
    .map_err(wrong)
}
