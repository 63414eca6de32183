//! What can be done at each address, written down a second time, from the model's side.

use packhouse_core::permission::Action;
use packhouse_oci::route::Route;

use crate::image::IMAGE;

/// What an operation needs.
#[derive(Debug, Clone, Copy)]
pub enum Needs {
    /// A sign-in: credentials are looked at by the address itself.
    Login,
    /// Any credential that works, be it nobody's access token.
    Credential,
    /// Nothing.
    Nothing,
    /// An account, and an access token that was fetched for lists.
    List,
    /// This on the image.
    Actions(Action),
}

/// What the body of a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    Nothing,
    /// The manifest that the image has under a tag.
    Manifest,
    /// A blob.
    Blob,
}

/// One thing to do at an address.
#[derive(Clone)]
pub struct Operation {
    pub label: &'static str,
    pub needs: Needs,
    pub sends: Sends,
    pub query: &'static str,
    pub media_type: Option<&'static str>,
    /// Whether the address names a digest instead of a tag.
    pub by_digest: bool,
    /// Whether it speaks of a blob, and not of a manifest.
    pub of_blob: bool,
    /// Whether it needs an upload of one's own.
    pub on_upload: bool,
    /// Whether it works where there is no image, for those who may create one, and what it answers
    /// then; the status when it is allowed; to an account that may not know.
    pub on_nothing: Option<u16>,
    pub success: u16,
    pub hidden: u16,
}

fn read(needs: Needs) -> Operation {
    Operation {
        label: "",
        needs,
        sends: Sends::Nothing,
        query: "",
        media_type: None,
        by_digest: false,
        of_blob: false,
        on_upload: false,
        on_nothing: None,
        success: 200,
        hidden: 404,
    }
}

fn change(action: Action, success: u16) -> Operation {
    Operation {
        success,
        hidden: 403,
        ..read(Needs::Actions(action))
    }
}

/// Gives what can be done at an address. A new address does not compile without an answer here.
pub fn of(route: &Route) -> Vec<Operation> {
    use Action::{Delete, Publish, Read, Tag};
    let pull = read(Needs::Actions(Read));
    let upload = |success| Operation {
        on_upload: true,
        on_nothing: Some(success),
        ..change(Publish, success)
    };
    match route {
        Route::Ping => vec![read(Needs::Credential)],
        Route::Token => vec![read(Needs::Login)],
        Route::Catalog => vec![read(Needs::List)],
        Route::Extensions { name: None } => vec![read(Needs::Nothing)],
        Route::Extensions { name: Some(_) } | Route::Tags { .. } => vec![pull],
        Route::Manifest { .. } => vec![
            Operation {
                label: "by digest",
                by_digest: true,
                ..pull.clone()
            },
            pull,
        ],
        Route::Referrers { .. } => vec![Operation {
            on_nothing: Some(200),
            ..pull
        }],
        Route::Blob { .. } => vec![Operation {
            of_blob: true,
            on_nothing: Some(404),
            ..pull
        }],
        Route::PutManifest { .. } => {
            let put = Operation {
                sends: Sends::Manifest,
                media_type: Some(IMAGE),
                on_nothing: Some(201),
                ..change(Publish, 201)
            };
            vec![
                Operation {
                    label: "by digest",
                    by_digest: true,
                    ..put.clone()
                },
                put,
            ]
        }
        Route::DeleteManifest { .. } => vec![
            Operation {
                label: "by digest",
                by_digest: true,
                ..change(Delete, 202)
            },
            change(Tag, 202),
        ],
        Route::DeleteBlob { .. } => vec![Operation {
            of_blob: true,
            on_nothing: Some(404),
            ..change(Delete, 202)
        }],
        Route::BeginUpload { .. } => vec![
            Operation {
                on_nothing: Some(202),
                ..change(Publish, 202)
            },
            Operation {
                label: "at once",
                sends: Sends::Blob,
                of_blob: true,
                query: "digest=DIGEST",
                on_nothing: Some(201),
                ..change(Publish, 201)
            },
        ],
        Route::Upload { .. } => vec![upload(204)],
        Route::PatchUpload { .. } => vec![Operation {
            sends: Sends::Blob,
            ..upload(202)
        }],
        Route::PutUpload { .. } => vec![Operation {
            sends: Sends::Blob,
            of_blob: true,
            query: "digest=DIGEST",
            ..upload(201)
        }],
        Route::CancelUpload { .. } => vec![upload(204)],
    }
}
