//! What container tests ask of a scene.

use super::{Desk, Registry};
use crate::http::Response;
use crate::scene::Scene;

impl Scene {
    /// Gives the host and port, as images are named.
    pub fn host(&self) -> String {
        self.server.origin().replace("http://", "")
    }

    /// Asks the container registry directly, with Alice's token.
    pub fn registry(&self) -> Registry {
        Registry::at(&self.host(), Some(&self.token))
    }

    /// Asks the container registry directly, with a token or with nothing.
    pub fn registry_as(&self, token: Option<&str>) -> Registry {
        Registry::at(&self.host(), token)
    }

    /// Gives a place where Alice has signed in with her token.
    pub fn desk(&self) -> Desk {
        self.desk_with(&self.token)
    }

    /// Gives a place where somebody has signed in with `token`.
    pub fn desk_with(&self, token: &str) -> Desk {
        Desk::signed_in(&self.host(), "any", token)
    }

    /// Sets the visibility of an image, `acme/x`.
    pub fn set_image_visibility(&self, image: &str, visibility: &str) {
        let words = ["package", "visibility", "container", image, visibility];
        self.server.admin(&words, "");
    }

    /// Gives a role on an image to a user or team, or takes it with `none`.
    pub fn grant_image(&self, image: &str, to: &str, role: &str) {
        let words = ["package", "grant", "container", image, to, role];
        self.server.admin(&words, "");
    }

    /// Gives the row of `admin package versions` about a version of an image: its name, tags, what
    /// it is, who signed it, downloads, when it was published. Panics when there is none.
    pub fn version_row(&self, image: &str, digest: &str) -> [String; 6] {
        let words = ["package", "versions", "container", image];
        let table = self.server.admin(&words, "");
        let row = table.lines().find(|line| line.starts_with(digest));
        let row = row.unwrap_or_else(|| panic!("{digest} is not in\n{table}"));
        let cells = row.split("  ").map(str::trim);
        let cells: Vec<_> = cells
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect();
        let cells = <[String; 6]>::try_from(cells);
        cells.unwrap_or_else(|cells| panic!("six cells, not {cells:?}"))
    }

    /// Makes a user and gives a token of theirs with `scopes`.
    pub fn user_with_token(&self, login: &str, scopes: &str) -> String {
        self.create_user(login);
        self.create_token(login, scopes, &[])
    }
}

impl Response {
    /// Gives the code of a registry's first error; panics when the body is no such error.
    pub fn error_code(&self) -> String {
        let body = self.json();
        let code = body["errors"][0]["code"].as_str();
        code.unwrap_or_else(|| panic!("no error code in {body}"))
            .to_owned()
    }
}
