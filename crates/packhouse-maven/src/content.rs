//! What the files of a version say about it: POM, Gradle module metadata, plugin descriptor.

use std::io::{self, Read};
use std::sync::Arc;

use actix_web::web;
use packhouse_core::error::ErrorKind;
use packhouse_http::{HttpError, Result};
use packhouse_registry::Error;
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::publish::{Describe, Description, PutEntry};

use crate::about::About;
use crate::entries;
use crate::format::stored;
use crate::module::{MAX_MODULE, Module};
use crate::path::{FilePath, Part};
use crate::plugin::{self, PluginDescriptor};
use crate::pom::{MAX_POM, Pom};

/// What packaging an archetype has.
const ARCHETYPE: &str = "maven-archetype";

/// What a file says.
#[derive(Default)]
pub(crate) struct Content {
    pub description: Option<Description>,
    pub entries: Vec<PutEntry>,
}

/// What there is to read in a file.
enum Kind {
    /// The POM of the version.
    MainPom,
    /// Another POM, such as Maven 4's build POM: only checked.
    OtherPom,
    /// Gradle module metadata.
    Module,
    /// A jar that may hold a plugin.
    Jar,
    Nothing,
}

/// Reads what a file says about its version.
///
/// # Errors
/// `Invalid` for a POM that is not well-formed or beyond the limits, and for module metadata that is
/// no JSON object: nobody could use them.
pub(crate) async fn read(file: &FilePath, staged: &StagedFile) -> Result<Content> {
    let kind = file.part.as_ref().map_or(Kind::Nothing, kind);
    if matches!(kind, Kind::Nothing) {
        return Ok(Content::default());
    }
    let (file, staged) = (file.clone(), staged.open());
    let reader = staged.map_err(|error| unreadable(&error))?;
    let read = web::block(move || match kind {
        Kind::MainPom => main_pom(&file, reader),
        Kind::OtherPom => pom(&file, reader).map(|_| Content::default()),
        Kind::Module => module(&file, reader),
        Kind::Jar => Ok(jar(&file, reader)),
        Kind::Nothing => Ok(Content::default()),
    });
    let read = read.await;
    read.map_err(|_| HttpError::new(ErrorKind::Unavailable, "the server is stopping"))?
}

fn kind(part: &Part) -> Kind {
    match (part.extension.as_str(), &part.classifier) {
        ("pom", None) => Kind::MainPom,
        ("pom", Some(_)) => Kind::OtherPom,
        ("module", None) => Kind::Module,
        ("jar", None) => Kind::Jar,
        _ => Kind::Nothing,
    }
}

/// Reads at most one byte more than a parser takes, so that it says what is too long.
fn bytes(reader: impl Read, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limit as u64 + 1;
    let read = reader.take(most).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> HttpError {
    Error::Internal(format!("a staged file cannot be read: {error}")).into()
}

fn pom(file: &FilePath, reader: impl Read) -> Result<Pom> {
    let bytes = bytes(reader, MAX_POM)?;
    Pom::parse(&bytes).map_err(|error| invalid(file, &error))
}

fn main_pom(file: &FilePath, reader: impl Read) -> Result<Content> {
    let pom = pom(file, reader)?;
    let mismatches = pom.mismatches(&file.ga, &file.version);
    let mut content = Content::default();
    if pom.packaging == ARCHETYPE {
        content.entries.push(entries::archetype(&pom));
    }
    let source = pom.scm.clone();
    content.description = Some(Description {
        metadata: describe(move |about| about.with_pom(&pom, mismatches.clone())),
        source_repository: source,
        source_ref: None,
    });
    Ok(content)
}

fn module(file: &FilePath, reader: impl Read) -> Result<Content> {
    let bytes = bytes(reader, MAX_MODULE)?;
    let module = Module::parse(&bytes).map_err(|error| invalid(file, &error))?;
    Ok(Content {
        description: Some(Description {
            metadata: describe(move |about| about.with_module(&module)),
            source_repository: None,
            source_ref: None,
        }),
        entries: Vec::new(),
    })
}

fn jar(file: &FilePath, reader: impl Read + io::Seek) -> Content {
    let mut content = Content::default();
    match plugin::read_plugin(reader) {
        Ok(Some(PluginDescriptor { prefix, name })) => {
            content
                .entries
                .push(entries::plugin(&file.ga, &prefix, &name));
        }
        Ok(None) => {}
        // Whatever it is, it is a file like any other.
        Err(error) => tracing::debug!(%error, file = file.file, "not looked into for a plugin"),
    }
    content
}

fn describe(change: impl Fn(About) -> About + Send + Sync + 'static) -> Describe {
    Arc::new(move |before: &str| {
        let about = change(stored(before));
        about.to_json().map_err(|error| {
            Error::Internal(format!("what a file says cannot be written: {error}"))
        })
    })
}

fn invalid(file: &FilePath, error: &dyn std::fmt::Display) -> HttpError {
    HttpError::invalid(format!("{} is refused: {error}", file.file))
}
