//! A port that passes on what clients send to a server, and writes down what both say.

use std::sync::{Arc, Mutex, PoisonError};

use crate::http::{Request, Response};
use crate::recorder::{Recorder, Reply, Seen};

/// What belongs to one connection, not to what is said over it.
const HOPS: [&str; 5] = [
    "Connection",
    "Content-Length",
    "Expect",
    "Keep-Alive",
    "Transfer-Encoding",
];

/// A port of 127.0.0.1 that leads to a server, until the test binary ends.
#[derive(Debug)]
pub struct Tap {
    recorder: Recorder,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What the client sent.
    pub request: Seen,
    /// What the server answered.
    pub answer: Response,
}

impl Exchange {
    /// Gives method, target without query and status: `GET /versions 200`. Of a target that begins
    /// with `base`, only the rest.
    pub fn line(&self, base: &str) -> String {
        let target = self.request.target.split('?').next().unwrap_or_default();
        let target = target.strip_prefix(base).unwrap_or(target);
        format!("{} {target} {}", self.request.method, self.answer.status)
    }
}

impl Tap {
    /// Takes a port that leads to `origin`, `http://127.0.0.1:PORT`.
    pub fn before(origin: &str) -> Self {
        let (server, exchanges) = (origin.to_owned(), Arc::new(Mutex::new(Vec::new())));
        let kept = Arc::clone(&exchanges);
        let recorder = Recorder::start(move |_, seen| {
            let Ok(answer) = passed_on(&server, seen).try_send() else {
                return Reply::status(502);
            };
            let reply = reply(seen, &answer);
            let exchange = Exchange {
                request: seen.clone(),
                answer,
            };
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(exchange);
            reply
        });
        Self {
            recorder,
            exchanges,
        }
    }

    /// Gives its address, without a slash at the end.
    pub fn origin(&self) -> &str {
        self.recorder.origin()
    }

    /// Takes what was said until now, in the order of the answers.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(
            &mut *self
                .exchanges
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

fn belongs_to_connection(name: &str) -> bool {
    HOPS.iter().any(|hop| hop.eq_ignore_ascii_case(name))
}

fn passed_on(server: &str, seen: &Seen) -> Request {
    let mut request = Request::new(&seen.method, &format!("{server}{}", seen.target));
    for (name, value) in seen.headers() {
        if name.eq_ignore_ascii_case("Host") {
            request = request.host(value);
        } else if !belongs_to_connection(name) {
            request = request.header(name, value);
        }
    }
    request.body(seen.body.clone())
}

fn reply(seen: &Seen, answer: &Response) -> Reply {
    let mut reply = Reply::status(answer.status).content(answer.body.clone());
    for (name, value) in answer.all_headers() {
        // The length of an answer to HEAD is that of a body which is not sent.
        let told = seen.method == "HEAD" && name.eq_ignore_ascii_case("Content-Length");
        if told || !belongs_to_connection(name) {
            reply = reply.header(name, value);
        }
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::Tap;
    use crate::http::Request;
    use crate::recorder::{Recorder, Reply};

    #[test]
    fn both_sides_are_passed_on_and_written_down() {
        let server = Recorder::start(|_, seen| {
            let told = seen.header("X-Told").to_owned();
            Reply::body("text/plain", seen.body.clone()).header("X-Heard", &told)
        });
        let tap = Tap::before(server.origin());
        let url = format!("{}/a/b?c=d", tap.origin());
        let request = Request::new("DELETE", &url).header("X-Told", "yes");
        let answer = request.body(b"abc".to_vec()).send().expect(200);
        assert_eq!(
            (answer.text().as_str(), answer.header("X-Heard")),
            ("abc", "yes")
        );
        let said = tap.take();
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].line("/a"), "DELETE /b 200");
        assert_eq!(said[0].answer.body, b"abc");
        assert_eq!(server.take()[0].line(), "DELETE /a/b?c=d HTTP/1.1");
    }

    #[test]
    fn the_length_of_what_head_does_not_send_is_told() {
        let server = Recorder::start(|_, _| Reply::body("text/plain", "12345"));
        let tap = Tap::before(server.origin());
        let answer = Request::new("HEAD", tap.origin()).send().expect(200);
        assert_eq!(
            (answer.header("Content-Length"), answer.body.len()),
            ("5", 0)
        );
    }
}
