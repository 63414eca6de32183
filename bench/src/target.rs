//! What is asked of a server for each read, and the bytes that it answers.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use url::Url;

use crate::fixture::SCOPE;
use crate::http::{Client, Response};
use crate::server::Server;
use crate::work::Work;

const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

/// One request, tried once, and how large its answer was.
#[derive(Clone, Debug)]
pub struct Target {
    /// The path and query.
    pub path: String,
    /// The headers besides Host.
    pub headers: Vec<(String, String)>,
    /// Bytes of the answer's body as sent.
    pub bytes: usize,
}

/// The bodies that a server answered, to be served again as files.
#[derive(Clone, Debug, Default)]
pub struct Documents(BTreeMap<Work, Vec<u8>>);

impl Documents {
    /// Each document with the read that it answers.
    pub fn iter(&self) -> impl Iterator<Item = (Work, &[u8])> {
        self.0.iter().map(|(work, bytes)| (*work, bytes.as_slice()))
    }

    /// The file that nginx serves for a read.
    pub fn file_name(work: Work) -> &'static str {
        match work {
            Work::TenFull | Work::Revalidate => "ten-full.json",
            Work::TenAbbreviated => "ten-abbreviated.json",
            Work::ManyFull => "many-full.json",
            Work::ManyAbbreviated | Work::ManyAbbreviatedGzip => "many-abbreviated.json",
            Work::Tarball | Work::PublishDistinct | Work::PublishSeries => "tarball.tgz",
        }
    }
}

/// Every read of a registry, tried once, with the documents it answered.
///
/// `ten` and `many` are package names without scope. Fails when an answer is not 200 (304 for the
/// revalidation), is no packument with as many versions as said, or has no ETag.
pub fn registry(
    server: &Server,
    [(ten, ten_count), (many, many_count)]: [(&str, u32); 2],
    token: Option<&str>,
) -> Result<(BTreeMap<Work, Target>, Documents)> {
    let mut client = Client::new(server.address);
    let mut targets = BTreeMap::new();
    let mut documents = Documents::default();
    let mut tarball = None;
    for (work, name, count, accept, gzip) in [
        (Work::TenFull, ten, ten_count, "application/json", false),
        (Work::TenAbbreviated, ten, ten_count, ABBREVIATED, false),
        (Work::ManyFull, many, many_count, "application/json", false),
        (Work::ManyAbbreviated, many, many_count, ABBREVIATED, false),
        (
            Work::ManyAbbreviatedGzip,
            many,
            many_count,
            ABBREVIATED,
            true,
        ),
    ] {
        let path = format!("{}/@{SCOPE}%2f{name}", server.prefix);
        let mut headers = vec![header("Accept", accept)];
        headers.extend(token.map(|token| header("Authorization", &format!("Bearer {token}"))));
        let plain = ask(&mut client, &path, &headers, 200)?;
        let packument: Value = serde_json::from_slice(&plain.body)?;
        let versions = packument["versions"]
            .as_object()
            .context("no versions in the packument")?;
        ensure!(
            versions.len() == count as usize,
            "{name} has {} versions",
            versions.len()
        );
        let abbreviated = versions
            .values()
            .all(|version| version.get("scripts").is_none());
        ensure!(
            abbreviated == (accept == ABBREVIATED),
            "{name} came in another form than asked"
        );

        if work == Work::TenFull {
            let version = versions.values().next_back().context("no version")?;
            let url = version["dist"]["tarball"]
                .as_str()
                .context("no tarball address")?;
            tarball = Some(Url::parse(url)?.path().to_owned());
            let etag = plain.header("etag").context("packument without an ETag")?;
            let mut again = headers.clone();
            again.push(header("If-None-Match", etag));
            ask(&mut client, &path, &again, 304)?;
            let target = Target {
                path: path.clone(),
                headers: again,
                bytes: 0,
            };
            targets.insert(Work::Revalidate, target);
        }
        let mut bytes = plain.body.len();
        if gzip {
            headers.push(header("Accept-Encoding", "gzip"));
            let packed = ask(&mut client, &path, &headers, 200)?;
            let encoding = packed.header("content-encoding");
            ensure!(
                encoding == Some("gzip"),
                "{path} came with encoding {encoding:?}, not gzip"
            );
            bytes = packed.body.len();
        }
        documents.0.insert(work, plain.body);
        targets.insert(
            work,
            Target {
                path,
                headers,
                bytes,
            },
        );
    }
    let path = tarball.context("no tarball was named")?;
    let headers: Vec<_> = token
        .map(|token| header("Authorization", &format!("Bearer {token}")))
        .into_iter()
        .collect();
    let response = ask(&mut client, &path, &headers, 200)?;
    targets.insert(
        Work::Tarball,
        Target {
            path,
            headers,
            bytes: response.body.len(),
        },
    );
    documents.0.insert(Work::Tarball, response.body);
    Ok((targets, documents))
}

/// Every read of the files that nginx serves, tried once.
///
/// Fails when an answer is not the document's bytes.
pub fn files(server: &Server, documents: &Documents) -> Result<BTreeMap<Work, Target>> {
    let mut client = Client::new(server.address);
    let mut targets = BTreeMap::new();
    for (work, bytes) in documents.iter() {
        let path = format!("/{}", Documents::file_name(work));
        let mut headers = Vec::new();
        if work == Work::ManyAbbreviatedGzip {
            headers.push(header("Accept-Encoding", "gzip"));
        }
        let response = ask(&mut client, &path, &headers, 200)?;
        if headers.is_empty() {
            ensure!(
                response.body == bytes,
                "nginx serves other bytes than {work:?}"
            );
        } else {
            ensure!(
                response.header("content-encoding") == Some("gzip"),
                "nginx sent no gzip"
            );
        }
        if work == Work::TenFull {
            let etag = response.header("etag").context("nginx sent no ETag")?;
            let again = vec![header("If-None-Match", etag)];
            ask(&mut client, &path, &again, 304)?;
            let target = Target {
                path: path.clone(),
                headers: again,
                bytes: 0,
            };
            targets.insert(Work::Revalidate, target);
        }
        targets.insert(
            work,
            Target {
                path,
                headers,
                bytes: response.body.len(),
            },
        );
    }
    Ok(targets)
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn ask(
    client: &mut Client,
    path: &str,
    headers: &[(String, String)],
    status: u16,
) -> Result<Response> {
    let response = client.get(path, headers)?;
    let excerpt = response.excerpt();
    ensure!(
        response.status == status,
        "{path} answered {}: {excerpt}",
        response.status
    );
    Ok(response)
}
