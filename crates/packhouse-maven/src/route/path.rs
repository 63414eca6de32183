//! From a route back to its address.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Place, Repository, Route};
use crate::checksum::Algorithm;
use crate::path::METADATA;

/// What is written with a percent sign in a segment.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl Route {
    /// Gives the method by which it is asked for.
    pub fn method(&self) -> &'static str {
        match self {
            Self::File { .. }
            | Self::Metadata { .. }
            | Self::Catalog { .. }
            | Self::Folder { .. }
            | Self::Nothing { .. } => "GET",
            Self::PutFile { .. }
            | Self::PutChecksum { .. }
            | Self::PutMetadata { .. }
            | Self::Refused { .. } => "PUT",
            Self::Options => "OPTIONS",
        }
    }

    /// Gives the address below the protocol's scope, percent-encoded, without a slash at the
    /// start. Addresses of what cannot be there have one form each.
    pub fn path(&self) -> String {
        match self {
            Self::File {
                place,
                file,
                checksum,
            } => in_place(place, &file_path(file, *checksum)),
            Self::PutFile { place, file } => in_place(place, &file_path(file, None)),
            Self::PutChecksum {
                place,
                file,
                algorithm,
            } => in_place(place, &file_path(file, Some(*algorithm))),
            Self::Metadata {
                place,
                path,
                checksum,
            }
            | Self::PutMetadata {
                place,
                path,
                checksum,
            } => {
                let directory = path.directory.join("/");
                in_place(
                    place,
                    &format!("{directory}/{METADATA}{}", suffix(*checksum)),
                )
            }
            Self::Catalog { place, checksum } => in_place(
                place,
                &format!("archetype-catalog.xml{}", suffix(*checksum)),
            ),
            Self::Folder { place, path } if path.is_empty() => format!("{}/", in_place(place, "")),
            Self::Folder { place, path } => format!("{}/", in_place(place, &path.join("/"))),
            Self::Nothing { place } => in_place(place, ".meta/prefixes.txt"),
            Self::Refused { place, .. } => in_place(place, "archetype-catalog.xml"),
            Self::Options => String::new(),
        }
    }
}

fn file_path(file: &crate::path::FilePath, checksum: Option<Algorithm>) -> String {
    format!("{}/{}{}", file.ga.path(), file.name(), suffix(checksum))
}

fn suffix(checksum: Option<Algorithm>) -> String {
    checksum.map_or_else(String::new, |algorithm| format!(".{}", algorithm.suffix()))
}

fn in_place(place: &Place, path: &str) -> String {
    let repository = match &place.repository {
        Repository::Named(name) => name.as_str(),
        Repository::Any => "*",
    };
    let whole = format!("{}/{repository}/{path}", place.owner);
    let encoded = whole
        .trim_end_matches('/')
        .split('/')
        .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
    encoded.collect::<Vec<_>>().join("/")
}
