//! Writing what Ruby's `Marshal` reads, version 4.8 (RubyGems notes §5), as far as the old index
//! needs it. Texts are UTF-8; a symbol is written once and then named by its place, which halves
//! long lists; objects are always written out.

use std::io::Write;

use flate2::write::{GzEncoder, ZlibEncoder};
use flate2::{Compression, GzBuilder};

use crate::requirement::Requirement;

/// What every stream begins with: the version.
const VERSION: [u8; 2] = [4, 8];

/// A stream of values in the making. Who opens a list of `n` values writes `n` values next.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// In the order of their first appearance.
    symbols: Vec<&'static str>,
}

impl Writer {
    /// Begins a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the whole stream.
    pub fn finish(self) -> Vec<u8> {
        let mut stream = VERSION.to_vec();
        stream.extend(self.bytes);
        stream
    }

    /// Gives the stream of one list that has the values written so far, of which there are `count`.
    pub fn finish_list(self, count: usize) -> Vec<u8> {
        let mut head = Self::new();
        head.list(count);
        let mut stream = head.finish();
        stream.extend(self.bytes);
        stream
    }

    /// Writes `nil`.
    pub fn nil(&mut self) {
        self.bytes.push(b'0');
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { b'T' } else { b'F' });
    }

    /// Writes a number.
    pub fn number(&mut self, value: i32) {
        self.bytes.push(b'i');
        self.packed(value.into());
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.bytes.extend(b"I\"");
        self.length(text.len());
        self.bytes.extend(text.as_bytes());
        // One instance variable, the encoding: true is UTF-8.
        self.packed(1);
        self.symbol("E");
        self.bool(true);
    }

    /// Writes a text, or `nil`.
    pub fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.nil(),
        }
    }

    /// Writes a list of texts.
    pub fn texts<T: AsRef<str>>(&mut self, texts: &[T]) {
        self.list(texts.len());
        for text in texts {
            self.text(text.as_ref());
        }
    }

    /// Writes a symbol.
    pub fn symbol(&mut self, symbol: &'static str) {
        match self.symbols.iter().position(|known| *known == symbol) {
            Some(place) => {
                self.bytes.push(b';');
                self.length(place);
            }
            None => {
                self.symbols.push(symbol);
                self.bytes.push(b':');
                self.length(symbol.len());
                self.bytes.extend(symbol.as_bytes());
            }
        }
    }

    /// Opens a list; `count` values follow.
    pub fn list(&mut self, count: usize) {
        self.bytes.push(b'[');
        self.length(count);
    }

    /// Opens a hash; `pairs` times a key and its value follow.
    pub fn hash(&mut self, pairs: usize) {
        self.bytes.push(b'{');
        self.length(pairs);
    }

    /// Opens an object that is made from its class and variables: `variables` times a symbol and a
    /// value follow.
    pub fn object(&mut self, class: &'static str, variables: usize) {
        self.bytes.push(b'o');
        self.symbol(class);
        self.length(variables);
    }

    /// Opens an object whose class makes it from one value (`marshal_load`), which follows.
    pub fn made_from_value(&mut self, class: &'static str) {
        self.bytes.push(b'U');
        self.symbol(class);
    }

    /// Writes an object whose class makes it from bytes (`_load`).
    pub fn made_from_bytes(&mut self, class: &'static str, bytes: &[u8]) {
        self.bytes.push(b'u');
        self.symbol(class);
        self.length(bytes.len());
        self.bytes.extend(bytes);
    }

    /// Writes a `Gem::Version`.
    pub fn version(&mut self, number: &str) {
        self.made_from_value("Gem::Version");
        self.list(1);
        self.text(number);
    }

    /// Writes a `Gem::Requirement`.
    pub fn requirement(&mut self, requirement: &Requirement) {
        self.made_from_value("Gem::Requirement");
        self.list(1);
        self.list(requirement.constraints().len());
        for constraint in requirement.constraints() {
            self.list(2);
            self.text(constraint.op.as_str());
            self.version(constraint.version.as_str());
        }
    }

    /// Writes how many of something there are. What is written here was held in memory before, a
    /// gemspec of some megabytes or a list of some million gems, so no length comes near the end.
    fn length(&mut self, length: usize) {
        self.packed(i64::try_from(length).unwrap_or(i64::MAX));
    }

    /// Writes a number in as few bytes as it needs: itself, moved by 5 so that -4 to 4 are free to
    /// say how many bytes follow.
    fn packed(&mut self, value: i64) {
        let first = match value {
            0 => 0,
            1..=122 => value + 5,
            -123..=-1 => value - 5,
            _ => return self.packed_long(value),
        };
        self.bytes.push(first.to_le_bytes()[0]);
    }

    fn packed_long(&mut self, value: i64) {
        let bytes = value.to_le_bytes();
        let filling = if value < 0 { 0xff } else { 0 };
        let is_filling = |byte: &&u8| **byte == filling;
        let count = 4 - bytes[..4].iter().rev().take_while(is_filling).count();
        let count = count.max(1);
        let sign = if value < 0 { -1 } else { 1 };
        let head = sign * i8::try_from(count).unwrap_or(4);
        self.bytes.push(head.to_le_bytes()[0]);
        self.bytes.extend(&bytes[..count]);
    }
}

/// Packs a list as clients ask for it (`.gz`): the same bytes for the same list.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let packing: GzEncoder<_> = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::default());
    write_all(packing, bytes, GzEncoder::finish)
}

/// Packs a quick spec as clients ask for it (`.rz`): the same bytes for the same spec.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let packing = ZlibEncoder::new(Vec::new(), Compression::default());
    write_all(packing, bytes, ZlibEncoder::finish)
}

fn write_all<W: Write>(
    mut packing: W,
    bytes: &[u8],
    finish: fn(W) -> std::io::Result<Vec<u8>>,
) -> Vec<u8> {
    let packed = packing.write_all(bytes).and_then(|()| finish(packing));
    // The only errors are those of what is written to, and a Vec has none.
    packed.expect("a Vec takes all that is written to it")
}

#[cfg(test)]
mod tests;
