//! One Maven repository: its addresses, and what clients send to it.

use anyhow::{Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use super::artifact::{Artifact, File, Release, merged, metadata_path};
use crate::http::{Body, Client, Response};
use crate::server::Server;

/// The private repository of Packhouse that everything is deployed into.
const BASE: &str = "/maven/acme/maven";

/// The name of the header with which a client need not ask for a checksum (Maven notes §6).
const CHECKSUM_HEADER: &str = "x-checksum-sha1";

/// A repository that is deployed into and read from.
#[derive(Debug)]
pub struct Repository<'s> {
    /// The server.
    pub server: &'s Server,
    base: &'static str,
    /// The headers of each request: a token as Basic password where one is asked for.
    pub credential: Vec<(String, String)>,
}

impl<'s> Repository<'s> {
    /// The repository of a server: Packhouse's, with its token, or all that a server of files has.
    pub fn open(server: &'s Server) -> Self {
        let Some(token) = &server.token else {
            return Self {
                server,
                base: "",
                credential: Vec::new(),
            };
        };
        let basic = STANDARD.encode(format!("bench:{token}"));
        Self {
            server,
            base: BASE,
            credential: vec![("Authorization".to_owned(), format!("Basic {basic}"))],
        }
    }

    /// Whether it is Packhouse's, and so lists what was deployed and tells checksums in headers.
    pub fn is_ours(&self) -> bool {
        !self.base.is_empty()
    }

    /// The path and all before it, without a slash at its end, for clients' settings.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.server.address, self.base)
    }

    /// The address of what lies at that path below the repository.
    pub fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.base)
    }

    /// A client of its server.
    pub fn client(&self) -> Client {
        Client::new(self.server.address)
    }

    /// Reads what lies at that path below the repository.
    ///
    /// Fails when the answer is not 200.
    pub fn get(&self, client: &mut Client, below: &str) -> Result<Response> {
        let answer = client.get(&self.path(below), &self.credential)?;
        expect(&answer, 200, below)?;
        Ok(answer)
    }

    /// Reads a file and looks whether it is as long as it should be. Packhouse must tell its
    /// checksum in a header, without which clients would ask for it.
    ///
    /// Fails when the answer is another.
    pub fn fetch(&self, client: &mut Client, file: &File) -> Result<()> {
        let answer = self.get(client, &file.path)?;
        let (got, expected) = (answer.body.len(), file.bytes.len());
        ensure!(
            got == expected,
            "{} has {got} bytes instead of {expected}",
            file.path
        );
        if self.is_ours() {
            let said = answer.header(CHECKSUM_HEADER);
            ensure!(
                said == Some(&file.sha1),
                "{} came with the checksum {said:?}",
                file.path
            );
        }
        Ok(())
    }

    /// Reads a file's `.sha1` and compares it.
    ///
    /// Fails when it is another.
    pub fn fetch_checksum(&self, client: &mut Client, file: &File) -> Result<()> {
        let path = format!("{}.sha1", file.path);
        let answer = self.get(client, &path)?;
        ensure!(
            answer.body == file.sha1.as_bytes(),
            "{path} is {}",
            answer.excerpt()
        );
        Ok(())
    }

    /// Deploys a release as one connection of Maven 3.9 does: each file with its `.sha1` and
    /// `.md5`, then the list of versions is read and sent back with one more (Maven notes §3).
    ///
    /// Fails at the first answer that is no success.
    pub fn deploy(&self, client: &mut Client, release: &Release) -> Result<()> {
        for file in &release.files {
            self.put_with_checksums(client, file)?;
        }
        self.list(client, &release.artifact)
    }

    /// Reads the list of a package's versions and sends it back with one more.
    ///
    /// Fails as [`Self::deploy`] does, and when the list is none.
    fn list(&self, client: &mut Client, artifact: &Artifact) -> Result<()> {
        let below = metadata_path(&artifact.name);
        let answer = client.get(&self.path(&below), &self.credential)?;
        let merged = if answer.status == 404 {
            merged(None, artifact)?
        } else {
            expect(&answer, 200, &below)?;
            if answer.header(CHECKSUM_HEADER).is_none() {
                self.compare_list(client, &below, &answer)?;
            }
            merged(Some(&answer.body), artifact)?
        };
        self.put_with_checksums(client, &File::new(below, merged.into_bytes()))
    }

    /// Asks for the checksum of a list, as clients do that saw none in a header. It may be another:
    /// a server of files lets writers overtake one another, and clients only warn of that.
    fn compare_list(&self, client: &mut Client, below: &str, answer: &Response) -> Result<()> {
        let path = self.path(&format!("{below}.sha1"));
        let sum = client.get(&path, &self.credential)?;
        let known = sum.status == 200 || sum.status == 404;
        ensure!(known, "{path} answered {}", sum.status);
        // Computed all the same: it is part of what a client does.
        std::hint::black_box(Sha1::digest(&answer.body));
        Ok(())
    }

    /// Sends a file, then its `.sha1` and its `.md5`.
    ///
    /// Fails at the first answer that is no success.
    pub fn put_with_checksums(&self, client: &mut Client, file: &File) -> Result<()> {
        self.put(client, &file.path, file.content_type(), &file.bytes)?;
        for (suffix, sum) in [("sha1", &file.sha1), ("md5", &file.md5)] {
            let path = format!("{}.{suffix}", file.path);
            self.put(client, &path, "text/plain", sum.as_bytes())?;
        }
        Ok(())
    }

    /// Sends bytes to a path below the repository.
    ///
    /// Fails when the answer is no success.
    pub fn put(&self, client: &mut Client, below: &str, kind: &str, bytes: &[u8]) -> Result<()> {
        let body = Body::Bytes(kind, bytes);
        let answer = client.request("PUT", &self.path(below), &self.credential, body)?;
        ensure!(
            (200..300).contains(&answer.status),
            "PUT {below} answered {}: {}",
            answer.status,
            answer.excerpt()
        );
        Ok(())
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
