//! One repository of a registry: its addresses, and the credential that clients would have.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::Url;

use super::bytes::digest;
use super::image::{Image, MANIFEST};
use crate::http::{Body, Client, Response, Source};
use crate::server::Server;

/// How a blob is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// POST, then PUT of the whole body with its length: containerd, BuildKit, ORAS.
    Whole,
    /// POST, PATCH of the whole body in chunks, PUT of nothing: docker's classic store.
    Chunked,
}

/// A repository that is pushed to and pulled from.
#[derive(Debug)]
pub struct Registry<'s> {
    /// The server.
    pub server: &'s Server,
    name: String,
    /// The headers that a client sends with each request: an access token where one is asked for.
    pub credential: Vec<(String, String)>,
}

impl<'s> Registry<'s> {
    /// The repository of that name. Asks for an access token for it where the server has accounts.
    ///
    /// Fails when none is given.
    pub fn open(server: &'s Server, name: &str) -> Result<Self> {
        let mut registry = Self {
            server,
            name: name.to_owned(),
            credential: Vec::new(),
        };
        if let Some(token) = &server.token {
            let basic = STANDARD.encode(format!("bench:{token}"));
            let basic = [("Authorization".to_owned(), format!("Basic {basic}"))];
            let path = format!("/v2/token?service=bench&scope=repository:{name}:pull,push");
            let answer = Client::new(server.address).get(&path, &basic)?;
            expect(&answer, 200, &path)?;
            let answer: Value = serde_json::from_slice(&answer.body)?;
            let token = answer["token"].as_str().context("answer without a token")?;
            registry.credential = bearer(token);
        }
        Ok(registry)
    }

    /// The headers of one who sends a personal token with each request; nothing where the server
    /// has no accounts.
    pub fn personal(&self) -> Vec<(String, String)> {
        self.server.token.as_deref().map(bearer).unwrap_or_default()
    }

    /// The address of something of the repository, such as `manifests/latest`.
    pub fn path(&self, rest: &str) -> String {
        format!("/v2/{}/{rest}", self.name)
    }

    /// The address of a manifest; `reference` is a tag or a digest.
    pub fn manifest(&self, reference: &str) -> String {
        self.path(&format!("manifests/{reference}"))
    }

    /// The address of a blob.
    pub fn blob(&self, digest: &str) -> String {
        self.path(&format!("blobs/{digest}"))
    }

    /// Pushes a blob.
    ///
    /// Fails at the first answer that is not the one that the specification asks for.
    pub fn push_blob(
        &self,
        client: &mut Client,
        body: &dyn Source,
        digest: &str,
        way: Way,
    ) -> Result<()> {
        let path = self.path("blobs/uploads/");
        let answer = client.request("POST", &path, &self.credential, Body::None)?;
        let mut upload = self.location(&answer, &path)?;
        let mut last = Body::Whole(body);
        if way == Way::Chunked {
            let chunks = Body::Chunked(body);
            let answer = client.request("PATCH", &upload, &self.credential, chunks)?;
            upload = self.location(&answer, &upload)?;
            last = Body::None;
        }
        let path = finish(&upload, digest);
        let answer = client.request("PUT", &path, &self.credential, last)?;
        expect(&answer, 201, &path)
    }

    /// Pushes a manifest under a tag or its digest.
    ///
    /// Fails when the answer is not 201.
    pub fn push_manifest(&self, client: &mut Client, body: &[u8], reference: &str) -> Result<()> {
        let path = self.manifest(reference);
        let body = Body::Bytes(MANIFEST, body);
        let answer = client.request("PUT", &path, &self.credential, body)?;
        expect(&answer, 201, &path)
    }

    /// Pushes a new image as containerd does: looks for each blob, which is not there yet, pushes
    /// it, and the manifest at the end.
    ///
    /// Fails when a blob is there, or a push fails.
    pub fn push_image(&self, client: &mut Client, image: &Image) -> Result<()> {
        for blob in &image.blobs {
            let path = self.blob(&blob.digest);
            let answer = client.request("HEAD", &path, &self.credential, Body::None)?;
            expect(&answer, 404, &path)?;
            self.push_blob(client, &blob.bytes, &blob.digest, Way::Whole)?;
        }
        self.push_manifest(client, &image.manifest, &image.tag)
    }

    /// Looks once whether a read has the bytes of that digest.
    ///
    /// Fails when the answer is not 200 or has others.
    pub fn check(&self, path: &str, headers: &[(String, String)], expected: &str) -> Result<()> {
        let answer = Client::new(self.server.address).get(path, headers)?;
        expect(&answer, 200, path)?;
        let got = digest(&answer.body)?;
        ensure!(got == expected, "{path} has {got} instead of {expected}");
        Ok(())
    }

    /// The path and query that a 202 says to go on at.
    fn location(&self, answer: &Response, path: &str) -> Result<String> {
        expect(answer, 202, path)?;
        let location = answer.header("location").context("202 without Location")?;
        let base = Url::parse(&format!("http://{}{path}", self.server.address))?;
        let url = base.join(location)?;
        Ok(match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        })
    }
}

/// Fails with the start of the answer when it has another status.
pub fn expect(answer: &Response, status: u16, path: &str) -> Result<()> {
    ensure!(
        answer.status == status,
        "{path} answered {} instead of {status}: {}",
        answer.status,
        answer.excerpt()
    );
    Ok(())
}

fn bearer(token: &str) -> Vec<(String, String)> {
    vec![("Authorization".to_owned(), format!("Bearer {token}"))]
}

/// The address that ends an upload: the registry's own, which may have a query already.
fn finish(upload: &str, digest: &str) -> String {
    let joint = if upload.contains('?') { '&' } else { '?' };
    format!("{upload}{joint}digest={digest}")
}

#[cfg(test)]
mod tests {
    use super::finish;

    #[test]
    fn the_digest_joins_the_state_that_an_address_carries() {
        assert_eq!(
            finish("/v2/a/u/1", "sha256:00"),
            "/v2/a/u/1?digest=sha256:00"
        );
        assert_eq!(
            finish("/v2/a/u/1?_state=x", "sha256:00"),
            "/v2/a/u/1?_state=x&digest=sha256:00"
        );
    }
}
