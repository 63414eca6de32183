//! Error bodies (OCI notes §4): `{"errors":[{"code","message","detail"}]}`, the codes being those
//! of the distribution-spec and the older Docker ones that clients still tell apart.

use serde_json::{Value, json};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $message:literal;)*) => {
        /// What went wrong, as clients know it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Gives the text of `code`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Gives the usual status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Gives a message for when nothing more is known.
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

codes! {
    /// No credential, or a bad one.
    Unauthorized = "UNAUTHORIZED", 401, "sign in first, with `docker login` or the like";
    /// The account may not do this; also quotas, immutable tags and policies, since clients print
    /// this message.
    Denied = "DENIED", 403, "you may not do this";
    /// A name that no image can have.
    NameInvalid = "NAME_INVALID", 400, "this is no name of an image";
    /// A tag that cannot be.
    TagInvalid = "TAG_INVALID", 400, "this is no name of a tag";
    /// No digest, an unsupported one, or one that does not fit the bytes.
    DigestInvalid = "DIGEST_INVALID", 400, "the digest is not that of the content";
    /// A length that does not fit the bytes.
    SizeInvalid = "SIZE_INVALID", 400, "the length is not that of the content";
    /// A manifest that breaks a rule.
    ManifestInvalid = "MANIFEST_INVALID", 400, "the manifest cannot be read";
    /// A page size that is no number.
    PaginationNumberInvalid = "PAGINATION_NUMBER_INVALID", 400, "the page size `n` is no number";
    /// A manifest names a blob or manifest that the image does not hold.
    ManifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN", 400, "the manifest names content that was not pushed here";
    /// No such image, or none that the asker may know of.
    NameUnknown = "NAME_UNKNOWN", 404, "there is no such image";
    /// No such manifest in this image.
    ManifestUnknown = "MANIFEST_UNKNOWN", 404, "the image has no such manifest";
    /// No such blob in this image.
    BlobUnknown = "BLOB_UNKNOWN", 404, "the image has no such blob";
    /// No such upload, or somebody else's.
    BlobUploadUnknown = "BLOB_UPLOAD_UNKNOWN", 404, "there is no such upload: begin a new one";
    /// A chunk that does not fit; 416 when it is out of order.
    BlobUploadInvalid = "BLOB_UPLOAD_INVALID", 400, "the upload cannot go on like this";
    /// Not done here, or not now.
    Unsupported = "UNSUPPORTED", 405, "this is not done here";
    /// Too many requests or failures.
    TooManyRequests = "TOOMANYREQUESTS", 429, "too many requests: wait a little";
    /// A fault of the server.
    Unknown = "UNKNOWN", 500, "the server failed: its log says why";
    /// Database or store are away.
    Unavailable = "UNAVAILABLE", 503, "the server cannot answer now: try again";
}

/// One entry of an error body.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What went wrong.
    pub code: Code,
    /// The text that people read; most clients print it.
    pub message: String,
    /// What the code is about, such as the missing digest.
    pub detail: Option<Value>,
}

impl Problem {
    /// Makes an entry with a text of its own.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: None,
        }
    }

    /// Makes an entry with the code's usual text.
    pub fn of(code: Code) -> Self {
        Self::new(code, code.message())
    }

    /// Adds what it is about.
    #[must_use]
    pub fn with_detail(mut self, detail: Value) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// Draws the body, JSON. Clients cannot read one without entries, so that of nothing says
/// [`Code::Unknown`].
pub fn render(problems: &[Problem]) -> String {
    let entry = |problem: &Problem| {
        let mut entry = json!({ "code": problem.code.as_str(), "message": problem.message });
        if let Some(detail) = &problem.detail {
            entry["detail"] = detail.clone();
        }
        entry
    };
    let mut errors: Vec<Value> = problems.iter().map(entry).collect();
    if errors.is_empty() {
        errors.push(entry(&Problem::of(Code::Unknown)));
    }
    json!({ "errors": errors }).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_distinct_and_have_the_status_clients_know() {
        let texts: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.message().len() > 10));
        assert_eq!(Code::ManifestBlobUnknown.status(), 400);
        assert_eq!(Code::Unsupported.status(), 405);
    }

    #[test]
    fn the_body_has_one_entry_per_problem() {
        let missing =
            Problem::of(Code::ManifestBlobUnknown).with_detail(json!({ "digest": "sha256:0a" }));
        assert_eq!(
            render(&[missing, Problem::new(Code::Denied, "say \"please\"")]),
            concat!(
                r#"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","#,
                r#""message":"the manifest names content that was not pushed here","#,
                r#""detail":{"digest":"sha256:0a"}},"#,
                r#"{"code":"DENIED","message":"say \"please\""}]}"#
            )
        );
        assert!(render(&[]).contains("\"UNKNOWN\""));
    }
}
