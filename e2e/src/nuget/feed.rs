//! A NuGet source asked over plain HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::http::{Request, Response};

/// The boundary of uploads; a test's package has no such line.
const BOUNDARY: &str = "a-boundary-of-the-tests";

/// The source of one owner, as somebody sees it.
#[derive(Clone, Debug)]
pub struct Feed {
    url: String,
    token: Option<String>,
}

impl Feed {
    /// Looks at the source whose addresses begin with `url` (`…/nuget/OWNER`, no slash at the
    /// end), with a token or with nothing.
    pub fn at(url: &str, token: Option<&str>) -> Self {
        Self {
            url: url.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Gives the address that clients of version 3 are told.
    pub fn index(&self) -> String {
        format!("{}/index.json", self.url)
    }

    /// Gives the address that clients of version 2 are told, with a slash at its end.
    pub fn v2(&self) -> String {
        format!("{}/v2/", self.url)
    }

    /// Begins a request for `path`, which is below the source and begins with a slash; the token
    /// goes along as the password of Basic.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let request = Request::new(method, &format!("{}{path}", self.url));
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

    /// Gives the request by which a client pushes a package with the token as its key.
    pub fn push_request(&self, package: &[u8]) -> Request {
        let (kind, body) = multipart(package);
        let request = Request::put(&format!("{}/package/", self.url));
        let request = match &self.token {
            Some(token) => request.header("X-NuGet-ApiKey", token),
            None => request,
        };
        request.header("Content-Type", &kind).body(body)
    }

    /// Pushes a package; the answer may be an error.
    pub fn push(&self, package: &[u8]) -> Response {
        self.push_request(package).send()
    }

    /// Gives the versions that can be downloaded, none when there is no such package.
    pub fn versions(&self, id: &str) -> Vec<String> {
        let answer = self.get(&format!("/download/{}/index.json", id.to_lowercase()));
        if answer.status == 404 {
            return Vec::new();
        }
        let document = answer.expect(200).json();
        let versions = document["versions"].as_array();
        let versions = versions.unwrap_or_else(|| panic!("{document} has no versions"));
        let texts = versions.iter().map(|version| version.as_str());
        let texts: Option<Vec<_>> = texts.map(|text| Some(text?.to_owned())).collect();
        texts.unwrap_or_else(|| panic!("{document} has versions that are no text"))
    }

    /// Downloads a package; the answer may be an error.
    pub fn download(&self, id: &str, version: &str) -> Response {
        let (id, version) = (id.to_lowercase(), version.to_lowercase());
        self.get(&format!("/download/{id}/{version}/{id}.{version}.nupkg"))
    }

    /// Gives what is known of every version of a package; the answer may be an error.
    pub fn registration(&self, id: &str) -> Response {
        self.get(&format!("/registration/{}/index.json", id.to_lowercase()))
    }

    /// Searches with a query such as `q=acme&prerelease=true&semVerLevel=2.0.0`.
    pub fn search(&self, query: &str) -> Value {
        self.get(&format!("/query?{query}")).expect(200).json()
    }
}

/// Gives the type and the body of an upload in the form that .NET's clients give it: the
/// parameters of the part are not quoted (NuGet notes §6).
pub fn multipart(package: &[u8]) -> (String, Vec<u8>) {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; \
         name=package; filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\n"
    )
    .into_bytes();
    body.extend(package);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    let kind = format!("multipart/form-data; boundary=\"{BOUNDARY}\"");
    (kind, body)
}
