//! The scanner: follows the nesting of a document and diverts its attachments.

use memchr::memchr2;
use serde_json::{Map, Value};

use super::base64_stream::Base64Stream;
use super::claims::{attachment_info, json_text, provenance_text, shape};
use super::{BodyError, BodyLimits, MAX_ATTACHMENTS, MAX_DEPTH, MAX_PROVENANCE, PublishDocument};
use crate::name::cut;

/// Reads a body piece by piece. After an error it must not be fed again.
#[derive(Debug)]
pub struct PublishBody {
    limits: BodyLimits,
    /// The document with the data of its attachments emptied.
    outside: Vec<u8>,
    /// Bytes read before the current piece.
    offset: u64,
    /// The open brackets.
    stack: Vec<u8>,
    state: State,
    /// The next string is a key of the innermost object.
    key_next: bool,
    /// The outer object was closed.
    closed: bool,
    /// Inside the value of the top-level key `_attachments`.
    attachments: Option<Attachments>,
    seen_attachments: bool,
    tarball: Option<(String, Base64Stream)>,
    provenance: Option<(String, Vec<u8>)>,
}

/// Where in `_attachments` the scanner is.
#[derive(Debug, Default)]
struct Attachments {
    /// The keys so far; the last one is open.
    keys: Vec<String>,
    /// The member of the open attachment whose value comes next.
    member: String,
    /// `content_type` of the open attachment, when it came before the data.
    content_type: Option<String>,
    seen_data: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Outside strings.
    Between,
    /// Inside a string.
    Text(Role),
    /// Inside a string, after a backslash.
    Escape(Role),
    /// Inside the tarball's string, after `\u` and so many digits.
    Unicode { digits: u8, value: u32 },
}

/// What becomes of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A key that begins at this offset of `outside`.
    Key(usize),
    /// A value that begins there and is kept.
    Value(usize),
    /// Base64.
    Tarball,
    /// The text of a bundle.
    Provenance,
}

impl PublishBody {
    /// Begins to read a body.
    pub fn new(limits: BodyLimits) -> Self {
        Self {
            limits,
            outside: Vec::new(),
            offset: 0,
            stack: Vec::new(),
            state: State::Between,
            key_next: false,
            closed: false,
            attachments: None,
            seen_attachments: false,
            tarball: None,
            provenance: None,
        }
    }

    /// Reads the next piece; appends what it holds of the tarball, decoded, to `tarball`, which
    /// grows by at most three quarters of the piece.
    ///
    /// # Errors
    /// When the body can be no publish document, or a limit is passed.
    pub fn feed(&mut self, piece: &[u8], tarball: &mut Vec<u8>) -> Result<(), BodyError> {
        let mut at = 0;
        while at < piece.len() {
            at = match self.state {
                State::Between => self.between(piece, at)?,
                State::Text(role) => self.text(piece, at, role, tarball)?,
                State::Escape(role) => self.escape(piece, at, role, tarball)?,
                State::Unicode { digits, value } => {
                    self.unicode(piece[at], digits, value, tarball)?;
                    at + 1
                }
            };
        }
        self.offset += piece.len() as u64;
        Ok(())
    }

