//! One source of gems: its addresses, and what clients send to it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::gem::Built;
use crate::containers::at_the_same_time;
use crate::http::{Body, Client, Response};
use crate::maven::expect;
use crate::server::{Kind, Server};

/// Where the source lies, on each server.
const BASE: &str = "/rubygems/acme";

/// A source that is pushed to and read from.
#[derive(Debug)]
pub struct Source {
    /// Which server it is.
    pub kind: Kind,
    /// The server.
    pub server: Server,
}

impl Source {
    /// The source of a server.
    pub fn of(kind: Kind, server: Server) -> Self {
        Self { kind, server }
    }

    /// An nginx that serves these documents as files, by their paths below the source.
    ///
    /// Fails when the disk does, or nginx is missing or ends.
    pub fn files<'f>(files: impl IntoIterator<Item = (String, &'f [u8])>) -> Result<Self> {
        let server = Server::files(|folder| {
            for (below, bytes) in files {
                let path = Self::below(folder).join(below);
                let folder = path.parent().unwrap_or(folder);
                std::fs::create_dir_all(folder)?;
                std::fs::write(path, bytes)?;
            }
            Ok(())
        })?;
        Ok(Self::of(Kind::Nginx, server))
    }

    /// Whether it is Packhouse's, and not files.
    pub fn is_ours(&self) -> bool {
        self.server.token.is_some()
    }

    /// The headers of each read: a token as Basic password where one is asked for.
    pub fn credential(&self) -> Vec<(String, String)> {
        let basic = self.server.token.as_ref().map(|token| {
            let basic = STANDARD.encode(format!("bench:{token}"));
            ("Authorization".to_owned(), format!("Basic {basic}"))
        });
        basic.into_iter().collect()
    }

    /// The address of the source, for a Gemfile.
    pub fn url(&self) -> String {
        format!("http://{}{BASE}/", self.server.address)
    }

    /// The address on its server of what lies at that path below the source.
    pub fn path(below: &str) -> String {
        format!("{BASE}/{below}")
    }

    fn below(folder: &Path) -> PathBuf {
        folder.join(BASE.trim_start_matches('/'))
    }

    /// A client of its server.
    pub fn client(&self) -> Client {
        Client::new(self.server.address)
    }

    /// Reads what lies at that path below the source, with these headers besides those of each read.
    ///
    /// Fails when the answer has another status.
    pub fn get(&self, below: &str, more: &[(&str, &str)], status: u16) -> Result<Response> {
        let mut headers = self.credential();
        let more = more.iter();
        headers.extend(more.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let answer = self.client().get(&Self::path(below), &headers)?;
        expect(&answer, status, below)?;
        Ok(answer)
    }

    /// Pushes a gem as clients do (RubyGems notes §8).
    ///
    /// Fails when the answer is not 200.
    pub fn push(&self, client: &mut Client, built: &Built) -> Result<()> {
        let token = self.server.token.clone().unwrap_or_default();
        let headers = [("Authorization".to_owned(), token)];
        let body = Body::Bytes("application/octet-stream", &built.bytes);
        let answer = client.request("POST", &Self::path("api/v1/gems"), &headers, body)?;
        expect(&answer, 200, &built.gem.path())
    }

    /// Pushes all of these over so many connections, in their order as far as there is one then.
    ///
    /// Fails when any push does.
    pub fn push_all(&self, writers: u32, gems: &[Built]) -> Result<(Vec<Duration>, Duration)> {
        let next = AtomicUsize::new(0);
        at_the_same_time(writers as usize, |_| {
            let (mut client, next) = (self.client(), &next);
            Ok(move || {
                let mut times = Vec::new();
                while let Some(gem) = gems.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let began = Instant::now();
                    self.push(&mut client, gem)?;
                    times.push(began.elapsed());
                }
                Ok(times)
            })
        })
    }

    /// Looks whether an answer is not given to just anybody.
    ///
    /// Fails when it is, by a server that asks who it is.
    pub fn is_closed(&self, below: &str) -> Result<()> {
        if self.is_ours() {
            let status = self.client().get(&Self::path(below), &[])?.status;
            ensure!(status == 401, "{below} answered {status} to nobody");
        }
        Ok(())
    }
}
