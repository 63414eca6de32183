//! A server process that ends with the run, however the run ends, and its memory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// The longest wait for a server to answer its first request.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The longest wait for a server to end after SIGTERM, before SIGKILL.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest wait for a server to finish what is left of a load.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);

/// What the kernel sends to the server when this process dies without stopping it.
#[derive(Clone, Copy, Debug)]
pub enum OnParentDeath {
    /// SIGKILL, for a server of one process.
    Kill,
    /// SIGTERM, for a server that must end workers of its own.
    Terminate,
}

/// A command that runs the program in a process that dies with this one (setpriv(1)).
pub fn guarded(on_death: OnParentDeath, program: impl AsRef<Path>) -> Command {
    let signal = match on_death {
        OnParentDeath::Kill => "KILL",
        OnParentDeath::Terminate => "TERM",
    };
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", signal, "--"])
        .arg(program.as_ref());
    command.stdin(Stdio::null());
    command
}

/// A running server. Dropping it ends the process and waits for that.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// What the server wrote to standard output.
    pub output: PathBuf,
    log: PathBuf,
}

impl Process {
    /// Starts the command with its output in files of the folder.
    ///
    /// Fails when the files cannot be made or the command cannot be run.
    pub fn start(mut command: Command, folder: &Path) -> Result<Self> {
        let output = folder.join("stdout.log");
        let log = folder.join("stderr.log");
        command
            .stdout(File::create(&output)?)
            .stderr(File::create(&log)?);
        let child = command
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        Ok(Self { child, output, log })
    }

    /// Asks again and again until the answer is there, and gives it.
    ///
    /// Fails with the end of the server's log when it ends, or after a minute.
    pub fn wait_until<T>(&mut self, mut ask: impl FnMut() -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if let Some(answer) = ask() {
                return Ok(answer);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}: {}", self.log_tail());
            }
            if Instant::now() > deadline {
                bail!(
                    "the server was not ready in {START_TIMEOUT:?}: {}",
                    self.log_tail()
                );
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The end of what the server wrote to standard error, for messages.
    pub fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_else(|error| error.to_string());
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// The resident memory of the server and its children now, in KiB (`VmRSS`, proc(5)).
    ///
    /// Pages that several of its processes share are counted in each.
    pub fn resident_kib(&self) -> Result<u64> {
        self.sum_status("VmRSS:")
    }

    /// The most resident memory since [`Self::reset_peak`], summed over its processes, in KiB.
    pub fn peak_kib(&self) -> Result<u64> {
        self.sum_status("VmHWM:")
    }

    /// Makes the present memory the peak (`/proc/PID/clear_refs`, value 5, proc(5)).
    pub fn reset_peak(&self) -> Result<()> {
        for pid in self.pids()? {
            fs::write(format!("/proc/{pid}/clear_refs"), "5")
                .with_context(|| format!("resetting the peak of process {pid}"))?;
        }
        Ok(())
    }

    /// Waits until the server has stopped working off requests that nobody waits for any more.
    ///
    /// A slow server goes on with them after a load, and the next figure would pay for that.
    /// Fails when it is still busy after half a minute.
    pub fn settle(&self) -> Result<()> {
        let deadline = Instant::now() + SETTLE_TIMEOUT;
        let mut before = self.cpu_ticks()?;
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let now = self.cpu_ticks()?;
            // A tick is 10 ms: at most a twentieth of one core, housekeeping.
            if now <= before + 1 {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "the server is still busy after {SETTLE_TIMEOUT:?}"
            );
            before = now;
        }
    }

    /// The processor time that its processes have used, in clock ticks (`utime`, `stime`, proc(5)).
    fn cpu_ticks(&self) -> Result<u64> {
        let mut sum = 0;
        for pid in self.pids()? {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
            sum +=
                ticks_of(&stat).with_context(|| format!("odd line for process {pid}: {stat}"))?;
        }
        Ok(sum)
    }

    fn sum_status(&self, field: &str) -> Result<u64> {
        let pids = self.pids()?;
        ensure!(!pids.is_empty(), "the server is gone: {}", self.log_tail());
        let mut sum = 0;
        for pid in pids {
            let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
            let value = status.lines().find_map(|line| line.strip_prefix(field));
            let digits = value.with_context(|| format!("process {pid} has no {field}"))?;
            sum += digits.trim().trim_end_matches(" kB").parse::<u64>()?;
        }
        Ok(sum)
    }

    /// The server and its children; grandchildren are none of ours here.
    fn pids(&self) -> Result<Vec<u32>> {
        let own = self.child.id();
        let mut pids = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            // A process may end between the listing and this look: then it is not counted.
            let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
                continue;
            };
            if pid == own || parent_of(&stat) == Some(own) {
                pids.push(pid);
            }
        }
        Ok(pids)
    }

    fn terminate(&mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        let status = Command::new("kill").args(["-TERM", &pid]).status()?;
        ensure!(status.success(), "kill -TERM {pid}: {status}");
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("process {pid} did not end within {STOP_TIMEOUT:?} of SIGTERM")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.terminate() {
            eprintln!("{error:#}; killing it");
            if let Err(error) = self
                .child
                .kill()
                .and_then(|()| self.child.wait().map(|_| ()))
            {
                eprintln!("process {}: {error}", self.child.id());
            }
        }
    }
}

/// The parent in a line of `/proc/PID/stat`; the name before it may hold spaces and brackets.
fn parent_of(stat: &str) -> Option<u32> {
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(1)?.parse().ok()
}

/// User and system time in a line of `/proc/PID/stat`, in clock ticks.
fn ticks_of(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::{OnParentDeath, Process, guarded, parent_of, ticks_of};

    #[test]
    fn processor_time_is_user_and_system_time() {
        let stat = "12 (a b) S 7 12 12 0 -1 4194560 100 0 0 0 250 31 9 9 20 0 1 0 5000";
        assert_eq!(ticks_of(stat), Some(281));
        assert_eq!(ticks_of("12 (a) S 7"), None);
    }

    #[test]
    fn the_parent_is_read_past_an_odd_name() {
        assert_eq!(parent_of("12 (a) b (c) S 7 12 12 0"), Some(7));
        assert_eq!(parent_of("nonsense"), None);
    }

    #[test]
    fn memory_of_a_live_process_is_known_and_its_end_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = guarded(OnParentDeath::Kill, "sh");
        command.args([
            "-c",
            "echo ready; read line < /dev/null; echo broken >&2; exec sleep 60",
        ]);
        let mut process = Process::start(command, folder.path()).unwrap();
        let output = process.output.clone();
        process
            .wait_until(|| (std::fs::read_to_string(&output).ok()? == "ready\n").then_some(()))
            .unwrap();
        // Until `sleep` runs it has hardly any memory.
        process.settle().unwrap();
        assert!(process.resident_kib().unwrap() > 100);
        process.reset_peak().unwrap();
        assert!(process.peak_kib().unwrap() > 100);
        let pid = process.child.id();
        drop(process);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());

        let mut command = guarded(OnParentDeath::Kill, "sh");
        command.args(["-c", "echo no such setting >&2; exit 3"]);
        let mut process = Process::start(command, folder.path()).unwrap();
        let error = process.wait_until(|| None::<()>).unwrap_err().to_string();
        assert!(
            error.contains("exit status: 3") && error.contains("no such setting"),
            "{error}"
        );
    }
}
