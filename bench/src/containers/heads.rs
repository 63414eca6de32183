//! HEAD at full speed. wrk waits for the body that a length promises, and takes a 404 for a failure.
//!
//! Each of at most two threads keeps a request under way on each of its connections and takes the
//! answers by turns, so that a request costs the client one write and one read.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::push::at_the_same_time;
use crate::publish::figures;
use crate::wrk::Figures;

/// The longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The most bytes of an answer's head.
const MAX_HEAD: usize = 8 * 1024;

/// The rate at which a server answers HEAD on so many connections, for that long after a warm-up.
///
/// Fails when an answer has another status.
pub fn run(
    address: SocketAddr,
    path: &str,
    headers: &[(String, String)],
    status: u16,
    connections: u32,
    (warm_up, limit): (Duration, Duration),
) -> Result<Figures> {
    let mut request = format!("HEAD {path} HTTP/1.1\r\nHost: {address}\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let load = Load {
        address,
        request: request.into_bytes(),
        status,
    };
    load.run(connections, warm_up)?;
    let (times, elapsed) = load.run(connections, limit)?;
    figures(times, elapsed)
}

struct Load {
    address: SocketAddr,
    request: Vec<u8>,
    status: u16,
}

impl Load {
    fn run(&self, connections: u32, limit: Duration) -> Result<(Vec<Duration>, Duration)> {
        let connections = connections as usize;
        let cores = std::thread::available_parallelism()?.get();
        let threads = cores.min(2).min(connections);
        at_the_same_time(threads, |thread| {
            let count = connections / threads + usize::from(thread < connections % threads);
            let mut streams = (0..count)
                .map(|_| self.connect())
                .collect::<Result<Vec<_>>>()?;
            Ok(move || self.by_turns(&mut streams, limit))
        })
    }

    fn by_turns(&self, streams: &mut [TcpStream], limit: Duration) -> Result<Vec<Duration>> {
        let deadline = Instant::now() + limit;
        let (mut times, mut sent) = (Vec::new(), Vec::new());
        for stream in &mut *streams {
            sent.push(Instant::now());
            stream.write_all(&self.request)?;
        }
        loop {
            let last = Instant::now() >= deadline;
            for (stream, sent) in streams.iter_mut().zip(&mut sent) {
                self.answer(stream)?;
                let now = Instant::now();
                times.push(now - *sent);
                if !last {
                    *sent = now;
                    stream.write_all(&self.request)?;
                }
            }
            if last {
                return Ok(times);
            }
        }
    }

    fn answer(&self, stream: &mut impl Read) -> Result<()> {
        let mut head = [0; MAX_HEAD];
        let mut length = 0;
        loop {
            let count = stream.read(&mut head[length..])?;
            ensure!(count > 0, "connection closed within an answer to HEAD");
            length += count;
            let status = status_of(&head[..length])?;
            if let Some(status) = status {
                ensure!(
                    status == self.status,
                    "HEAD answered {status} instead of {}",
                    self.status
                );
                return Ok(());
            }
        }
    }

    fn connect(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect_timeout(&self.address, TIMEOUT)
            .with_context(|| format!("connecting to {}", self.address))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(stream)
    }
}

/// The status of an answer to HEAD once it is whole. Only one is ever under way on a connection, so
/// it ends where the bytes do.
fn status_of(head: &[u8]) -> Result<Option<u16>> {
    if !head.ends_with(b"\r\n\r\n") {
        ensure!(
            head.len() < MAX_HEAD,
            "the head is longer than {MAX_HEAD} bytes"
        );
        return Ok(None);
    }
    let text = head
        .strip_prefix(b"HTTP/1.1 ")
        .and_then(|rest| rest.get(..3));
    let status = text.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    match status {
        Some(status) => Ok(Some(status)),
        None => bail!("not an HTTP/1.1 answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_HEAD, status_of};

    #[test]
    fn a_status_counts_once_the_head_is_whole() {
        let head = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n";
        assert_eq!(status_of(&head[..20]).unwrap(), None);
        assert_eq!(status_of(&head[..head.len() - 2]).unwrap(), None);
        assert_eq!(status_of(head).unwrap(), Some(404));
        assert!(status_of(b"SSH-2.0\r\n\r\n").is_err());
        assert!(status_of(&[b'x'; MAX_HEAD]).is_err());
    }
}
