use std::fs::File;
use std::path::Path;

use bytes::Bytes;
use packhouse_core::error::ErrorKind;

use super::spool::Spool;
use super::staged::TempFile;
use crate::digest::{Hashes, Hashing};
use crate::error::BlobError;
use crate::lane::Lane;

/// `/dev/full` answers every write as a full disk does; mounting a small disk takes rights that
/// a test may not have.
fn full_disk() -> TempFile {
    let path = Path::new("/dev/full");
    TempFile::lasting(
        File::options().write(true).open(path).unwrap(),
        path.to_owned(),
    )
}

#[test]
fn a_full_disk_is_told_apart() {
    let error = full_disk().write(&[Bytes::from_static(b"x")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
}

#[tokio::test]
async fn a_full_disk_ends_a_large_upload_by_its_next_piece() {
    let mut spool = Spool::new(full_disk(), Hashes::new(Hashing::All));
    spool
        .push([Bytes::from_static(b"one")].into())
        .await
        .unwrap();
    let error = spool
        .push([Bytes::from_static(b"two")].into())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    let error = spool
        .push([Bytes::from_static(b"three")].into())
        .await
        .unwrap_err();
    assert!(matches!(error, BlobError::Broken), "{error:?}");
}

#[tokio::test]
async fn a_step_that_panics_breaks_its_lane_only() {
    let mut lane = Lane::Idle(1);
    lane.run(|_| panic!("on purpose")).await.unwrap();
    assert!(matches!(lane.settle().await, Err(BlobError::Broken)));
    let mut lane = Lane::Idle(1);
    lane.run(|value| {
        *value += 1;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(lane.settle().await.unwrap(), 2);
}
