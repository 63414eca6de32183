//! A small HTTP/1.1 client over one kept connection: what seeding, publishing and pulling need, no
//! more.
//!
//! It is written by hand so that the load generator costs little of the cores that it shares with
//! the server. No TLS, no redirects, no compression: it only ever talks to loopback.

mod body;

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

pub use body::{Body, Source};

/// The longest wait for one read or write on the connection, for a server to have synced 10 GB.
const TIMEOUT: Duration = Duration::from_secs(300);

/// The most bytes that an answer may have; the largest document here is a tenth of it.
const MAX_BODY: u64 = 256 * 1024 * 1024;

/// An answer, read whole.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body after chunked framing is taken off, otherwise as sent.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name, without case, if there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The start of the body as text, for messages.
    pub fn excerpt(&self) -> String {
        String::from_utf8_lossy(&self.body[..self.body.len().min(300)]).into_owned()
    }
}

/// A client of one server that keeps its connection until the server closes it.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A client that connects at its first request.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connection: None,
        }
    }

    /// Sends a GET and reads the answer, whatever its status.
    ///
    /// Fails when the connection fails or the answer is not HTTP/1.1.
    pub fn get(&mut self, path: &str, headers: &[(String, String)]) -> Result<Response> {
        self.request("GET", path, headers, Body::None)
    }

    /// Sends a PUT with a JSON body and reads the answer, whatever its status.
    ///
    /// Fails as [`Self::get`] does; nothing is ever sent twice.
    pub fn put_json(
        &mut self,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Response> {
        let body = Body::Bytes("application/json", body);
        self.request("PUT", path, headers, body)
    }

    /// Sends a request and reads the answer, whatever its status.
    ///
    /// Fails as [`Self::get`] does; nothing is ever sent twice.
    pub fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Body<'_>,
    ) -> Result<Response> {
        let mut connection = self.send(method, path, headers, body)?;
        let response = read_head(&mut connection).and_then(|mut response| {
            if method != "HEAD" {
                response.body = read_body(&mut connection, &response)?;
            }
            Ok(response)
        });
        let response = response.with_context(|| format!("answer to {method} {path}"))?;
        self.keep(connection, &response);
        Ok(response)
    }

    /// Sends a GET and hands the body over piece by piece, each read into the same buffer. The
    /// response that it gives has no body.
    ///
    /// Fails as [`Self::get`] does, and when the answer is not 200 with a length, or `look` fails.
    pub fn drain(
        &mut self,
        path: &str,
        headers: &[(String, String)],
        buffer: &mut [u8],
        mut look: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<Response> {
        let mut connection = self.send("GET", path, headers, Body::None)?;
        let response = read_head(&mut connection)?;
        ensure!(
            response.status == 200,
            "GET {path} answered {}",
            response.status
        );
        let length = response.header("content-length");
        let length: u64 = length.context("answer without a length")?.parse()?;
        let (mut body, mut left) = ((&mut connection).take(length), length);
        while left > 0 {
            let count = body.read(buffer)?;
            ensure!(
                count > 0,
                "answer ends after {} of {length} bytes",
                length - left
            );
            look(&buffer[..count])?;
            left -= count as u64;
        }
        self.keep(connection, &response);
        Ok(response)
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Body<'_>,
    ) -> Result<BufReader<TcpStream>> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        body.send(request, connection.get_mut())
            .with_context(|| format!("{method} {path}"))?;
        Ok(connection)
    }

    fn keep(&mut self, connection: BufReader<TcpStream>, response: &Response) {
        let closes = response
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if !closes {
            self.connection = Some(connection);
        }
    }

    fn connect(&self) -> Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect_timeout(&self.address, TIMEOUT)
            .with_context(|| format!("connecting to {}", self.address))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(BufReader::with_capacity(64 * 1024, stream))
    }
}

/// Reads the status and the headers of one answer.
fn read_head(reader: &mut impl BufRead) -> Result<Response> {
    let status_line = read_line(reader)?;
    let mut words = status_line.splitn(3, ' ');
    ensure!(
        words.next() == Some("HTTP/1.1"),
        "not an HTTP/1.1 answer: {status_line:?}"
    );
    let status: u16 = words
        .next()
        .and_then(|code| code.parse().ok())
        .context("answer without a status")?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').context("header without a colon")?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    Ok(Response {
        status,
        headers,
        body: Vec::new(),
    })
}

/// Reads the body of an answer (RFC 9112 §6: chunked, by length, or until the end of the
/// connection).
fn read_body(reader: &mut impl BufRead, response: &Response) -> Result<Vec<u8>> {
    if response.status == 204 || response.status == 304 {
        return Ok(Vec::new());
    }
    let chunked = response
        .header("transfer-encoding")
        .is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"));
    if chunked {
        read_chunks(reader)
    } else if let Some(length) = response.header("content-length") {
        read_exactly(reader, length.parse().context("length is no number")?)
    } else {
        let mut body = Vec::new();
        reader.take(MAX_BODY).read_to_end(&mut body)?;
        Ok(body)
    }
}

fn read_chunks(reader: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(digits, 16).context("chunk size is no number")?;
        if size == 0 {
            while !read_line(reader)?.is_empty() {}
            return Ok(body);
        }
        body.extend(read_exactly(reader, size)?);
        ensure!(
            body.len() as u64 <= MAX_BODY,
            "answer is longer than {MAX_BODY} bytes"
        );
        ensure!(
            read_line(reader)?.is_empty(),
            "chunk does not end where it says"
        );
    }
}

fn read_exactly(reader: &mut impl BufRead, length: u64) -> Result<Vec<u8>> {
    ensure!(length <= MAX_BODY, "answer is longer than {MAX_BODY} bytes");
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 == length,
        "answer ends after {} of {length} bytes",
        bytes.len()
    );
    Ok(bytes)
}

fn read_line(reader: &mut impl BufRead) -> Result<String> {
    let mut line = Vec::new();
    reader.take(64 * 1024).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        bail!("connection closed within a line");
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).context("header is not UTF-8")
}

#[cfg(test)]
mod tests;
