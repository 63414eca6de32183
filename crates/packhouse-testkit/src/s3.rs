//! An S3 server for the tests of one process: versitygw, on a free loopback port.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use packhouse_blob::{S3Settings, open_store};
use url::Url;

/// Starts the server, says in which folder, and waits for the end of the test process, which
/// closes its standard input in whatever way that process ends. (A signal at the parent's death
/// would come too early: it is sent when the *thread* ends that started the child.)
const SCRIPT: &str = r#"
trap '' INT TERM HUP
umask 077
dir=$(mktemp -d "${TMPDIR:-/tmp}/packhouse-s3.XXXXXX") || exit 1
mkdir "$dir/buckets" "$dir/sidecar"
"$1" --quiet --port "127.0.0.1:$2" posix --sidecar "$dir/sidecar" "$dir/buckets" \
    >"$dir/log" 2>&1 </dev/null &
server=$!
echo "$dir"
read -r _
kill "$server"
wait "$server"
rm -rf "$dir"
"#;

/// How long the server may take to answer, on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A running server. It stops when the process ends, in whatever way.
pub struct S3Server {
    folder: PathBuf,
    settings: S3Settings,
    // Its standard input is the lifeline.
    _guard: Child,
}

impl S3Server {
    /// Starts a server with credentials and a folder of its own, and waits until it has stored
    /// and deleted an object. Keep it in a static: once for a test binary is enough.
    ///
    /// # Panics
    /// When the server was not built, or does not start.
    pub fn start() -> Self {
        loop {
            if let Some(server) = Self::try_start() {
                return server;
            }
        }
    }

    /// Gives how to reach the server.
    pub fn settings(&self) -> S3Settings {
        self.settings.clone()
    }

    /// Makes an empty bucket and gives its URL, `s3://name`.
    ///
    /// # Panics
    /// When its folder cannot be made.
    pub fn new_bucket(&self) -> Url {
        let name = format!("test-{}", uuid::Uuid::new_v4());
        // To this server a bucket is a folder.
        std::fs::create_dir(self.folder.join("buckets").join(&name)).expect("a bucket is made");
        Url::parse(&format!("s3://{name}")).expect("a bucket name is a host name")
    }

    /// Gives the folder in which the server keeps what a bucket holds, parts of uploads included.
    ///
    /// # Panics
    /// When the URL names no bucket.
    pub fn bucket_folder(&self, bucket: &Url) -> PathBuf {
        let name = bucket.host_str().expect("the URL names a bucket");
        self.folder.join("buckets").join(name)
    }

    /// Gives `None` when another process took the port in between.
    fn try_start() -> Option<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port is found")
            .port();
        let (access, secret) = (uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let mut guard = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(program())
            .arg(port.to_string())
            .env("ROOT_ACCESS_KEY", access.to_string())
            .env("ROOT_SECRET_KEY", secret.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell runs");
        let mut folder = String::new();
        BufReader::new(guard.stdout.take().expect("standard output is a pipe"))
            .read_line(&mut folder)
            .expect("the shell's output is text");
        let settings = S3Settings {
            endpoint: Some(format!("http://127.0.0.1:{port}")),
            region: None,
            access_key: Some(access.to_string()),
            secret_key: Some(secret.to_string().into()),
            allow_http: true,
        };
        let server = Self {
            folder: folder.trim_end().into(),
            settings,
            _guard: guard,
        };
        server.wait_until_ready().then_some(server)
    }

    /// Tries a signed request until one succeeds. Our credentials are random, so that no other
    /// server can answer in its place.
    fn wait_until_ready(&self) -> bool {
        let (bucket, settings) = (self.new_bucket(), self.settings());
        let (folder, log) = (self.folder.clone(), self.folder.join("log"));
        // The caller may be inside a runtime, which cannot hold another.
        let tries = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime is built");
            let store = open_store(&bucket, &folder, &settings)
                .expect("the settings fit")
                .store;
            let give_up = Instant::now() + START;
            loop {
                let Err(error) = runtime.block_on(store.check()) else {
                    return true;
                };
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                if log.contains("address already in use") {
                    return false;
                }
                assert!(
                    Instant::now() < give_up,
                    "versitygw does not answer: {error:?}\n{log}"
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        std::thread::spawn(tries)
            .join()
            .expect("the S3 server starts")
    }
}

/// Finds the server where `./test` puts what the tests need.
fn program() -> PathBuf {
    let program = std::env::var_os("PACKHOUSE_TEST_TOOLS")
        .map(|folder| PathBuf::from(folder).join("bin/versitygw"));
    program.filter(|program| program.exists()).expect(
        "no bin/versitygw in PACKHOUSE_TEST_TOOLS: run the tests with `./test`, which builds it",
    )
}
