//! A PostgreSQL server for the tests of one process, reached by a Unix socket.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts a server, says where, and waits for the end of the test process, which closes its
/// standard input in whatever way that process ends. Nothing needs to survive, so nothing is synced.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
umask 077
dir=$(mktemp -d "${TMPDIR:-/tmp}/packhouse-postgres.XXXXXX") || exit 1
"$1/initdb" -D "$dir/data" -U packhouse --auth=trust --no-sync -E UTF8 --locale=C.UTF-8 \
    >"$dir/log" 2>&1 || { cat "$dir/log" >&2; rm -rf "$dir"; exit 1; }
"$1/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=400 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB \
    -c autovacuum=off >"$dir/log" 2>&1 </dev/null &
server=$!
echo "$dir"
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$dir"
"#;

/// How long the server may take to answer, on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A running server. It stops when the process ends.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    // Its standard input is the lifeline.
    _guard: Child,
}

impl Postgres {
    /// Starts a server in a folder of its own.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start: tests on both engines cannot do without.
    pub fn start() -> Self {
        let programs = programs();
        let mut guard = shell()
            .args(["-c", SCRIPT, "sh"])
            .arg(&programs)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell runs");
        let output = guard.stdout.take().expect("standard output is a pipe");
        let mut folder = String::new();
        BufReader::new(output)
            .read_line(&mut folder)
            .expect("the shell's output is text");
        let folder = PathBuf::from(folder.trim_end());
        assert!(
            folder.is_absolute(),
            "initdb failed, see above; `./test` installs and runs what the tests need"
        );
        let server = Self {
            programs,
            folder,
            _guard: guard,
        };
        server.wait_until_ready();
        server
    }

    /// Gives the address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.display();
        format!("postgres://packhouse@/{database}?host={host}")
    }

    /// Runs one statement in the database `postgres`.
    ///
    /// # Panics
    /// When it fails.
    pub fn run(&self, sql: &str) {
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .arg(self.url("postgres"))
            .output()
            .expect("psql runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {errors}");
    }

    fn wait_until_ready(&self) {
        let give_up = Instant::now() + START;
        loop {
            let ready = Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-t", "5", "-d", &self.url("postgres")])
                .status()
                .expect("pg_isready runs");
            if ready.success() {
                return;
            }
            if Instant::now() > give_up {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("PostgreSQL does not start: {log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Finds the newest installed release: Debian keeps each in a folder and most off the path.
fn programs() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders: Vec<(u32, PathBuf)> = installed
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let release = entry.file_name().to_str()?.parse().ok()?;
            Some((release, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    folders
        .pop()
        .map(|(_, folder)| folder)
        .or_else(on_path)
        .expect("no PostgreSQL server on this machine: run the tests with `./test`, which gets one")
}

/// PostgreSQL refuses to run as root; Debian's package brings a user for it.
fn shell() -> Command {
    let root = std::os::unix::fs::MetadataExt::uid(
        &std::fs::metadata("/proc/self").expect("Linux has /proc"),
    ) == 0;
    if !root {
        return Command::new("sh");
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--init-groups",
        "sh",
    ]);
    command
}
