//! One source: its addresses, and what clients send to it.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;

use super::package::{Nupkg, Package};
use crate::http::{Body, Client, Response};
use crate::maven::expect;
use crate::server::Server;

/// Where the source lies, on each server.
const BASE: &str = "/nuget/acme";

/// What stands between the parts of a form.
const BOUNDARY: &str = "packhouse-bench-boundary";

/// A source that is pushed to and read from.
#[derive(Debug)]
pub struct Feed<'s> {
    /// The server.
    pub server: &'s Server,
    /// The headers of each read: a token as Basic password where one is asked for.
    pub credential: Vec<(String, String)>,
}

impl<'s> Feed<'s> {
    /// The source of a server, with its token where it has one.
    pub fn open(server: &'s Server) -> Self {
        let basic = server.token.as_ref().map(|token| {
            let basic = STANDARD.encode(format!("bench:{token}"));
            ("Authorization".to_owned(), format!("Basic {basic}"))
        });
        Self {
            server,
            credential: basic.into_iter().collect(),
        }
    }

    /// Whether it is Packhouse's, and not files.
    pub fn is_ours(&self) -> bool {
        self.server.token.is_some()
    }

    /// The address of the service index, for clients' settings.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.server.address, self.path("index.json"))
    }

    /// The address on its server of what lies at that path below the source.
    pub fn path(&self, below: &str) -> String {
        format!("{BASE}/{below}")
    }

    /// Where its files lie in the folder that a server of files serves.
    pub fn below(folder: &Path) -> PathBuf {
        folder.join(BASE.trim_start_matches('/'))
    }

    /// A client of its server.
    pub fn client(&self) -> Client {
        Client::new(self.server.address)
    }

    /// The headers of a read whose answer may be packed.
    pub fn packing(&self) -> Vec<(String, String)> {
        let mut headers = self.credential.clone();
        headers.push(("Accept-Encoding".to_owned(), "gzip, deflate".to_owned()));
        headers
    }

    /// Reads what lies at that path below the source, as it is.
    ///
    /// Fails when the answer is not 200.
    pub fn get(&self, client: &mut Client, below: &str) -> Result<Response> {
        let answer = client.get(&self.path(below), &self.credential)?;
        expect(&answer, 200, below)?;
        Ok(answer)
    }

    /// Reads what lies at that path below the source, packed with gzip.
    ///
    /// Fails when the answer is not 200 or not packed.
    pub fn get_packed(&self, client: &mut Client, below: &str) -> Result<Response> {
        let answer = client.get(&self.path(below), &self.packing())?;
        expect(&answer, 200, below)?;
        let encoding = answer.header("content-encoding");
        ensure!(
            encoding == Some("gzip"),
            "{below} came with encoding {encoding:?}, not gzip"
        );
        Ok(answer)
    }

    /// Pushes a package as clients do: one part of a form, with the token as API key (NuGet notes
    /// §6).
    ///
    /// Fails when the answer is not 201.
    pub fn push(&self, client: &mut Client, nupkg: &Nupkg) -> Result<()> {
        let kind = format!("multipart/form-data; boundary=\"{BOUNDARY}\"");
        let body = form(&nupkg.bytes);
        let path = self.path("package/");
        let answer = client.request("PUT", &path, &self.key(), Body::Bytes(&kind, &body))?;
        expect(&answer, 201, &nupkg.package.path())
    }

    /// Unlists a version and lists it again: everything that is drawn of the package is out of
    /// date then, and nothing else has changed.
    ///
    /// Fails when either is no success.
    pub fn touch(&self, client: &mut Client, package: &Package) -> Result<()> {
        let path = self.path(&format!("package/{}/{}", package.id, package.version));
        for method in ["DELETE", "POST"] {
            let answer = client.request(method, &path, &self.key(), Body::None)?;
            ensure!(
                (200..300).contains(&answer.status),
                "{method} {path} answered {}: {}",
                answer.status,
                answer.excerpt()
            );
        }
        Ok(())
    }

    fn key(&self) -> Vec<(String, String)> {
        let token = self.server.token.clone();
        let key = token.map(|token| ("X-NuGet-ApiKey".to_owned(), token));
        key.into_iter().collect()
    }
}

/// A form with one part.
fn form(package: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; \
         name=package; filename=package.nupkg\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    [head.as_bytes(), package, end.as_bytes()].concat()
}

/// What gzip packed.
///
/// Fails when it is something else.
pub fn unpacked(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn a_form_holds_the_bytes_between_its_lines() {
        let body = String::from_utf8(form(b"PK")).unwrap();
        assert!(body.starts_with("--packhouse-bench-boundary\r\n"));
        assert!(body.ends_with("\r\n\r\nPK\r\n--packhouse-bench-boundary--\r\n"));
    }
}
