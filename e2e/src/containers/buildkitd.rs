//! A BuildKit daemon of a test's own.

use tempfile::TempDir;

use super::daemon::Daemon;
use crate::tools;

/// A builder with an empty cache.
#[derive(Debug)]
pub struct Buildkitd {
    // Fields are dropped in this order: the daemon ends before its folder goes.
    _daemon: Daemon,
    folder: TempDir,
}

impl Buildkitd {
    /// Starts one; panics with its log when it does not come up.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for buildkitd can be made");
        let path = folder.path();
        // Its settings would be those of this machine if it had no file of its own.
        let settings = "[worker.oci]\nenabled = true\n[worker.containerd]\nenabled = false\n";
        std::fs::write(path.join("buildkitd.toml"), settings).expect("a file can be written");
        let program = tools::helper("buildkitd");
        let daemon = Daemon::start(&program, path, "running server on", |command| {
            command
                .args(["--addr", &address(path)])
                .args(["--root".as_ref(), path.join("root").as_os_str()])
                .args(["--config".as_ref(), path.join("buildkitd.toml").as_os_str()]);
        });
        Self {
            _daemon: daemon,
            folder,
        }
    }

    /// Gives what `BUILDKIT_HOST` is set to.
    pub fn address(&self) -> String {
        address(self.folder.path())
    }
}

fn address(folder: &std::path::Path) -> String {
    format!("unix://{}", folder.join("buildkitd.sock").display())
}
