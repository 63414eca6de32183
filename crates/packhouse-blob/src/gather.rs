//! Bytes gathered as the network brought them, without copying them together.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

/// Pieces shorter than this many bytes are copied together: each would cost a handle and a write
/// of its own.
const SHORT: usize = 4 * 1024;

/// Gathered bytes that several jobs read at once. Cheap to clone.
pub(crate) type Piece = Arc<[Bytes]>;

/// Bytes that have arrived and are not passed on yet.
#[derive(Default)]
pub(crate) struct Gather {
    parts: Vec<Bytes>,
    short: BytesMut,
    len: usize,
}

impl Gather {
    pub(crate) fn push(&mut self, bytes: Bytes) {
        self.len += bytes.len();
        if bytes.len() < SHORT {
            self.short.extend_from_slice(&bytes);
        } else {
            self.close_short();
            self.parts.push(bytes);
        }
    }

    /// Gives how many bytes are gathered.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Takes everything out.
    pub(crate) fn take(&mut self) -> Vec<Bytes> {
        self.close_short();
        self.len = 0;
        std::mem::take(&mut self.parts)
    }

    /// Takes everything out as one.
    pub(crate) fn take_joined(&mut self) -> Bytes {
        let len = self.len;
        let mut parts = self.take();
        if parts.len() <= 1 {
            return parts.pop().unwrap_or_default();
        }
        let mut joined = BytesMut::with_capacity(len);
        parts.iter().for_each(|part| joined.extend_from_slice(part));
        joined.freeze()
    }

    fn close_short(&mut self) {
        if !self.short.is_empty() {
            self.parts.push(self.short.split().freeze());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_of_short_and_long_pieces() {
        let long = |byte: u8| vec![byte; SHORT];
        let pieces = [
            vec![1],
            vec![2; 10],
            long(3),
            long(4),
            vec![5],
            long(6),
            vec![7, 8],
        ];
        let mut gather = Gather::default();
        for piece in &pieces {
            gather.push(Bytes::from(piece.clone()));
        }
        assert_eq!(gather.len(), pieces.concat().len());
        assert_eq!(gather.take().concat(), pieces.concat());
        assert_eq!(gather.len(), 0);
        gather.push(Bytes::from_static(b"more"));
        assert_eq!(gather.take_joined(), "more");
        assert_eq!(gather.take_joined(), "");
    }
}