    /// Ends the body and gives the document.
    ///
    /// # Errors
    /// When the document is not complete, is not JSON, or its attachments have another shape.
    pub fn finish(self) -> Result<PublishDocument, BodyError> {
        if !self.closed || self.state != State::Between {
            return Err(BodyError::Truncated);
        }
        let mut document: Map<String, Value> =
            serde_json::from_slice(&self.outside).map_err(BodyError::Json)?;
        drop(self.outside);
        let claims = match document.shift_remove("_attachments") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(claims)) => claims,
            Some(_) => return Err(shape("_attachments")),
        };
        for (key, claim) in &claims {
            if claim.get("data").is_none_or(|data| !data.is_string()) {
                return Err(shape(key));
            }
        }
        let tarball = self
            .tarball
            .map(|(key, stream)| attachment_info(key, &stream, &claims))
            .transpose()?;
        let provenance = self
            .provenance
            .map(|(key, raw)| provenance_text(&key, raw, &claims))
            .transpose()?;
        Ok(PublishDocument {
            document,
            tarball,
            provenance,
        })
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), BodyError> {
        let held = self.provenance.as_ref().map_or(0, |(_, raw)| raw.len());
        let limit = self.limits.outside_attachments;
        if (self.outside.len() + held + bytes.len()) as u64 > limit {
            return Err(BodyError::TooLarge { limit });
        }
        self.outside.extend_from_slice(bytes);
        Ok(())
    }

    /// Handles one byte outside strings.
    fn between(&mut self, piece: &[u8], at: usize) -> Result<usize, BodyError> {
        let byte = piece[at];
        let offset = self.offset + at as u64;
        if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            self.keep(&[byte])?;
            return Ok(at + 1);
        }
        if self.closed {
            return Err(BodyError::TrailingData { offset });
        }
        if self.stack.is_empty() && byte != b'{' {
            return Err(BodyError::NotAnObject);
        }
        self.keep(&[byte])?;
        match byte {
            b'"' => self.begin_string()?,
            b'{' | b'[' => self.open(byte)?,
            b'}' | b']' => self.close(byte, offset)?,
            b',' => self.key_next = self.stack.last() == Some(&b'{'),
            _ => {}
        }
        Ok(at + 1)
    }

    fn open(&mut self, byte: u8) -> Result<(), BodyError> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(BodyError::TooDeep);
        }
        self.stack.push(byte);
        self.key_next = byte == b'{';
        Ok(())
    }

    fn close(&mut self, byte: u8, offset: u64) -> Result<(), BodyError> {
        let opener = if byte == b'}' { b'{' } else { b'[' };
        if self.stack.pop() != Some(opener) {
            return Err(BodyError::Bracket { offset });
        }
        self.key_next = false;
        self.closed = self.stack.is_empty();
        Ok(())
    }

    fn begin_string(&mut self) -> Result<(), BodyError> {
        let start = self.outside.len();
        self.state = State::Text(if self.key_next {
            Role::Key(start)
        } else {
            self.value_role(start)?
        });
        Ok(())
    }

    /// Decides what a string that is a value is for.
    fn value_role(&mut self, start: usize) -> Result<Role, BodyError> {
        let in_attachment = self.stack == b"{{{";
        let Some(attachments) = self.attachments.as_mut().filter(|_| in_attachment) else {
            return Ok(Role::Value(start));
        };
        if attachments.member != "data" {
            return Ok(Role::Value(start));
        }
        let key = attachments.keys.last().cloned().unwrap_or_default();
        if std::mem::replace(&mut attachments.seen_data, true) {
            return Err(BodyError::DuplicateKey("data".to_owned()));
        }
        let is_bundle = match key.rsplit_once('.').map(|(_, extension)| extension) {
            Some("tgz") => false,
            Some("sigstore") => true,
            _ => match attachments.content_type.as_deref() {
                Some("application/octet-stream") => false,
                Some(other) if other.contains("sigstore") => true,
                _ => return Err(BodyError::UnknownAttachment { key: cut(&key) }),
            },
        };
        let taken = match is_bundle {
            true => self.provenance.is_some(),
            false => self.tarball.is_some(),
        };
        if taken {
            return Err(BodyError::TooManyAttachments { key: cut(&key) });
        }
        if is_bundle {
            self.provenance = Some((key, Vec::new()));
            return Ok(Role::Provenance);
        }
        self.tarball = Some((key, Base64Stream::default()));
        Ok(Role::Tarball)
    }

    /// Handles the run up to the next quote or backslash.
    fn text(
        &mut self,
        piece: &[u8],
        at: usize,
        role: Role,
        tarball: &mut Vec<u8>,
    ) -> Result<usize, BodyError> {
        let rest = &piece[at..];
        let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        self.take(&rest[..length], role, tarball)?;
        match rest.get(length) {
            None => return Ok(piece.len()),
            Some(b'"') => {
                self.end_string(role)?;
                self.keep(b"\"")?;
                self.state = State::Between;
            }
            Some(_) => {
                if role != Role::Tarball {
                    self.take(b"\\", role, tarball)?;
                }
                self.state = State::Escape(role);
            }
        }
        Ok(at + length + 1)
    }

    /// Puts a piece of a string where it belongs.
    fn take(&mut self, run: &[u8], role: Role, tarball: &mut Vec<u8>) -> Result<(), BodyError> {
        match role {
            Role::Key(_) | Role::Value(_) => self.keep(run),
            Role::Tarball => match &mut self.tarball {
                Some((key, stream)) => stream
                    .feed(run, tarball)
                    .map_err(|error| BodyError::base64(key, error)),
                None => Ok(()),
            },
            Role::Provenance => {
                let limit = self.limits.outside_attachments;
                let Some((_, raw)) = &mut self.provenance else {
                    return Ok(());
                };
                let length = (raw.len() + run.len()) as u64;
                if length > MAX_PROVENANCE {
                    return Err(BodyError::ProvenanceTooLarge);
                }
                if self.outside.len() as u64 + length > limit {
                    return Err(BodyError::TooLarge { limit });
                }
                raw.extend_from_slice(run);
                Ok(())
            }
        }
    }

    /// Handles the byte after a backslash. Where text is kept raw nothing needs to be decoded: the
    /// hex digits of `\u` hold neither quotes nor backslashes.
    fn escape(
        &mut self,
        piece: &[u8],
        at: usize,
        role: Role,
        tarball: &mut Vec<u8>,
    ) -> Result<usize, BodyError> {
        let byte = piece[at];
        self.state = State::Text(role);
        if role != Role::Tarball {
            self.take(&[byte], role, tarball)?;
        } else if byte == b'u' {
            self.state = State::Unicode {
                digits: 0,
                value: 0,
            };
        } else {
            // Only `\/` gives a base64 character; a backslash gives the error its right place.
            let decoded = if byte == b'/' { b'/' } else { b'\\' };
            self.take(&[decoded], role, tarball)?;
        }
        Ok(at + 1)
    }

    fn unicode(
        &mut self,
        byte: u8,
        digits: u8,
        value: u32,
        tarball: &mut Vec<u8>,
    ) -> Result<(), BodyError> {
        let Some(digit) = char::from(byte).to_digit(16) else {
            self.state = State::Text(Role::Tarball);
            return self.take(b"\\", Role::Tarball, tarball);
        };
        let value = value << 4 | digit;
        if digits < 3 {
            self.state = State::Unicode {
                digits: digits + 1,
                value,
            };
            return Ok(());
        }
        self.state = State::Text(Role::Tarball);
        let decoded = u8::try_from(value).ok().filter(u8::is_ascii);
        self.take(&[decoded.unwrap_or(b'\\')], Role::Tarball, tarball)
    }

    fn end_string(&mut self, role: Role) -> Result<(), BodyError> {
        match role {
            Role::Key(start) => {
                self.key_next = false;
                if self.stack.len() <= 3 && self.stack.iter().all(|open| *open == b'{') {
                    let key = self.kept_text(start)?;
                    self.end_key(key)?;
                }
            }
            Role::Value(start) => {
                let wanted = self
                    .attachments
                    .as_ref()
                    .is_some_and(|a| a.member == "content_type");
                if wanted && self.stack == b"{{{" {
                    let text = self.kept_text(start)?;
                    if let Some(attachments) = &mut self.attachments {
                        attachments.content_type = Some(text);
                    }
                }
            }
            Role::Tarball => {
                if let Some((key, stream)) = &self.tarball {
                    stream
                        .finish()
                        .map_err(|error| BodyError::base64(key, error))?;
                }
            }
            Role::Provenance => {}
        }
        Ok(())
    }

    fn end_key(&mut self, key: String) -> Result<(), BodyError> {
        match (self.stack.len(), &mut self.attachments) {
            (1, attachments) => {
                *attachments = None;
                if key == "_attachments" {
                    if std::mem::replace(&mut self.seen_attachments, true) {
                        return Err(BodyError::DuplicateKey(key));
                    }
                    *attachments = Some(Attachments::default());
                }
            }
            (2, Some(attachments)) => {
                if attachments.keys.contains(&key) {
                    return Err(BodyError::DuplicateKey(cut(&key)));
                }
                if attachments.keys.len() >= MAX_ATTACHMENTS {
                    return Err(BodyError::TooManyAttachments { key: cut(&key) });
                }
                attachments.keys.push(key);
                attachments.member.clear();
                attachments.content_type = None;
                attachments.seen_data = false;
            }
            (3, Some(attachments)) => {
                if key == "content_type" && attachments.content_type.is_some() {
                    return Err(BodyError::DuplicateKey(key));
                }
                if key == "data" && attachments.seen_data {
                    return Err(BodyError::DuplicateKey(key));
                }
                attachments.member = key;
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads the string that was kept from `start` on.
    fn kept_text(&self, start: usize) -> Result<String, BodyError> {
        json_text(self.outside[start..].to_vec())
    }
}
