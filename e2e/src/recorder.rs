//! A small HTTP server that writes down what clients send, byte for byte.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A port of 127.0.0.1 that answers as it is told, until the test binary ends.
#[derive(Debug)]
pub struct Recorder {
    origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// `HTTP/1.0` or `HTTP/1.1`.
    pub protocol: String,
    headers: Vec<(String, String)>,
    /// The body, without transfer coding.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// Answers with a status and nothing else.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Answers 200 with a body of the type `kind`.
    pub fn body(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::status(200).header("Content-Type", kind).content(body)
    }

    /// Adds a body.
    pub fn content(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Seen {
    /// Gives the first header `name`, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// Gives every header, name and value, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Gives method, target and protocol: `GET /index.json HTTP/1.1`.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.method, self.target, self.protocol)
    }
}

/// Shows the head as it came; of the body its length.
impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.line())?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        writeln!(f, "({} bytes)", self.body.len())
    }
}

impl Recorder {
    /// Takes a port and answers each request with what `reply` makes of the server's own origin
    /// (`http://127.0.0.1:PORT`) and the request.
    pub fn start(reply: impl Fn(&str, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let address = listener.local_addr();
        let origin = format!("http://{}", address.expect("it has an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let recorder = Self {
            origin: origin.clone(),
            seen: Arc::clone(&seen),
        };
        let reply = Arc::new(reply);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (origin, seen, reply) = (origin.clone(), Arc::clone(&seen), Arc::clone(&reply));
                // A client may leave at any time; what it did not send is not written down.
                thread::spawn(move || serve(&client, &seen, |seen| reply(&origin, seen)));
            }
        });
        recorder
    }

    /// Gives its address, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Takes what was sent until now, in the order in which it was whole.
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn serve(
    client: &TcpStream,
    seen: &Mutex<Vec<Seen>>,
    reply: impl Fn(&Seen) -> Reply,
) -> Result<()> {
    let mut input = BufReader::new(client.try_clone()?);
    while let Some(request) = read_request(&mut input, client)? {
        let Reply {
            status,
            headers,
            body,
        } = reply(&request);
        let stays = request.protocol == "HTTP/1.1"
            && !request.header("Connection").eq_ignore_ascii_case("close");
        let mut head = format!("HTTP/1.1 {status} Recorded\r\n");
        let sized = |(name, _): &(String, String)| name.eq_ignore_ascii_case("Content-Length");
        if !headers.iter().any(sized) {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += if stays {
            "\r\n"
        } else {
            "Connection: close\r\n\r\n"
        };
        let mut answer = head.into_bytes();
        if request.method != "HEAD" {
            answer.extend(body);
        }
        // Written down first: a client that has its answer has been seen.
        seen.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        (&*client).write_all(&answer)?;
        if !stays {
            break;
        }
    }
    Ok(())
}

/// Reads a request, `None` when there is no other.
fn read_request(input: &mut BufReader<TcpStream>, mut client: &TcpStream) -> Result<Option<Seen>> {
    let first = read_line(input)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(target), Some(protocol)) = (words.next(), words.next(), words.next())
    else {
        return Ok(None);
    };
    let mut headers = Vec::new();
    loop {
        let line = read_line(input)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut seen = Seen {
        method,
        target,
        protocol,
        headers,
        body: Vec::new(),
    };
    if seen.header("Expect").eq_ignore_ascii_case("100-continue") {
        client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    seen.body = if seen
        .header("Transfer-Encoding")
        .eq_ignore_ascii_case("chunked")
    {
        read_chunks(input)?
    } else {
        let length = seen.header("Content-Length").parse().unwrap_or(0);
        let mut body = vec![0; length];
        input.read_exact(&mut body)?;
        body
    };
    Ok(Some(seen))
}

fn read_chunks(input: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(input)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else {
            return Err(std::io::ErrorKind::InvalidData.into());
        };
        let mut chunk = vec![0; size];
        input.read_exact(&mut chunk)?;
        body.extend(chunk);
        // After a chunk, and after the trailers (which nobody sends), comes an empty line.
        read_line(input)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// Reads a line without its end, empty when there is none.
fn read_line(input: &mut impl BufRead) -> Result<String> {
    let mut line = Vec::new();
    input.read_until(b'\n', &mut line)?;
    let line = String::from_utf8_lossy(&line);
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Recorder, Reply};
    use crate::http::Request;

    #[test]
    fn chunks_and_lengths_are_read() {
        let recorder = Recorder::start(|origin, seen| match seen.method.as_str() {
            "GET" => Reply::body("text/plain", origin),
            _ => Reply::status(201).header("X-Seen", &seen.body.len().to_string()),
        });
        let url = format!("{}/a/?b=c", recorder.origin());
        let told = Request::get(&url).send().expect(200).text();
        assert_eq!(told, recorder.origin());
        let pieces = [b"abc".to_vec(), b"de".to_vec()].into_iter();
        let (answer, _) = Request::put(&url).stream_chunked(pieces);
        assert_eq!((answer.status, answer.header("X-Seen")), (201, "5"));
        let answer = Request::put(&url).body(b"abcd".to_vec()).send();
        assert_eq!(answer.header("X-Seen"), "4");
        let seen = recorder.take();
        assert_eq!(seen[0].line(), "GET /a/?b=c HTTP/1.1");
        assert_eq!(seen[1].body, b"abcde");
        assert_eq!(seen[2].header("content-length"), "4");
        assert!(recorder.take().is_empty());
    }
}
