//! An S3 server of a test's own: versitygw over a folder.

use std::io::BufReader;
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::postgres::{follow, free_port};
use crate::process::Process;
use crate::tools;

/// The bucket that there is from the start.
pub const BUCKET: &str = "packhouse";

const ACCESS_KEY: &str = "test-access";
const SECRET_KEY: &str = "test-secret-key";
const REGION: &str = "us-east-1";

/// How long it may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server on a free port of 127.0.0.1 with one empty bucket, removed when dropped.
#[derive(Debug)]
pub struct S3 {
    // Fields are dropped in this order: the server ends before its folder goes.
    server: Process,
    folder: TempDir,
    port: u16,
}

impl S3 {
    /// Starts one; panics when it does not come up.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for an S3 server can be made");
        let store = folder.path().join("store");
        // A folder of the store is a bucket.
        std::fs::create_dir_all(store.join(BUCKET)).expect("a bucket can be made");
        let port = free_port();
        Self {
            server: serve(folder.path(), port),
            folder,
            port,
        }
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.server.signal("KILL");
        let ended = self.server.wait(PATIENCE);
        assert!(ended.is_some(), "the S3 server does not end");
    }

    /// Starts it again on the same objects and port.
    pub fn start_again(&mut self) {
        assert!(self.server.ended().is_some(), "the S3 server still runs");
        self.server = serve(self.folder.path(), self.port);
    }

    /// Lets it take connections and answer nothing, until [`S3::go_on`].
    pub fn freeze(&mut self) {
        self.server.signal("STOP");
    }

    /// Lets it answer again.
    pub fn go_on(&mut self) {
        self.server.signal("CONT");
    }

    /// Gives the storage address of its bucket.
    pub fn url(&self) -> String {
        format!("s3://{BUCKET}")
    }

    /// Gives the variables that tell a client of it where it is and how to sign.
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            (
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", self.port),
            ),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ]
    }

    /// Gives the total size in bytes of the objects in its bucket.
    pub fn stored_bytes(&self) -> u64 {
        size_of(&self.folder.path().join("store").join(BUCKET))
    }
}

/// Starts the server over `folder`; panics when it does not come up.
fn serve(folder: &Path, port: u16) -> Process {
    let (mut server, output) = Process::start_with(
        &tools::helper("versitygw"),
        |command| {
            command
                .args(["--port", &format!("127.0.0.1:{port}"), "--region", REGION])
                .args(["--quiet", "posix"])
                .arg(folder.join("store"))
                .current_dir(folder)
                .env("ROOT_ACCESS_KEY", ACCESS_KEY)
                .env("ROOT_SECRET_KEY", SECRET_KEY)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::inherit());
        },
        |child| child.stdout.take().expect("standard output is piped"),
    );
    let said = follow(BufReader::new(output));
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = server.wait(Duration::from_millis(20));
        assert!(
            ended.is_none() && Instant::now() < until,
            "the S3 server does not come up: {ended:?}\n{}",
            said.try_iter().collect::<Vec<_>>().join("\n")
        );
    }
    server
}

fn size_of(path: &Path) -> u64 {
    let entries = std::fs::read_dir(path).expect("a folder of a store can be listed");
    entries
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => size_of(&entry.path()),
            _ => entry.metadata().map_or(0, |meta| meta.len()),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Request;

    #[test]
    fn it_answers_nobody_without_a_signature() {
        let s3 = S3::start();
        assert_eq!(s3.stored_bytes(), 0);
        let [(_, endpoint), ..] = s3.environment();
        let answer = Request::get(&format!("{endpoint}/{BUCKET}?list-type=2")).send();
        assert_eq!(answer.status, 403, "{}", answer.text());
    }
}
