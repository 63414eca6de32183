//! Digests computed on blocking threads while the next bytes arrive.

use super::{FirstHalf, Hashes, SecondHalf};
use crate::error::BlobError;
use crate::gather::Piece;
use crate::lane::Lane;

/// [`Hashes`] on their way, each half in a lane of its own.
pub(crate) struct HashLanes {
    first: Lane<FirstHalf>,
    second: Option<Lane<SecondHalf>>,
}

impl HashLanes {
    pub(crate) fn new(hashes: Hashes) -> Self {
        Self {
            first: Lane::Idle(hashes.first),
            second: hashes.second.map(Lane::Idle),
        }
    }

    /// Hashes the next bytes, as soon as those before them are.
    pub(crate) async fn push(&mut self, piece: &Piece) -> Result<(), BlobError> {
        let parts = Piece::clone(piece);
        self.first
            .run(move |half| {
                parts.iter().for_each(|part| half.update(part));
                Ok(())
            })
            .await?;
        let Some(second) = &mut self.second else {
            return Ok(());
        };
        let parts = Piece::clone(piece);
        second
            .run(move |half| {
                parts.iter().for_each(|part| half.update(part));
                Ok(())
            })
            .await
    }

    /// Waits until all is hashed, and takes the digests out.
    pub(crate) async fn settle(&mut self) -> Result<Hashes, BlobError> {
        let first = self.first.settle().await?;
        let second = match &mut self.second {
            Some(second) => Some(second.settle().await?),
            None => None,
        };
        Ok(Hashes { first, second })
    }
}
