//! A small HTTP client that sends exactly what it is told, byte for byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request to an `http://127.0.0.1:…` address; the path is sent as written.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    address: String,
    host: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body, without transfer coding.
    pub body: Vec<u8>,
}

impl Request {
    /// Begins a request; panics when `url` is not on loopback.
    pub fn new(method: &str, url: &str) -> Self {
        let rest = url
            .strip_prefix("http://")
            .filter(|rest| rest.starts_with("127.0.0.1:"))
            .unwrap_or_else(|| panic!("{url} is not on loopback"));
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        Self {
            method: method.to_owned(),
            address: address.to_owned(),
            host: address.to_owned(),
            path: format!("/{path}"),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Begins a GET.
    pub fn get(url: &str) -> Self {
        Self::new("GET", url)
    }

    /// Begins a PUT.
    pub fn put(url: &str) -> Self {
        Self::new("PUT", url)
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Says another host than the one it is sent to, as a proxy passes it on.
    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    /// Adds a bearer token.
    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json")
            .body(body.to_string().into_bytes())
    }

    /// Sets a form body from pairs; the values are percent-encoded.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let encoded: Vec<_> = fields
            .iter()
            .map(|(key, value)| format!("{}={}", percent_encoded(key), percent_encoded(value)))
            .collect();
        self.header("Content-Type", "application/x-www-form-urlencoded")
            .body(encoded.join("&").into_bytes())
    }

    /// Sets the body.
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Gives the length of the body in bytes.
    pub fn body_len(&self) -> usize {
        self.body.len()
    }

    /// Sends it and reads the whole answer; panics when the connection breaks.
    pub fn send(&self) -> Response {
        self.try_send()
            .unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.path))
    }

    /// Sends it and reads the whole answer; an error when the connection breaks.
    pub fn try_send(&self) -> std::io::Result<Response> {
        let mut stream = self.begin(Some(self.body.len()))?;
        // The server may answer and close before it has read everything.
        let sent = stream.write_all(&self.body);
        let answer = read_answer(&mut stream);
        match (sent, answer) {
            (_, Ok(answer)) => Ok(answer),
            (Err(error), _) | (Ok(()), Err(error)) => Err(error),
        }
    }

    /// Sends the head and the first `bytes` of the body, and gives the open connection.
    pub fn send_part(&self, bytes: usize) -> TcpStream {
        let mut stream = self
            .begin(Some(self.body.len()))
            .expect("the head of a request can be sent");
        stream
            .write_all(&self.body[..bytes])
            .expect("a part of a body can be sent");
        stream
    }

    /// Sends `pieces` as the body, announced as `length` bytes, until the server answers or
    /// has read all; gives the answer and how many bytes were sent.
    pub fn stream(&self, length: u64, pieces: impl Iterator<Item = Vec<u8>>) -> (Response, u64) {
        let length = usize::try_from(length).expect("a length fits");
        self.send_pieces(Some(length), pieces)
    }

    /// Gives the body after its first `bytes`.
    pub fn body_after(&self, bytes: usize) -> &[u8] {
        &self.body[bytes..]
    }

    /// Like [`Request::stream`], in chunks and without a length beforehand.
    pub fn stream_chunked(&self, pieces: impl Iterator<Item = Vec<u8>>) -> (Response, u64) {
        let chunks = pieces
            .map(|piece| {
                let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
                chunk.extend(piece);
                chunk.extend(b"\r\n");
                chunk
            })
            .chain(std::iter::once(b"0\r\n\r\n".to_vec()));
        self.clone()
            .header("Transfer-Encoding", "chunked")
            .send_pieces(None, chunks)
    }

    fn send_pieces(
        &self,
        length: Option<usize>,
        pieces: impl Iterator<Item = Vec<u8>>,
    ) -> (Response, u64) {
        let mut stream = self
            .begin(length)
            .expect("the head of a request can be sent");
        let mut sent = 0;
        for piece in pieces {
            // A client that listens while it sends stops when it is refused.
            if is_answered(&stream) || stream.write_all(&piece).is_err() {
                break;
            }
            sent += piece.len() as u64;
        }
        let answer = read_answer(&mut stream)
            .unwrap_or_else(|error| panic!("no answer after {sent} bytes: {error}"));
        (answer, sent)
    }

    fn begin(&self, length: Option<usize>) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        head += &format!("Host: {}\r\nConnection: close\r\n", self.host);
        if let Some(length) = length.filter(|length| *length > 0 || self.method != "GET") {
            head += &format!("Content-Length: {length}\r\n");
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all((head + "\r\n").as_bytes())?;
        Ok(stream)
    }
}

impl Response {
    /// Gives the first header `name`, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    /// Gives every header `name`.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Gives every header, name and value, in order.
    pub fn all_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Gives the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Gives the body as JSON; panics with the text when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    /// Gives itself back when the status is `status`; panics with the body otherwise.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// Encodes everything but letters, digits, `-`, `.`, `_`, `~`.
pub fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Tells whether the beginning of an answer is there.
fn is_answered(stream: &TcpStream) -> bool {
    let look = |stream: &TcpStream| {
        stream.set_nonblocking(true)?;
        let seen = stream.peek(&mut [0]);
        stream.set_nonblocking(false)?;
        seen
    };
    matches!(look(stream), Ok(1..))
}

fn read_answer(stream: &mut TcpStream) -> std::io::Result<Response> {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    match parse_answer(&bytes) {
        Some(answer) => Ok(answer),
        // A reset after the whole answer is no loss, one before it is.
        None => Err(ended
            .err()
            .unwrap_or_else(|| std::io::ErrorKind::UnexpectedEof.into())),
    }
}

fn parse_answer(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = &bytes[end + 4..];
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    if status == 100 {
        return parse_answer(body);
    }
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut answer = Response {
        status,
        headers,
        body: Vec::new(),
    };
    answer.body = if answer.header("Transfer-Encoding") == "chunked" {
        unchunked(body)?
    } else {
        match answer.header("Content-Length").parse::<usize>() {
            Ok(length) => body
                .get(..length)
                .or(body.is_empty().then_some(body))?
                .to_vec(),
            Err(_) => body.to_vec(),
        }
    };
    Some(answer)
}

fn unchunked(mut coded: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = coded.windows(2).position(|part| part == b"\r\n")?;
        let size = std::str::from_utf8(&coded[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend(coded.get(end + 2..end + 2 + size)?);
        coded = coded.get(end + 2 + size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::parse_answer;

    #[test]
    fn chunks_are_joined() {
        let text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let answer = parse_answer(text).unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (200, "abcde"));
    }

    #[test]
    fn a_cut_body_is_no_answer() {
        assert!(parse_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").is_none());
        assert!(parse_answer(b"HTTP/1.1 200 OK\r\nContent-Le").is_none());
    }
}
