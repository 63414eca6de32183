//! A gem source asked over plain HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::http::{Request, Response};

/// The source of one owner, as somebody sees it.
#[derive(Clone, Debug)]
pub struct Index {
    base: String,
    token: Option<String>,
}

impl Index {
    /// Looks at the source whose addresses begin with `base` (`…/rubygems/OWNER`, no slash at the
    /// end), with a token or with nothing.
    pub fn at(base: &str, token: Option<&str>) -> Self {
        Self {
            base: base.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Gives its address, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Begins a request for `path`, which is below the source and begins with a slash; the token
    /// goes along as the password of Basic.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let request = Request::new(method, &format!("{}{path}", self.base));
        match &self.token {
            None => request,
            Some(token) => {
                let login = STANDARD.encode(format!("any:{token}"));
                request.header("Authorization", &format!("Basic {login}"))
            }
        }
    }

    /// Gets a path; the answer may be an error.
    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path).send()
    }

    /// Gives the request by which a client pushes a gem, with the token as its key.
    pub fn push_request(&self, gem: &[u8]) -> Request {
        let request = Request::new("POST", &format!("{}/api/v1/gems", self.base));
        let request = match &self.token {
            Some(token) => request.header("Authorization", token),
            None => request,
        };
        request
            .header("Content-Type", "application/octet-stream")
            .body(gem.to_vec())
    }

    /// Pushes a gem; the answer may be an error.
    pub fn push(&self, gem: &[u8]) -> Response {
        self.push_request(gem).send()
    }

    /// Yanks a version for the platform `ruby`; the answer may be an error.
    pub fn yank(&self, name: &str, number: &str) -> Response {
        let form = [("gem_name", name), ("version", number)];
        self.request("DELETE", "/api/v1/gems/yank")
            .form(&form)
            .send()
    }

    /// Gives the lines of `/versions` without its head.
    pub fn versions(&self) -> Vec<String> {
        lines(&self.get("/versions").expect(200))
    }

    /// Gives the names of `/names`.
    pub fn names(&self) -> Vec<String> {
        lines(&self.get("/names").expect(200))
    }

    /// Gives the versions of a gem, `NUMBER[-PLATFORM]` each, in the order of `/info`; none when there
    /// is no such gem.
    pub fn numbers(&self, name: &str) -> Vec<String> {
        let answer = self.get(&format!("/info/{name}"));
        if answer.status == 404 {
            return Vec::new();
        }
        let lines = lines(&answer.expect(200));
        let numbers = lines.iter().filter_map(|line| line.split(' ').next());
        numbers.map(str::to_owned).collect()
    }

    /// Downloads a gem by its full name; the answer may be an error.
    pub fn download(&self, full_name: &str) -> Response {
        self.get(&format!("/gems/{full_name}.gem"))
    }
}

/// Gives the lines of a document of the compact index after its head.
fn lines(answer: &Response) -> Vec<String> {
    let text = answer.text();
    let (_, body) = text
        .split_once("---\n")
        .unwrap_or_else(|| panic!("no document of the index: {text}"));
    body.lines().map(str::to_owned).collect()
}
