//! What is around every page.

use packhouse_registry::login::Session;

use crate::asset;

/// The head of a page, and who looks at it.
pub(crate) struct Frame<'a> {
    pub style: String,
    pub icon: String,
    pub viewer: Option<Viewer<'a>>,
}

/// Who is signed in.
pub(crate) struct Viewer<'a> {
    pub name: &'a str,
    pub scope: String,
    pub csrf: &'a str,
}

impl<'a> Frame<'a> {
    pub fn new(session: Option<&'a Session>) -> Self {
        let viewer = session.map(|session| Viewer {
            name: session.account.name.as_str(),
            scope: session.account.name.as_str().to_ascii_lowercase(),
            csrf: &session.csrf,
        });
        Self {
            style: asset::address("style.css"),
            icon: asset::address("icon.svg"),
            viewer,
        }
    }
}
