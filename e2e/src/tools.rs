//! Where the installed clients and servers are.

use std::env;
use std::path::{Path, PathBuf};

/// One line of `clients.txt`: a client, and the version of its package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Our name for it, such as `npm-6`.
    pub name: &'static str,
    /// The exact version.
    pub version: &'static str,
}

/// Gives the pinned version of the client named `name` in `clients.txt`; panics for another.
pub fn pinned(name: &str) -> Pinned {
    include_str!("../clients.txt")
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some(name), Some(_package), Some(version)) => Some(Pinned { name, version }),
                _ => None,
            }
        })
        .find(|pinned| pinned.name == name)
        .unwrap_or_else(|| panic!("{name} is not in e2e/clients.txt"))
}

/// Gives the folder with the packages of the client `name`.
pub fn client_folder(name: &str) -> PathBuf {
    let Pinned { name, version } = pinned(name);
    existing(&root().join(format!("npm/{name}@{version}/node_modules")))
}

/// Gives the folder with the programs of the client `name`.
pub fn client_bin(name: &str) -> PathBuf {
    existing(&client_folder(name).join(".bin"))
}

/// Gives the path of an installed helper program, such as `versitygw`.
pub fn helper(name: &str) -> PathBuf {
    existing(&root().join("bin").join(name))
}

/// Gives the path of a folder among the installed tools.
pub fn folder(name: &str) -> PathBuf {
    existing(&root().join(name))
}

/// Gives the path of a program that Debian brings.
pub fn debian(name: &str) -> PathBuf {
    let folders = ["/usr/bin", "/usr/sbin"];
    let found = folders.map(|folder| Path::new(folder).join(name));
    existing(found.iter().find(|path| path.exists()).unwrap_or(&found[0]))
}

/// Gives the path of the program that a shell would start.
pub fn on_path(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path).map(|folder| folder.join(name));
    found
        .find(|path| path.exists())
        .unwrap_or_else(|| debian(name))
}

/// Gives the path of the `packhouse` binary, built with failpoints.
pub fn packhouse() -> PathBuf {
    let path = env::var_os("PACKHOUSE_BIN").unwrap_or_else(|| {
        panic!("PACKHOUSE_BIN is not set: run ./test, which builds and sets it")
    });
    existing(Path::new(&path))
}

fn root() -> PathBuf {
    env::var_os("PACKHOUSE_TEST_TOOLS")
        .unwrap_or_else(|| {
            panic!("PACKHOUSE_TEST_TOOLS is not set: run ./test, which installs what is needed")
        })
        .into()
}

/// Gives `path` back; panics with the way out when nothing is there.
pub fn existing(path: &Path) -> PathBuf {
    assert!(
        path.exists(),
        "{} is missing: run ./test, which installs what is needed",
        path.display()
    );
    path.to_owned()
}
