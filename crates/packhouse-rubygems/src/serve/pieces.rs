//! Long bodies piece by piece: the server copies what it is given at once into the connection's
//! buffer, so that each slow reader of a whole list would hold a copy of it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

/// How many bytes are given at once.
const PIECE: usize = 64 * 1024;

/// Bytes that are given piece by piece.
struct Pieces(Bytes);

/// Gives bytes as a body whose length is said.
pub(crate) fn body(bytes: Bytes) -> BoxBody {
    match bytes.len() > PIECE {
        true => BoxBody::new(Pieces(bytes)),
        false => BoxBody::new(bytes),
    }
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let length = self.0.len().min(PIECE);
        let piece = self.0.split_to(length);
        Poll::Ready((length > 0).then_some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::{self, BodySize, MessageBody};
    use bytes::Bytes;

    use super::{PIECE, Pieces};

    #[tokio::test]
    async fn all_bytes_come_in_their_order() {
        let bytes: Vec<u8> = (0..3 * PIECE + 5).map(|at| (at % 251) as u8).collect();
        let pieces = Pieces(Bytes::from(bytes.clone()));
        assert_eq!(pieces.size(), BodySize::Sized(bytes.len() as u64));
        assert_eq!(body::to_bytes(pieces).await.unwrap(), bytes);
        let sent = super::body(Bytes::from(bytes.clone()));
        assert_eq!(body::to_bytes(sent).await.unwrap(), bytes);
    }
}
