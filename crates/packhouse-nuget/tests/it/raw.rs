//! Requests byte by byte: for status lines, which ordinary clients keep to themselves, for addresses
//! that they clean up, for bodies that are refused, and for HTTP/1.0.

use packhouse_testkit::app::TestApp;
use serde_json::Value;
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
    /// The words of the status line.
    pub reason: String,
    /// Names in lower case, with their values.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl RawAnswer {
    fn read(head: &str) -> Self {
        let mut lines = head.lines();
        let status = lines.next().unwrap();
        let mut words = status.splitn(3, ' ').skip(1);
        let status = words.next().unwrap().parse().unwrap();
        let reason = words.next().unwrap_or_default().to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        Self {
            status,
            reason,
            headers: lines.filter_map(header).collect(),
            body: Vec::new(),
        }
    }

    /// Gives all values of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// Gives the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Insists on a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {}", self.reason, self.text());
        self
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
        let line = format!("{method} {path} HTTP/1.1");
        self.lines(&line, headers).await;
    }

    async fn lines(&mut self, first: &str, headers: &[(&str, &str)]) {
        let mut head = format!("{first}\r\nHost: {}\r\n", self.host);
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

    /// Sends a piece of a body that comes in pieces; an empty one is the end.
    pub async fn piece(&mut self, bytes: &[u8]) {
        let head = format!("{:x}\r\n", bytes.len());
        self.body(&[head.as_bytes(), bytes, b"\r\n"].concat()).await;
    }

    /// Sends a body whose length is told, and reads the answer.
    pub async fn put(&mut self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> RawAnswer {
        let length = body.len().to_string();
        let headers = [headers, &[("Content-Length", &*length)]].concat();
        self.head("PUT", path, &headers).await;
        self.body(body).await;
        self.answer().await
    }

    /// Reads one answer: its head, and as much of a body as that says.
    pub async fn answer(&mut self) -> RawAnswer {
        let mut answer = self.answer_head().await;
        let length = answer.headers("content-length");
        let length: usize = length.first().map_or(0, |text| text.parse().unwrap());
        while self.ahead.len() < length {
            self.read_more().await;
        }
        let rest = self.ahead.split_off(length);
        answer.body = std::mem::replace(&mut self.ahead, rest);
        answer
    }

    pub async fn answer_head(&mut self) -> RawAnswer {
        loop {
            if let Some(end) = find(&self.ahead, b"\r\n\r\n") {
                let rest = self.ahead.split_off(end + 4);
                let head = std::mem::replace(&mut self.ahead, rest);
                return RawAnswer::read(&String::from_utf8(head).unwrap());
            }
            self.read_more().await;
        }
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

/// Sends a request as nuget.exe 2.x does, in HTTP/1.0 on a connection of its own, and reads until
/// the server ends that. The answer must say how long it is, and be that long.
pub async fn old(
    app: &TestApp,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> RawAnswer {
    let mut connection = Connection::open(app).await;
    let length = body.len().to_string();
    let line = format!("{method} {path} HTTP/1.0");
    let told = [headers, &[("Content-Length", &*length)]].concat();
    connection.lines(&line, &told).await;
    connection.body(body).await;
    let mut answer = connection.answer_head().await;
    answer.body = std::mem::take(&mut connection.ahead);
    connection
        .stream
        .read_to_end(&mut answer.body)
        .await
        .unwrap();
    assert!(
        answer.headers("transfer-encoding").is_empty(),
        "{path}: {answer:?}"
    );
    if method != "HEAD" && !matches!(answer.status, 204 | 304) {
        let told: Vec<_> = answer.headers("content-length");
        assert_eq!(told, [answer.body.len().to_string()], "{path}");
    }
    answer
}

/// Insists on a refusal in the form that clients show: the words of the status line, the warning
/// for changes, a text as JSON; gives that text.
#[track_caller]
pub fn refused(answer: &RawAnswer, status: u16, reason: &str, words: &[&str]) -> String {
    let told = answer.text();
    assert_eq!(answer.status, status, "{told}");
    assert_eq!(answer.reason, reason, "{told}");
    let json: Value = serde_json::from_slice(&answer.body).expect("a refusal is JSON");
    let text = json["error"].as_str().expect("a refusal has a text");
    for word in words {
        assert!(text.contains(word), "no {word:?} in: {text}");
    }
    assert_eq!(answer.headers("cache-control"), ["no-store"], "{text}");
    assert_eq!(answer.headers("x-content-type-options"), ["nosniff"]);
    assert_eq!(answer.headers("content-type"), ["application/json"]);
    text.to_owned()
}

/// Insists on a refusal of a change, whose text is a warning too, since clients show no body.
#[track_caller]
pub fn refused_change(answer: &RawAnswer, status: u16, reason: &str, words: &[&str]) -> String {
    let text = refused(answer, status, reason, words);
    let shown: String = text
        .chars()
        .map(|c| if matches!(c, ' '..='~') { c } else { '?' })
        .take(512)
        .collect();
    assert_eq!(answer.headers("x-nuget-warning"), [shown.trim()]);
    text
}
