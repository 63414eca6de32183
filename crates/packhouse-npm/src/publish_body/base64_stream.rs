//! Base64 in pieces of any length.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};

/// Reports a character that cannot stand where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Base64Error {
    /// Characters before it.
    pub offset: u64,
}

/// Decodes the standard alphabet with padding; holds at most three characters back.
#[derive(Debug, Default)]
pub(super) struct Base64Stream {
    carry: [u8; 4],
    carried: usize,
    /// Characters seen.
    seen: u64,
    /// Bytes given out.
    decoded: u64,
    padded: bool,
}

impl Base64Stream {
    /// Decodes a piece and appends its bytes to `out`.
    pub(super) fn feed(&mut self, mut piece: &[u8], out: &mut Vec<u8>) -> Result<(), Base64Error> {
        if self.carried > 0 {
            let take = piece.len().min(4 - self.carried);
            let (head, rest) = piece.split_at(take);
            self.carry[self.carried..self.carried + take].copy_from_slice(head);
            self.carried += take;
            piece = rest;
            if self.carried < 4 {
                return Ok(());
            }
            self.carried = 0;
            let quartet = self.carry;
            self.decode(&quartet, out)?;
        }
        let whole = piece.len() - piece.len() % 4;
        let (run, rest) = piece.split_at(whole);
        self.decode(run, out)?;
        self.carry[..rest.len()].copy_from_slice(rest);
        self.carried = rest.len();
        Ok(())
    }

    /// Checks that nothing is left over, and gives the number of bytes that came out.
    pub(super) fn finish(&self) -> Result<u64, Base64Error> {
        match self.carried {
            0 => Ok(self.decoded),
            _ => Err(Base64Error { offset: self.seen }),
        }
    }

    fn decode(&mut self, run: &[u8], out: &mut Vec<u8>) -> Result<(), Base64Error> {
        if run.is_empty() {
            return Ok(());
        }
        if self.padded {
            return Err(Base64Error { offset: self.seen });
        }
        let before = out.len();
        STANDARD
            .decode_vec(run, out)
            .map_err(|_| self.first_error(run))?;
        self.decoded += (out.len() - before) as u64;
        self.seen += run.len() as u64;
        self.padded = run.ends_with(b"=");
        Ok(())
    }

    /// Finds the first error of a run group by group, so that its place does not depend on how
    /// the text was cut into runs.
    fn first_error(&self, run: &[u8]) -> Base64Error {
        let mut before = 0;
        let mut padded = false;
        for group in run.chunks(4) {
            let inside = match STANDARD.decode(group) {
                _ if padded => 0,
                Ok(_) => {
                    padded = group.ends_with(b"=");
                    before += group.len();
                    continue;
                }
                Err(DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _)) => at,
                Err(DecodeError::InvalidLength(_) | DecodeError::InvalidPadding) => 0,
            };
            before += inside;
            break;
        }
        Base64Error {
            offset: self.seen + before as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(pieces: &[&str]) -> Result<Vec<u8>, u64> {
        let mut stream = Base64Stream::default();
        let mut out = Vec::new();
        for piece in pieces {
            stream
                .feed(piece.as_bytes(), &mut out)
                .map_err(|e| e.offset)?;
        }
        let decoded = stream.finish().map_err(|e| e.offset)?;
        assert_eq!(decoded, out.len() as u64);
        Ok(out)
    }

    #[test]
    fn pieces_of_any_length_are_one_text() {
        for pieces in [
            &["aGVsbG8gd29ybGQ="][..],
            &["a", "G", "V", "s", "bG8gd29y", "bGQ", "="],
            &["aGV", "sbG8gd29ybGQ", "", "="],
        ] {
            assert_eq!(decode(pieces).as_deref(), Ok(&b"hello world"[..]));
        }
        assert_eq!(decode(&[]).as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn bad_text_is_named_by_its_offset() {
        for (pieces, offset) in [
            (&["aGVs*G8="][..], 4),
            (&["aGVs", "b*8="], 5),
            (&["aGVsbG8"], 4),
            (&["aGVsbG8=", "aGVs"], 8),
            (&["aGVsbG8=aGVs"], 8),
            (&["aGVsbG8=a*==", "*"], 8),
            (&["aGVsbG*=*GVs"], 6),
            (&["aGVs\n"], 4),
            (&["aGVs-_8="], 4),
            (&["a==="], 1),
            (&["===="], 0),
            (&["aGVsbG9="], 6),
        ] {
            assert_eq!(decode(pieces), Err(offset), "{pieces:?}");
        }
    }
}
