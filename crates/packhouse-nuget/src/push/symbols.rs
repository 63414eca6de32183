//! PUT of symbols, and GET of one file of them (NuGet notes §7).

use std::io::Read;

use actix_web::HttpResponse;
use bytes::Bytes;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::publish::{Join, PublishFile};
use tokio::sync::mpsc;

use super::{PIECE, blocking, broken, phrase, receive};
use crate::archive::Limits;
use crate::symbols::{Pdb, Snupkg};
use crate::{address, symbol_files};

/// How much all files of a package of symbols may have when inflated, in bytes: they are kept so.
const MAX_INFLATED: u64 = 2 << 30;
/// What the files are of their version.
const PART: &str = "symbols";

/// PUT `symbolpackage`: joins the version that has the package's id and number; symbols that came
/// before go.
pub(crate) async fn push(mut call: Call, owner: &str) -> Result<HttpResponse> {
    let staged = receive(&mut call).await?;
    let read = staged.clone();
    let limits = Limits {
        max_inflated: MAX_INFLATED,
        ..Limits::at(call.registry().now())
    };
    let snupkg = blocking(move || {
        let reader = read.open().map_err(broken)?;
        Snupkg::read(reader, &limits).map_err(|error| match error.is_io() {
            true => broken(error),
            false => HttpError::invalid(error.to_string()).coded(phrase::of_symbols(&error)),
        })
    });
    let snupkg = snupkg.await?;
    let (id, version) = (snupkg.id.as_str(), &snupkg.version);
    let version = address::version_name(version);
    let mut files = Vec::with_capacity(snupkg.pdbs.len() + 1);
    for pdb in &snupkg.pdbs {
        files.push(PublishFile {
            name: symbol_files::name(&pdb.name, &pdb.key),
            content_type: "application/octet-stream".to_owned(),
            staged: inflate(&call, &staged, pdb.clone()).await?,
        });
    }
    files.push(PublishFile {
        name: address::part(&version, "snupkg"),
        content_type: "application/octet-stream".to_owned(),
        staged,
    });
    let join = Join {
        address: address::of(owner, id),
        version,
        part: PART,
        replaces: true,
        files,
    };
    call.registry()
        .join(&call.actor, &call.client, join)
        .await?;
    Ok(HttpResponse::Created().finish())
}

/// Inflates one file of symbols into staging, a piece at a time.
async fn inflate(call: &Call, staged: &StagedFile, pdb: Pdb) -> Result<StagedFile> {
    let (pieces, mut coming) = mpsc::channel::<Bytes>(2);
    let (archive, size) = (staged.clone(), pdb.place.size);
    let reading = blocking(move || {
        let damaged = |error: std::io::Error| {
            let text = format!("{} cannot be unpacked: {error}", pdb.name);
            HttpError::invalid(text).coded(phrase::DAMAGED)
        };
        let mut archive = archive.open().map_err(broken)?;
        let mut reader = pdb.open(&mut archive).map_err(broken)?;
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let limit = PIECE as u64;
            (&mut reader)
                .take(limit)
                .read_to_end(&mut piece)
                .map_err(damaged)?;
            // Whoever takes the pieces gave up, and says why.
            if piece.is_empty() || pieces.blocking_send(piece.into()).is_err() {
                return Ok(());
            }
        }
    });
    let mut upload = call.registry().begin_upload(size);
    let writing = async {
        while let Some(piece) = coming.recv().await {
            upload.write(piece).await?;
        }
        Ok::<_, HttpError>(upload.finish().await?)
    };
    let (read, written) = tokio::join!(reading, writing);
    read?;
    written
}
