//! What Maven tests ask of a scene.

use super::{Login, Mvn, Repository, Workbench};
use crate::scene::Scene;

impl Scene {
    /// Makes the repository `OWNER/NAME`.
    pub fn create_repository(&self, name: &str, visibility: &str) {
        let words = ["repo", "create", name, "--visibility", visibility];
        self.server.admin(&words, "");
    }

    /// Gives a role on a repository to a user or team, or takes it with `none`.
    pub fn grant_repository(&self, name: &str, to: &str, role: &str) {
        self.server.admin(&["grant", name, to, role], "");
    }

    /// Gives the address of the Maven repository `OWNER/NAME`, with its slash at the end.
    pub fn maven_url(&self, name: &str) -> String {
        format!("{}/maven/{name}/", self.server.origin())
    }

    /// Asks the Maven repository `OWNER/NAME` directly, with Alice's token.
    pub fn maven(&self, name: &str) -> Repository {
        self.maven_as(name, Some(&self.token))
    }

    /// Asks the Maven repository `OWNER/NAME` directly, with a token or with nothing.
    pub fn maven_as(&self, name: &str, token: Option<&str>) -> Repository {
        Repository::at(&self.maven_url(name), token)
    }

    /// Gives a place whose settings hold Alice's token.
    pub fn workbench(&self, mvn: Mvn) -> Workbench {
        self.workbench_with(mvn, &self.token)
    }

    /// Gives a place whose settings hold `token`.
    pub fn workbench_with(&self, mvn: Mvn, token: &str) -> Workbench {
        Workbench::new(mvn, &Login::token(token))
    }
}
