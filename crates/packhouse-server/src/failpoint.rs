//! Dying at a named step, for crash tests: `PACKHOUSE_ABORT_AT=db-before-commit`.

use rustix::process::{Signal, getpid, kill_process};

use crate::failure::Failure;

/// The variable that names the step.
const VARIABLE: &str = "PACKHOUSE_ABORT_AT";

/// Lets the process kill itself when it next comes to the named step. Called when the server is
/// ready, so that what a start writes does not count.
///
/// # Errors
/// When the step cannot be set.
pub fn arm() -> Result<(), Failure> {
    let Ok(name) = std::env::var(VARIABLE) else {
        return Ok(());
    };
    fail::cfg_callback(name, || {
        // SIGKILL leaves no time to tidy up, as a power cut would.
        let killed = kill_process(getpid(), Signal::KILL);
        unreachable!("a process can always kill itself: {killed:?}");
    })
    .map_err(|error| Failure::usage(format!("{VARIABLE}: {error}")))
}
