//! What RubyGems tests ask of a scene.

use super::{Gem, Home, Index};
use crate::scene::Scene;

impl Scene {
    /// Asks the gem source of an owner directly, with Alice's token.
    pub fn rubygems(&self, owner: &str) -> Index {
        self.rubygems_as(owner, Some(&self.token))
    }

    /// Asks the gem source of an owner directly, with a token or with nothing.
    pub fn rubygems_as(&self, owner: &str, token: Option<&str>) -> Index {
        Index::at(&format!("{}/rubygems/{owner}", self.server.origin()), token)
    }

    /// Gives a home whose source is the owner's, with Alice's token.
    pub fn gem_home(&self, gem: Gem, owner: &str) -> Home {
        self.gem_home_as(gem, owner, Some(&self.token))
    }

    /// Gives a home whose source is the owner's, with a token or with nothing.
    pub fn gem_home_as(&self, gem: Gem, owner: &str, token: Option<&str>) -> Home {
        Home::new(gem, self.rubygems(owner).base(), token)
    }

    /// Sets the visibility of a gem, `acme/acme-a`.
    pub fn set_gem_visibility(&self, gem: &str, visibility: &str) {
        let words = ["package", "visibility", "rubygems", gem, visibility];
        self.server.admin(&words, "");
    }
}
