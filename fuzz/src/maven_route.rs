//! Maven addresses: no path may panic, and what one leads to must be reached again by the address
//! that is written for it.

use packhouse_maven::path::{self, METADATA, What};

/// Runs one input: what follows `/maven/OWNER/REPO/`, decoded.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Some(located) = parse(text) else {
        return;
    };
    let suffix = located
        .checksum
        .map(|algorithm| format!(".{}", algorithm.suffix()))
        .unwrap_or_default();
    match &located.what {
        What::ArchetypeCatalog => {}
        What::Metadata(metadata) => {
            let directory = metadata.directory.join("/");
            let again = parse(&format!("{directory}/{METADATA}{suffix}"));
            assert_eq!(again.as_ref(), Some(&located), "{text}");
            let levels = [
                metadata
                    .version_level()
                    .map(|(ga, version)| format!("{}/{version}", ga.path())),
                metadata.artifact_level().map(|ga| ga.path()),
                metadata.group_level().map(|group| group.replace('.', "/")),
            ];
            assert!(levels.iter().any(Option::is_some), "{text}");
            for level in levels.into_iter().flatten() {
                assert_eq!(level, directory);
            }
        }
        What::File(file) => {
            let again = parse(&format!("{}/{}{suffix}", file.ga.path(), file.name()));
            assert_eq!(again.as_ref(), Some(&located), "{text}");
            if let Some(part) = &file.part {
                let name = part.file_name(&file.ga.artifact, &file.version);
                assert_eq!(name, file.file);
            }
        }
    }
}

/// Goes the way of a request: segments without empty ones, then what they lead to.
fn parse(text: &str) -> Option<path::Located> {
    let segments = text.split('/').filter(|segment| !segment.is_empty());
    let segments: Vec<String> = segments.map(str::to_owned).collect();
    path::parse(&segments).ok()
}
