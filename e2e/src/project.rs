//! Projects that clients publish and install into.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// A folder with a `package.json`, removed when dropped.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
    manifest: Map<String, Value>,
}

impl Project {
    /// Makes a package named `name` at `version`, with an `index.js` that exports both.
    pub fn package(name: &str, version: &str) -> Self {
        let project = Self::of(json!({
            "name": name,
            "version": version,
            "description": "made by a test",
            "license": "MIT",
            "main": "index.js",
        }));
        project.file(
            "index.js",
            &format!("module.exports = '{name}@{version}';\n"),
        )
    }

    /// Makes a private project that depends on `dependencies`, pairs of name and range.
    pub fn consumer(dependencies: &[(&str, &str)]) -> Self {
        let dependencies: Map<_, _> = dependencies
            .iter()
            .map(|(name, range)| ((*name).to_owned(), json!(range)))
            .collect();
        Self::of(json!({
            "name": "consumer",
            "version": "0.0.0",
            "private": true,
            "license": "MIT",
            "dependencies": dependencies,
        }))
    }

    fn of(manifest: Value) -> Self {
        let Value::Object(manifest) = manifest else {
            panic!("a package.json is an object");
        };
        let folder = tempfile::tempdir().expect("a folder for a project can be made");
        let project = Self { folder, manifest };
        project.write_manifest();
        project
    }

    /// Writes a file into it.
    pub fn file(self, name: &str, content: &str) -> Self {
        self.bytes(name, content.as_bytes())
    }

    /// Writes a file of any bytes into it.
    pub fn bytes(self, name: &str, content: &[u8]) -> Self {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder of a project can be made");
        }
        std::fs::write(path, content).expect("a file of a project can be written");
        self
    }

    /// Sets a field of `package.json`.
    pub fn field(mut self, key: &str, value: Value) -> Self {
        self.manifest.insert(key.to_owned(), value);
        self.write_manifest();
        self
    }

    /// Moves it to another version.
    pub fn at(self, version: &str) -> Self {
        self.field("version", json!(version))
    }

    /// Gives its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives its name.
    pub fn name(&self) -> &str {
        self.manifest["name"].as_str().unwrap_or_default()
    }

    /// Gives the path of an installed package, which need not be there.
    pub fn installed(&self, name: &str) -> PathBuf {
        self.path().join("node_modules").join(name)
    }

    /// Gives the version of the package `name` as installed; panics when it is not.
    pub fn installed_version(&self, name: &str) -> String {
        let path = self.installed(name).join("package.json");
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{name} is not installed: {error}"));
        let manifest: Value = serde_json::from_str(&text).expect("package.json is JSON");
        manifest["version"].as_str().unwrap_or_default().to_owned()
    }

    /// Gives the text of a file of it; panics when it is not there.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name))
            .unwrap_or_else(|error| panic!("cannot read {name}: {error}"))
    }

    /// Removes what was installed, and keeps the lockfile.
    pub fn forget_installed(&self) {
        let folder = self.path().join("node_modules");
        std::fs::remove_dir_all(folder).expect("there is something installed to remove");
    }

    fn write_manifest(&self) {
        let text = serde_json::to_string_pretty(&self.manifest).expect("JSON can be written");
        std::fs::write(self.path().join("package.json"), text + "\n")
            .expect("package.json can be written");
    }
}
