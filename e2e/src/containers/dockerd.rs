//! A docker daemon of a test's own.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::daemon::Daemon;
use crate::process::kill;
use crate::tools;

/// A machine with docker and containerd that has no image yet.
#[derive(Debug)]
pub struct Dockerd {
    // Fields are dropped in this order: the daemon ends before its folder goes.
    daemon: Daemon,
    folder: TempDir,
}

impl Dockerd {
    /// Starts one without a network for containers; panics with its log when it does not come up.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for dockerd can be made");
        // Its settings would be those of this machine if it had no file of its own.
        std::fs::write(folder.path().join("daemon.json"), "{}").expect("a file can be written");
        Self {
            daemon: serve(folder.path()),
            folder,
        }
    }

    /// Gives what `DOCKER_HOST` is set to.
    pub fn address(&self) -> String {
        format!(
            "unix://{}",
            self.folder.path().join("docker.sock").display()
        )
    }

    /// Gives the socket of its containerd.
    pub fn containerd(&self) -> PathBuf {
        self.folder.path().join("exec/containerd/containerd.sock")
    }

    /// Kills it, and starts it again on what it has stored.
    pub fn crash(&mut self) {
        self.daemon.kill();
        // Its containerd ends too, but not at once, and a new daemon would rely on it.
        let containerd = self.folder.path().join("exec/containerd/containerd.pid");
        let pid = std::fs::read_to_string(&containerd).expect("containerd has a pid file");
        kill("KILL", pid.trim());
        // Either number would be taken for a process that still runs if another had it by now.
        for path in [containerd, self.folder.path().join("pid")] {
            std::fs::remove_file(path).expect("a pid file can be removed");
        }
        self.daemon = serve(self.folder.path());
    }
}

fn serve(folder: &Path) -> Daemon {
    let at = |name: &str| folder.join(name);
    let socket = format!("unix://{}", at("docker.sock").display());
    Daemon::start(
        &tools::debian("dockerd"),
        folder,
        "API listen on",
        |command| {
            command
                .args(["--host", &socket])
                .args(["--data-root".as_ref(), at("data").as_os_str()])
                .args(["--exec-root".as_ref(), at("exec").as_os_str()])
                .args(["--pidfile".as_ref(), at("pid").as_os_str()])
                .args(["--config-file".as_ref(), at("daemon.json").as_os_str()])
                .args(["--bridge", "none", "--iptables=false", "--ip6tables=false"])
                .args(["--ip-forward=false", "--ip-masq=false"]);
        },
    )
}
