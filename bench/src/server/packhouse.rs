//! Packhouse on SQLite and a folder, with one account, one organisation, one repository and one
//! token.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf, absolute};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::{Server, Stopped, printed_by};
use crate::fixture::SCOPE;
use crate::process::{OnParentDeath, Process, guarded};

const USER: &str = "bench";
const REPOSITORY: &str = "acme/maven";
const READY: &str = "listening on http://";
const NO_BINARY: &str = "say where the packhouse binary is with --packhouse";

/// Makes the accounts with the admin commands, then starts the server on a port of its choice.
pub fn start(binary: Option<&Path>, folder: TempDir) -> Result<Server> {
    let binary = &absolute(binary.context(NO_BINARY)?)?;
    let version = printed_by(binary, "--version")?;
    let data = data(folder.path());
    let admin = |arguments: &[&str], input: &str| run_admin(binary, &data, arguments, input);
    admin(
        &["user", "create", USER, "--password-stdin"],
        "a long enough passphrase\n",
    )?;
    admin(&["org", "create", SCOPE, "--owner", USER], "")?;
    // Maven packages lie in a repository; nothing else looks at it.
    admin(&["repo", "create", REPOSITORY], "")?;
    let scopes = "read:packages,write:packages";
    let token = admin(
        &[
            "token", "create", USER, "--name", "bench", "--scopes", scopes,
        ],
        "",
    )?;
    let stopped = Stopped {
        folder,
        token,
        version,
    };
    resume(Some(binary), stopped)
}

/// The folder of the server's own files inside the folder of a run.
pub fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Starts the server on the folder of an earlier run, on a port of its choice.
pub fn resume(binary: Option<&Path>, stopped: Stopped) -> Result<Server> {
    // The server runs in a folder of its own, where a relative path leads nowhere.
    let binary = absolute(binary.context(NO_BINARY)?)?;
    let Stopped {
        folder,
        token,
        version,
    } = stopped;
    let mut command = guarded(OnParentDeath::Kill, binary);
    command
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(data(folder.path()));
    // The peers write no request log either; warnings stay visible.
    command.env("RUST_LOG", "warn").current_dir(folder.path());
    let began = Instant::now();
    let mut process = Process::start(command, folder.path())?;
    let output = process.output.clone();
    let address = process.wait_until(|| listening(&fs::read_to_string(&output).ok()?))?;
    let start = began.elapsed();
    Ok(Server {
        process,
        address,
        prefix: "/npm",
        token: Some(token),
        version,
        start,
        takes_puts: true,
        folder,
    })
}

/// The address in the line that the server prints when it is ready, once the line is whole.
fn listening(output: &str) -> Option<SocketAddr> {
    let (line, _) = output.split_once('\n')?;
    line.strip_prefix(READY)?.trim().parse().ok()
}

fn run_admin(binary: &Path, data: &Path, arguments: &[&str], input: &str) -> Result<String> {
    let mut command = Command::new(binary);
    command.arg("--data").arg(data).arg("admin").args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {command:?}"))?;
    let mut stdin = child
        .stdin
        .take()
        .context("the command has no standard input")?;
    // Commands that read nothing may be gone already; their exit code tells what matters.
    if let Err(error) = stdin.write_all(input.as_bytes()) {
        ensure!(
            error.kind() == std::io::ErrorKind::BrokenPipe,
            "writing a password: {error}"
        );
    }
    drop(stdin);
    let output = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "packhouse admin {}: {errors}",
        arguments.join(" ")
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::listening;

    #[test]
    fn the_ready_line_counts_once_it_is_whole() {
        assert_eq!(listening("listening on http://127.0.0.1:80"), None);
        let address = listening("listening on http://127.0.0.1:8080\n").unwrap();
        assert_eq!(address.port(), 8080);
    }
}
