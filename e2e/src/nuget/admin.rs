//! What NuGet tests ask of a scene.

use super::{Feed, Home, SOURCE, Source};
use crate::scene::Scene;

impl Scene {
    /// Asks the NuGet source of an owner directly, with Alice's token.
    pub fn nuget(&self, owner: &str) -> Feed {
        self.nuget_as(owner, Some(&self.token))
    }

    /// Asks the NuGet source of an owner directly, with a token or with nothing.
    pub fn nuget_as(&self, owner: &str, token: Option<&str>) -> Feed {
        Feed::at(&format!("{}/nuget/{owner}", self.server.origin()), token)
    }

    /// Gives a home whose source [`SOURCE`] is the owner's, in version 3, with Alice's token.
    pub fn nuget_home(&self, owner: &str) -> Home {
        self.nuget_home_as(owner, Some(&self.token))
    }

    /// Gives a home whose source [`SOURCE`] is the owner's, in version 3, with a token or nothing.
    pub fn nuget_home_as(&self, owner: &str, token: Option<&str>) -> Home {
        let url = self.nuget(owner).index();
        Home::new(&[with_token(Source::new(SOURCE, &url), token)])
    }

    /// Gives a home whose source [`SOURCE`] is the owner's, in version 2, with a token or nothing.
    pub fn nuget_v2_home(&self, owner: &str, token: Option<&str>) -> Home {
        let url = self.nuget(owner).v2();
        Home::new(&[with_token(Source::new(SOURCE, &url), token)])
    }

    /// Sets the visibility of a NuGet package, `acme/Acme.A`.
    pub fn set_nuget_visibility(&self, package: &str, visibility: &str) {
        let words = ["package", "visibility", "nuget", package, visibility];
        self.server.admin(&words, "");
    }
}

fn with_token(source: Source, token: Option<&str>) -> Source {
    match token {
        Some(token) => source.with_password("any", token),
        None => source,
    }
}
