//! Sending a staged file to a bucket, in one request or in parts.

use std::io::{self, Read};
use std::path::Path;
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{FuturesUnordered, StreamExt};
use object_store::aws::AmazonS3;
use object_store::path::Path as ObjectPath;
use object_store::{MultipartUpload, ObjectStoreExt};

use super::error::of_store;
use super::patience::{Patience, Room, before};
use crate::error::BlobError;
use crate::lane::blocking;
use crate::staging::{Content, PIECE, StagedFile, StagedReader};

/// Bytes of a part; S3 takes 10,000 of them, so up to 160 GiB.
pub(super) const PART: u64 = 16 * 1024 * 1024;

/// Sends a staged file; the server answers when it is durable.
pub(super) async fn put(
    client: &AmazonS3,
    (room, patience): (&Room, Patience),
    object: &ObjectPath,
    staged: &StagedFile,
) -> Result<(), BlobError> {
    let size = staged.digests().size;
    if size > PART {
        let begun = patience.within(0, client.put_multipart(object)).await;
        let mut upload = begun.map_err(of_store)?;
        let sent = send_parts(upload.as_mut(), (room, patience), staged).await;
        if sent.is_err()
            && let Err(error) = patience.within(0, upload.abort()).await
        {
            tracing::warn!(blob.object = %object, %error, "cannot take back a multipart upload");
        }
        return sent;
    }
    let end = patience.end(size);
    let _room = before(end, room.take(size)).await.map_err(of_store)?;
    let payload = match staged.content() {
        Content::Memory(bytes) => bytes.clone().into(),
        Content::Disk { .. } | Content::Remote(_) => {
            let mut reader = open(staged)?;
            let pieces = blocking(move || read(&mut reader, size, &mut Vec::new())).await?;
            pieces.into_iter().collect()
        }
    };
    before(end, client.put(object, payload))
        .await
        .map_err(of_store)?;
    Ok(())
}

/// Sends the parts, several at once as far as the store's share of memory allows, and completes.
async fn send_parts(
    upload: &mut dyn MultipartUpload,
    (room, patience): (&Room, Patience),
    staged: &StagedFile,
) -> Result<(), BlobError> {
    let size = staged.digests().size;
    let mut reader = open(staged)?;
    let mut left = size;
    let mut running = FuturesUnordered::new();
    // Memory of parts that have gone, for the next ones.
    let mut spare: Vec<BytesMut> = Vec::new();
    while left > 0 {
        let len = left.min(PART);
        // One wait, whichever parts end meanwhile: a new one would go to the end of the queue. It
        // has a limit of its own, since a bucket that answers may be busy with others' parts.
        let mut taking = pin!(patience.within(len, room.take(len)));
        let taken = loop {
            tokio::select! {
                taken = &mut taking => break taken.map_err(of_store)?,
                Some(sent) = running.next() => spare.extend(free(sent?)),
            }
        };
        let pieces;
        let mut old = std::mem::take(&mut spare);
        (reader, old, pieces) = blocking(move || {
            let pieces = read(&mut reader, len, &mut old)?;
            Ok((reader, old, pieces))
        })
        .await?;
        spare = old;
        left -= len;
        let part = upload.put_part(pieces.iter().cloned().collect());
        running.push(async move {
            let sent = patience.within(len, part).await.map_err(of_store);
            drop(taken);
            sent.map(|()| pieces)
        });
    }
    while let Some(sent) = running.next().await {
        sent?;
    }
    // Servers on disks put the parts together here, so it may take as long as the whole file.
    let completed = patience.within(size, upload.complete()).await;
    completed.map_err(of_store)?;
    Ok(())
}

fn open(staged: &StagedFile) -> Result<StagedReader, BlobError> {
    staged.open().map_err(unreadable)
}

/// Reads the next `len` bytes, at most [`PART`], into `spare` memory and new. Each thread that
/// allocates has the system's allocator keep what it frees for itself, so parts in new memory would
/// take some times more than those on their way.
fn read(
    reader: &mut StagedReader,
    len: u64,
    spare: &mut Vec<BytesMut>,
) -> Result<Vec<Bytes>, BlobError> {
    let mut pieces = Vec::with_capacity((len as usize).div_ceil(PIECE));
    let mut left = len as usize;
    while left > 0 {
        let mut piece = spare.pop().unwrap_or_default();
        piece.resize(left.min(PIECE), 0);
        reader.read_exact(&mut piece).map_err(unreadable)?;
        left -= piece.len();
        pieces.push(piece.freeze());
    }
    Ok(pieces)
}

/// Gives the memory of a part that nobody else holds any more.
fn free(pieces: Vec<Bytes>) -> impl Iterator<Item = BytesMut> {
    pieces
        .into_iter()
        .filter_map(|piece| piece.try_into_mut().ok())
}

fn unreadable(error: io::Error) -> BlobError {
    BlobError::io("read staged file", Path::new("uploads"), error)
}

#[cfg(test)]
mod tests;
