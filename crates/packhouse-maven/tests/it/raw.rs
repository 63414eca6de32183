//! Requests byte by byte, for addresses that clients clean up and for bodies that are refused.

use packhouse_testkit::app::TestApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to the server.
pub struct Connection {
    stream: TcpStream,
    host: String,
    /// What was read and belongs to the next answer.
    ahead: Vec<u8>,
}

/// An answer as it came.
#[derive(Debug)]
pub struct RawAnswer {
    pub status: u16,
    /// The head without the body, in lower case.
    pub head: String,
    pub body: String,
}

impl RawAnswer {
    /// Gives all values of a header.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let start = format!("{name}: ");
        let lines = self.head.lines();
        lines
            .filter_map(|line| line.strip_prefix(&start).map(str::to_owned))
            .collect()
    }
}

impl Connection {
    pub async fn open(app: &TestApp) -> Self {
        let rest = app.base.strip_prefix("http://").unwrap();
        let host = rest.split('/').next().unwrap().to_owned();
        Self {
            stream: TcpStream::connect(&host).await.unwrap(),
            host,
            ahead: Vec::new(),
        }
    }

    /// Sends a request line and headers; `path` begins after the host.
    pub async fn head(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.body(head.as_bytes()).await;
    }

    /// Sends bytes; a connection that the server has given up fails here.
    pub async fn body(&mut self, bytes: &[u8]) {
        let sent = self.stream.write_all(bytes).await;
        sent.expect("the server takes everything");
    }

    /// Reads one answer: its head, and as much of a body as that says.
    pub async fn answer(&mut self) -> RawAnswer {
        let head = loop {
            if let Some(end) = find(&self.ahead, b"\r\n\r\n") {
                let rest = self.ahead.split_off(end + 4);
                let head = std::mem::replace(&mut self.ahead, rest);
                break String::from_utf8(head).unwrap().to_lowercase();
            }
            self.read_more().await;
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = RawAnswer {
            status,
            head,
            body: String::new(),
        };
        let length = answer.headers("content-length");
        let length: usize = length.first().map_or(0, |text| text.parse().unwrap());
        while self.ahead.len() < length {
            self.read_more().await;
        }
        let rest = self.ahead.split_off(length);
        answer.body = String::from_utf8(std::mem::replace(&mut self.ahead, rest)).unwrap();
        answer
    }

    async fn read_more(&mut self) {
        let mut piece = vec![0; 64 * 1024];
        let read = self.stream.read(&mut piece).await.unwrap();
        let so_far = String::from_utf8_lossy(&self.ahead);
        assert!(read > 0, "the connection ended after {so_far:?}");
        self.ahead.extend_from_slice(&piece[..read]);
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

/// Sends one request without a body, the address exactly as given, and gives the answer.
pub async fn ask(app: &TestApp, method: &str, path: &str, token: Option<&str>) -> RawAnswer {
    let mut connection = Connection::open(app).await;
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("Content-Length", "0")];
    if let Some(bearer) = &bearer {
        headers.push(("Authorization", bearer));
    }
    connection.head(method, path, &headers).await;
    connection.answer().await
}
