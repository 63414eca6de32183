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
use crate::staging::{Content, StagedFile, StagedReader};

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
    let bytes = match staged.content() {
        Content::Memory(bytes) => bytes.clone(),
        Content::Disk { .. } | Content::Remote(_) => {
            let reader = open(staged)?;
            blocking(move || read(reader, size)).await?.1
        }
    };
    before(end, client.put(object, bytes.into()))
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
    while left > 0 {
        let len = left.min(PART);
        // One wait, whichever parts end meanwhile: a new one would go to the end of the queue. It
        // has a limit of its own, since a bucket that answers may be busy with others' parts.
        let mut taking = pin!(patience.within(len, room.take(len)));
        let taken = loop {
            tokio::select! {
                taken = &mut taking => break taken.map_err(of_store)?,
                Some(sent) = running.next() => sent?,
            }
        };
        let bytes;
        (reader, bytes) = blocking(move || read(reader, len)).await?;
        left -= len;
        let part = upload.put_part(bytes.into());
        running.push(async move {
            let sent = patience.within(len, part).await.map_err(of_store);
            drop(taken);
            sent
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

/// Reads the next `len` bytes, at most [`PART`], and gives the reader back.
fn read(mut reader: StagedReader, len: u64) -> Result<(StagedReader, Bytes), BlobError> {
    let mut bytes = BytesMut::zeroed(len as usize);
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok((reader, bytes.freeze())),
        Err(error) => Err(unreadable(error)),
    }
}

fn unreadable(error: io::Error) -> BlobError {
    BlobError::io("read staged file", Path::new("uploads"), error)
}

#[cfg(test)]
mod tests;
