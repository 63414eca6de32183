use std::fs::File;
use std::path::Path;

use packhouse_core::error::ErrorKind;

use super::staged::TempFile;
use super::upload::Spool;
use crate::error::BlobError;
use crate::lane::Lane;

/// `/dev/full` answers every write as a full disk does; mounting a small disk takes rights that
/// a test may not have.
fn full_disk() -> TempFile {
    let path = Path::new("/dev/full");
    TempFile::borrowed(
        File::options().write(true).open(path).unwrap(),
        path.to_owned(),
    )
}

#[test]
fn a_full_disk_is_told_apart() {
    let error = full_disk().write(b"x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
}

#[tokio::test]
async fn a_full_disk_ends_a_large_upload_by_its_next_piece() {
    let mut spool = Spool::new(full_disk());
    spool.push(b"one".as_slice().into()).await.unwrap();
    let error = spool.push(b"two".as_slice().into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    let error = spool.push(b"three".as_slice().into()).await.unwrap_err();
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
