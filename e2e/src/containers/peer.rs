//! Another registry beside ours: Debian's docker-registry, which is distribution 2.8.

use tempfile::TempDir;

use super::Registry;
use super::daemon::Daemon;
use crate::postgres::free_port;
use crate::tools;

/// A running docker-registry that anybody may read and write.
#[derive(Debug)]
pub struct Peer {
    // Fields are dropped in this order: the server ends before its folder goes.
    _daemon: Daemon,
    _folder: TempDir,
    port: u16,
}

impl Peer {
    /// Starts one on a free port of 127.0.0.1; panics with its log when it does not come up.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for a registry can be made");
        let port = free_port();
        let data = folder.path().join("data");
        let settings = format!(
            "version: 0.1
storage:
  filesystem:
    rootdirectory: {}
  delete:
    enabled: true
http:
  addr: 127.0.0.1:{port}
",
            data.display()
        );
        let config = folder.path().join("config.yml");
        std::fs::write(&config, settings).expect("a configuration can be written");
        let program = tools::debian("docker-registry");
        let daemon = Daemon::start(&program, folder.path(), "listening on", |command| {
            command.arg("serve").arg(&config);
        });
        Self {
            _daemon: daemon,
            _folder: folder,
            port,
        }
    }

    /// Gives its host and port, as images are named.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Asks it directly.
    pub fn registry(&self) -> Registry {
        Registry::at(&self.host(), None)
    }
}
