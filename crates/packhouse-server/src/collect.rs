//! `packhouse gc` and `packhouse check`: what they print.

use packhouse_registry::check::{Checked, Finding};
use packhouse_registry::collect::{Collected, Mode};

use crate::config::Config;
use crate::failure::Failure;
use crate::open::open;
use crate::protocols::Protocols;
use crate::run::print;

/// Frees what can go, or tells what would, and prints how much.
///
/// # Errors
/// When database or store fail, or something could not be removed.
pub async fn gc(config: &Config, dry_run: bool) -> Result<(), Failure> {
    let public_url = config.own_url(config.listen);
    let opened = open(config, public_url, &Protocols::default()).await?;
    let mode = if dry_run {
        Mode::Forecast
    } else {
        Mode::Remove
    };
    let done = opened.registry.collect(mode).await?;
    for line in lines(&done, mode) {
        print(line)?;
    }
    match done.failed {
        0 => Ok(()),
        failed => Err(Failure::Failed(anyhow::anyhow!(
            "{failed} could not be removed from the store: see the log, and run it again"
        ))),
    }
}

/// Compares database and store, and prints what is wrong.
///
/// # Errors
/// When something is wrong and stays so, and when database or store cannot be asked.
pub async fn check(config: &Config, repair: bool) -> Result<(), Failure> {
    let public_url = config.own_url(config.listen);
    let opened = open(config, public_url, &Protocols::default()).await?;
    let mut printed = Ok(());
    let mut tell = |finding: &Finding| {
        if printed.is_ok() {
            printed = print(finding);
        }
    };
    let done = opened.registry.check(repair, &mut tell).await?;
    printed?;
    print(seen(&done))?;
    if done.young > 0 {
        print(format_args!(
            "in the store and not recorded, younger than a day: {}",
            done.young
        ))?;
    }
    match (done.wrong, done.mended) {
        (0, 0) => print("nothing wrong"),
        (0, mended) => print(format_args!("{mended} mended, nothing else wrong")),
        (wrong, _) => Err(Failure::Failed(anyhow::anyhow!(
            "{wrong} wrong, {} mended{}",
            done.mended,
            if repair {
                ""
            } else {
                ": `packhouse check --repair` mends what can be mended"
            }
        ))),
    }
}

fn seen(done: &Checked) -> String {
    format!(
        "checked {} blobs ({} read), {} live versions, {} uploads under way",
        done.blobs,
        size(done.bytes),
        done.versions,
        done.uploads
    )
}

/// Says what went, a line each; nothing is said of what there was none of.
pub fn lines(done: &Collected, mode: Mode) -> Vec<String> {
    let verb = match mode {
        Mode::Remove => "removed",
        Mode::Forecast => "would remove",
    };
    let bytes = |count: u64, length| format!("{count} ({})", size(length));
    let counts = [
        (done.packages, done.packages.to_string(), "deleted packages"),
        (done.versions, done.versions.to_string(), "deleted versions"),
        (done.uploads, done.uploads.to_string(), "idle uploads"),
        (
            done.links,
            done.links.to_string(),
            "links to unneeded blobs",
        ),
        (
            done.blobs,
            bytes(done.blobs, done.blob_bytes),
            "unneeded blobs",
        ),
        (
            done.strays,
            bytes(done.strays, done.stray_bytes),
            "blobs that no row knew",
        ),
        (done.sessions, done.sessions.to_string(), "lost uploads"),
    ];
    let mut lines: Vec<_> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(_, count, what)| format!("{verb} {count} {what}"))
        .collect();
    if done.busy > 0 {
        lines.push(format!("left {} in use for the next time", done.busy));
    }
    if lines.is_empty() {
        lines.push("nothing to remove".to_owned());
    }
    lines
}

/// Writes a length in bytes for people.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} B"),
        _ => format!("{value:.1} {}", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_for_people() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1_250_000, "1.2 MB"),
            (5_000_000_000_000_000, "5000.0 TB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn only_what_there_was_is_told() {
        let nothing = Collected::default();
        assert_eq!(lines(&nothing, Mode::Remove), ["nothing to remove"]);
        let some = Collected {
            blobs: 2,
            blob_bytes: 1500,
            busy: 1,
            ..Collected::default()
        };
        let told = lines(&some, Mode::Forecast);
        let blobs = "would remove 2 (1.5 kB) unneeded blobs";
        assert_eq!(told, [blobs, "left 1 in use for the next time"]);
    }
}
