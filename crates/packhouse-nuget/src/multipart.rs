//! The body of a push: the bytes of a package, bare or as the first part of a form (NuGet notes §6).
//!
//! Clients write forms that no strict reader takes: names without quotes, no line end after the last
//! boundary, a bare line feed before it. So the part ends where the boundary begins a line, and the
//! carriage return before that belongs to the boundary only when it is there.

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use memchr::memmem;

/// The longest boundary, in bytes (RFC 2046 §5.1.1 has 70).
const MAX_BOUNDARY: usize = 200;
/// How long the headers of a part may be, and what stands before the first.
const MAX_HEADERS: usize = 16 * 1024;

/// Reports a body that is no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// The header names no boundary, or an impossible one.
    #[error("the Content-Type of the form names no boundary: send one, or the bare package")]
    Boundary,
    /// There is no first part within reason.
    #[error("the form does not begin with its boundary and a part")]
    Beginning,
    /// The body ended within the part.
    #[error("the form ended before its last boundary: send it again")]
    Cut,
}

/// Reads the first part of a form, piece by piece; or a bare body.
#[derive(Debug)]
pub struct Body {
    state: State,
    /// `--BOUNDARY`.
    delimiter: Vec<u8>,
    held: Vec<u8>,
    /// Whether what is held begins with the line feed that was put before the content.
    padded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Bare,
    Preamble,
    Headers,
    Content,
    Done,
}

impl Body {
    /// Begins to read the body of a request with these headers.
    ///
    /// # Errors
    /// When it is a form without a boundary.
    pub fn of(headers: &HeaderMap) -> Result<Self, MultipartError> {
        let kind = headers.get(CONTENT_TYPE);
        let kind = kind.map(|value| String::from_utf8_lossy(value.as_bytes()));
        match kind.as_deref().map(boundary) {
            None | Some(None) => Ok(Self::new(State::Bare, Vec::new())),
            Some(Some(boundary)) => {
                let boundary = boundary?;
                Ok(Self::new(
                    State::Preamble,
                    format!("--{boundary}").into_bytes(),
                ))
            }
        }
    }

    fn new(state: State, delimiter: Vec<u8>) -> Self {
        Self {
            state,
            delimiter,
            held: Vec::new(),
            padded: false,
        }
    }

    /// Takes a piece of the body and adds what of it belongs to the package.
    ///
    /// # Errors
    /// When it does not begin as a form.
    pub fn feed(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), MultipartError> {
        match self.state {
            State::Bare => {
                out.extend_from_slice(piece);
                return Ok(());
            }
            State::Done => return Ok(()),
            _ => self.held.extend_from_slice(piece),
        }
        if self.state == State::Preamble && !self.skip_to_headers()? {
            return Ok(());
        }
        if self.state == State::Headers && !self.skip_headers()? {
            return Ok(());
        }
        self.take_content(out);
        Ok(())
    }

    /// Ends reading.
    ///
    /// # Errors
    /// When the form has not ended.
    pub fn finish(self) -> Result<(), MultipartError> {
        match self.state {
            State::Bare | State::Done => Ok(()),
            State::Preamble if self.held.is_empty() => Ok(()),
            _ => Err(MultipartError::Cut),
        }
    }

    /// Drops everything up to the end of the line of the first boundary.
    fn skip_to_headers(&mut self) -> Result<bool, MultipartError> {
        let found = memmem::find(&self.held, &self.delimiter);
        let line = found.and_then(|at| {
            let from = at + self.delimiter.len();
            memchr::memchr(b'\n', &self.held[from..]).map(|end| from + end)
        });
        match line {
            Some(end) => {
                // The line feed stays: headers may be none at all.
                self.held.drain(..end);
                self.state = State::Headers;
                Ok(true)
            }
            None if self.held.len() > MAX_HEADERS => Err(MultipartError::Beginning),
            None => Ok(false),
        }
    }

    /// Drops the headers and the empty line after them.
    fn skip_headers(&mut self) -> Result<bool, MultipartError> {
        let ends = [&b"\n\r\n"[..], &b"\n\n"[..]];
        let end = ends
            .iter()
            .filter_map(|end| memmem::find(&self.held, end).map(|at| at + end.len()))
            .min();
        match end {
            Some(end) => {
                self.held.drain(..end);
                // So that an empty part ends with its boundary as any other does.
                self.held.insert(0, b'\n');
                self.padded = true;
                self.state = State::Content;
                Ok(true)
            }
            None if self.held.len() > MAX_HEADERS => Err(MultipartError::Beginning),
            None => Ok(false),
        }
    }

    fn take_content(&mut self, out: &mut Vec<u8>) {
        let mut end = Vec::with_capacity(self.delimiter.len() + 1);
        end.push(b'\n');
        end.extend_from_slice(&self.delimiter);
        if let Some(at) = memmem::find(&self.held, &end) {
            let upto = match at.checked_sub(1).map(|before| self.held[before]) {
                Some(b'\r') => at - 1,
                _ => at,
            };
            self.emit(upto, out);
            self.state = State::Done;
            self.held = Vec::new();
            return;
        }
        // The last bytes may be the beginning of the end.
        let keep = end.len() + 1;
        if self.held.len() > keep {
            self.emit(self.held.len() - keep, out);
        }
    }

    fn emit(&mut self, upto: usize, out: &mut Vec<u8>) {
        let from = usize::from(self.padded).min(upto);
        self.padded &= from == 0;
        out.extend_from_slice(&self.held[from..upto]);
        self.held.drain(..upto);
    }
}

/// Reads the boundary of a form; `None` for what is no form.
fn boundary(kind: &str) -> Option<Result<String, MultipartError>> {
    let (name, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let name = name.trim().to_ascii_lowercase();
    if !name.starts_with("multipart/") {
        return None;
    }
    let found = parameters.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"').to_owned())
    });
    let usable = |text: &String| !text.is_empty() && text.len() <= MAX_BOUNDARY;
    Some(found.filter(usable).ok_or(MultipartError::Boundary))
}

#[cfg(test)]
mod tests;
