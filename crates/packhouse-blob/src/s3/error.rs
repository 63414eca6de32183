//! What an S3 server's failures mean to us.

use object_store::Error;

use crate::error::BlobError;
use crate::store::BlobKey;

/// Codes by which servers say that there is no room: S3-likes on disks answer 507, MinIO
/// `XMinioStorageFull`, versitygw and Ceph `QuotaExceeded`. AWS itself is never full.
const FULL: [&str; 3] = ["status code: 507", "StorageFull", "QuotaExceeded"];

/// Turns a failure to read a known object into ours.
pub(super) fn of_read(key: &BlobKey, error: Error) -> BlobError {
    match error {
        Error::NotFound { .. } => BlobError::Missing { key: key.clone() },
        error => of_store(error),
    }
}

/// Turns a failure to go on with a multipart upload into ours.
pub(super) fn of_part(error: Error) -> BlobError {
    if is_ended(&error) {
        return BlobError::lost("the bucket has ended its multipart upload");
    }
    // Another request has sent the part anew, or the upload is being ended right now.
    if error.to_string().contains("InvalidPart") {
        return BlobError::lost("the bucket no longer has the parts that were recorded");
    }
    of_store(error)
}

/// Tells whether the multipart upload that was named is completed, aborted or unknown.
pub(super) fn is_ended(error: &Error) -> bool {
    error.to_string().contains("NoSuchUpload")
}

/// Turns any other failure into ours: whatever is not a full bucket is a bucket that does not
/// serve us now, be it network, server or credential.
pub(super) fn of_store(error: Error) -> BlobError {
    // object_store keeps the status and the body private; both are in the text.
    let text = error.to_string();
    let source = Box::new(error);
    if FULL.iter().any(|code| text.contains(code)) {
        BlobError::Full { source }
    } else {
        BlobError::Unavailable { source }
    }
}

/// Tells whether the range asked for begins after the end of the object.
pub(super) fn is_outside(error: &Error) -> bool {
    let text = error.to_string();
    text.contains("status code: 416") || text.contains("InvalidRange")
}

#[cfg(test)]
mod tests {
    use packhouse_core::error::ErrorKind;

    use super::*;

    #[test]
    fn a_full_bucket_is_told_from_an_absent_one() {
        let kind = |text: &str| {
            of_store(Error::Generic {
                store: "S3",
                source: text.to_owned().into(),
            })
            .kind()
        };
        assert_eq!(
            kind("Server returned non-2xx status code: 507 Insufficient Storage: "),
            ErrorKind::StorageFull
        );
        assert_eq!(
            kind("<Code>XMinioStorageFull</Code>"),
            ErrorKind::StorageFull
        );
        assert_eq!(kind("<Code>SlowDown</Code>"), ErrorKind::Unavailable);
        assert_eq!(kind("error sending request"), ErrorKind::Unavailable);
    }

    #[test]
    fn parts_that_are_gone_are_a_lost_session() {
        let kind = |text: &str| {
            of_part(Error::Generic {
                store: "S3",
                source: text.to_owned().into(),
            })
            .kind()
        };
        for code in ["NoSuchUpload", "InvalidPart"] {
            assert_eq!(kind(&format!("<Code>{code}</Code>")), ErrorKind::NotFound);
        }
        assert_eq!(kind("<Code>SlowDown</Code>"), ErrorKind::Unavailable);
    }
}
