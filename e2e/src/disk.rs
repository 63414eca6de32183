//! A small file system of a test's own, which can be full for real.

use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;

use crate::postgres::{follow, is_root};
use crate::process::Process;

/// How long mounting may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What takes the room when the disk is filled.
const FILLER: &str = "filler";

/// A file system in memory, mounted where only its own programs see it: those started through
/// [`SmallDisk::entrance`]. Gone when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    // Fields are dropped in this order: the mount ends with the last program that sees it.
    keeper: Process,
    folder: TempDir,
}

impl SmallDisk {
    /// Makes one of `bytes`; panics when the machine does not let it be mounted.
    pub fn of(bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder to mount on can be made");
        // Going into a user namespace clears the signal at the parent's death, so it is asked for
        // again. What keeps the mount is a program that does nothing until it is killed.
        let script = "mount -t tmpfs -o \"size=$1,mode=700\" small-disk \"$2\" && echo mounted \
                      && exec setpriv --pdeathsig KILL -- tail -f /dev/null";
        let (keeper, output) = Process::start_with(
            Path::new("unshare"),
            |command| {
                if !is_root() {
                    command.args(["--user", "--map-root-user"]);
                }
                command
                    .args(["--mount", "--propagation", "private", "--"])
                    .args(["sh", "-c", script, "sh", &bytes.to_string()])
                    .arg(folder.path())
                    .stdin(Stdio::null())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::inherit());
            },
            |child| child.stdout.take().expect("standard output is piped"),
        );
        let said = follow(BufReader::new(output)).recv_timeout(PATIENCE);
        assert_eq!(said.as_deref(), Ok("mounted"), "no small disk can be made");
        Self { keeper, folder }
    }

    /// Gives the path of its root for the programs that see it.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the words that a command begins with to see it, and to run in `folder`.
    pub fn entrance(&self, folder: &Path) -> Vec<String> {
        let pid = self.keeper.pid().to_string();
        let mut words = vec!["nsenter", "--target", &pid, "--mount"];
        if !is_root() {
            words.extend(["--user", "--preserve-credentials"]);
        }
        let folder = format!("--wdns={}", folder.display());
        words.extend([folder.as_str(), "--"]);
        words.into_iter().map(str::to_owned).collect()
    }

    /// Lists the files in the folder `name` of it, and below.
    pub fn files(&self, name: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        crate::server::collect_files(&self.inside(name), &mut found);
        found.sort();
        found
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut filler = File::options()
            .create(true)
            .append(true)
            .open(self.inside(FILLER))
            .expect("a filler can be made");
        // One block after the other, so that not even one is left.
        loop {
            match filler.write_all(&[b'.'; 4096]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return,
                Err(error) => panic!("cannot fill a small disk: {error}"),
            }
        }
    }

    /// Gives back the room that [`SmallDisk::fill`] took.
    pub fn make_room(&self) {
        fs::remove_file(self.inside(FILLER)).expect("there is a filler to remove");
    }

    /// Gives the path of something on it for a program that does not see it.
    fn inside(&self, name: &str) -> PathBuf {
        let pid = self.keeper.pid();
        let folder = self.path().strip_prefix("/").expect("a path from the root");
        Path::new(&format!("/proc/{pid}/root"))
            .join(folder)
            .join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_full_and_has_room_again_and_nobody_else_sees_it() {
        let disk = SmallDisk::of(1 << 20);
        disk.fill();
        let written = fs::write(disk.inside("more"), [b'.'; 4096]);
        assert_eq!(written.unwrap_err().kind(), ErrorKind::StorageFull);
        disk.make_room();
        fs::write(disk.inside("more"), [b'.'; 4096]).unwrap();
        assert_eq!(disk.files("").len(), 1);
        assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0);
    }
}
