//! What is sent with a request: nothing, bytes, or more bytes than memory holds.

use std::io::{IoSlice, Write};

use anyhow::{Result, ensure};

/// Bytes of one chunk of a body whose length is not said, as Go's HTTP client sends them.
const CHUNK: usize = 32 * 1024;

/// Bytes that come piece by piece, the same ones each time.
pub trait Source: Sync {
    /// How many there are.
    fn size(&self) -> u64;

    /// Hands all of them over, in order, and stops at the first error.
    fn feed(&self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()>;
}

/// The body of a request.
pub enum Body<'a> {
    /// None; anything but GET and HEAD says that its length is 0.
    None,
    /// These bytes of that content type.
    Bytes(&'a str, &'a [u8]),
    /// All of a source, its length said before (RFC 9112 §6.2).
    Whole(&'a dyn Source),
    /// All of a source in chunks, its length not said (RFC 9112 §7.1).
    Chunked(&'a dyn Source),
}

impl Body<'_> {
    /// Completes the head, and writes it and the body.
    ///
    /// `head` holds the request line and every header that does not tell of the body. Fails when
    /// writing does.
    pub fn send(&self, mut head: String, connection: &mut impl Write) -> Result<()> {
        const OCTETS: &str = "Content-Type: application/octet-stream\r\n";
        match self {
            Self::None => {
                if !head.starts_with("GET ") && !head.starts_with("HEAD ") {
                    head.push_str("Content-Length: 0\r\n");
                }
                head.push_str("\r\n");
                connection.write_all(head.as_bytes())?;
            }
            Self::Bytes(kind, bytes) => {
                let length = bytes.len();
                head.push_str(&format!(
                    "Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
                ));
                let mut request = head.into_bytes();
                request.extend_from_slice(bytes);
                connection.write_all(&request)?;
            }
            Self::Whole(source) => {
                let length = source.size();
                head.push_str(&format!("{OCTETS}Content-Length: {length}\r\n\r\n"));
                connection.write_all(head.as_bytes())?;
                source.feed(&mut |piece| Ok(connection.write_all(piece)?))?;
            }
            Self::Chunked(source) => {
                head.push_str(&format!("{OCTETS}Transfer-Encoding: chunked\r\n\r\n"));
                connection.write_all(head.as_bytes())?;
                source.feed(&mut |piece| {
                    let mut chunks = piece.chunks(CHUNK);
                    chunks.try_for_each(|chunk| write_chunk(connection, chunk))
                })?;
                connection.write_all(b"0\r\n\r\n")?;
            }
        }
        Ok(())
    }
}

/// Writes size, bytes and end of a chunk with one call where the connection takes them at once.
fn write_chunk(connection: &mut impl Write, chunk: &[u8]) -> Result<()> {
    let size = format!("{:x}\r\n", chunk.len());
    let mut parts = [size.as_bytes(), chunk, b"\r\n"].map(IoSlice::new);
    let mut left = &mut parts[..];
    while !left.is_empty() {
        let written = connection.write_vectored(left)?;
        ensure!(written > 0, "the connection takes no more bytes");
        IoSlice::advance_slices(&mut left, written);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::{Body, CHUNK, Source};

    struct Pieces(Vec<Vec<u8>>);

    impl Source for Pieces {
        fn size(&self) -> u64 {
            self.0.iter().map(|piece| piece.len() as u64).sum()
        }

        fn feed(&self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
            self.0.iter().try_for_each(|piece| sink(piece))
        }
    }

    fn sent(head: &str, body: &Body<'_>) -> String {
        let mut bytes = Vec::new();
        body.send(head.to_owned(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_reads_go_without_a_length() {
        let get = "GET / HTTP/1.1\r\n";
        assert_eq!(sent(get, &Body::None), format!("{get}\r\n"));
        let post = "POST / HTTP/1.1\r\n";
        let expected = format!("{post}Content-Length: 0\r\n\r\n");
        assert_eq!(sent(post, &Body::None), expected);
        let put = sent(post, &Body::Bytes("text/plain", b"abc"));
        assert!(
            put.ends_with("Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"),
            "{put}"
        );
    }

    #[test]
    fn a_source_is_sent_whole_or_in_chunks() {
        let source = Pieces(vec![b"abc".to_vec(), vec![b'x'; CHUNK + 1]]);
        let whole = sent("PUT / HTTP/1.1\r\n", &Body::Whole(&source));
        assert!(
            whole.contains(&format!("Content-Length: {}\r\n\r\nabcxxx", CHUNK + 4)),
            "{}",
            &whole[..200]
        );
        let chunked = sent("PATCH / HTTP/1.1\r\n", &Body::Chunked(&source));
        let begin = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n8000\r\nxxx";
        assert!(chunked.contains(begin), "{}", &chunked[..200]);
        assert!(chunked.ends_with("x\r\n1\r\nx\r\n0\r\n\r\n"));
    }
}
