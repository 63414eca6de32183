//! Requests byte by byte: for bodies that end too soon, and for addresses that ordinary clients
//! clean up.

use packhouse_testkit::app::TestApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to the server.
pub struct Connection {
    stream: TcpStream,
    host: String,
}

impl Connection {
    pub async fn open(app: &TestApp) -> Self {
        let rest = app.base.strip_prefix("http://").unwrap();
        let host = rest.split('/').next().unwrap().to_owned();
        Self {
            stream: TcpStream::connect(&host).await.unwrap(),
            host,
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

    /// Sends a piece of a body that comes in pieces.
    pub async fn piece(&mut self, bytes: &[u8]) {
        let head = format!("{:x}\r\n", bytes.len());
        self.body(&[head.as_bytes(), bytes, b"\r\n"].concat()).await;
    }

    /// Reads all that comes until the server ends the connection, which the request asked for.
    pub async fn answer(mut self) -> (u16, String) {
        let mut all = Vec::new();
        self.stream.read_to_end(&mut all).await.unwrap();
        let text = String::from_utf8_lossy(&all).into_owned();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        (status, text)
    }
}
