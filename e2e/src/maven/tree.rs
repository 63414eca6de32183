//! Folders of sources that Maven builds.

use std::path::Path;

use tempfile::TempDir;

use super::{Dependency, Pom};

/// A folder with a POM, perhaps of several modules, removed when dropped.
#[derive(Debug)]
pub struct Tree {
    folder: TempDir,
}

impl Tree {
    /// Makes one with `pom` at its root.
    pub fn of(pom: &Pom) -> Self {
        let folder = tempfile::tempdir().expect("a folder for a project can be made");
        Self { folder }.pom("", pom)
    }

    /// Makes a library, `GROUP:ARTIFACT:VERSION`, that is deployed to `url`. Its class
    /// `GROUP.Greeting` gives `text`.
    pub fn library(coordinates: &str, url: &str, text: &str) -> Self {
        let pom = Pom::of(coordinates).publishes_to(url);
        Self::of(&pom).greeting("", coordinates, text)
    }

    /// Makes a program that reads from `url` and prints what each of `expressions` gives, a line
    /// each: class `consumer.Main`.
    pub fn consumer(url: &str, dependencies: &[Dependency], expressions: &[&str]) -> Self {
        let pom = Pom::of("consumer:consumer:1").reads_from(url);
        let pom = dependencies.iter().fold(pom, |pom, on| pom.depends(on));
        Self::of(&pom).main(expressions)
    }

    /// Writes the POM of the module in `folder`.
    pub fn pom(self, folder: &str, pom: &Pom) -> Self {
        self.file(&format!("{folder}/pom.xml"), pom.render())
    }

    /// Writes a class `GROUP.Greeting`, whose `text()` is `text`, into the module in `folder`.
    pub fn greeting(self, folder: &str, coordinates: &str, text: &str) -> Self {
        let package = coordinates.split(':').next().unwrap_or_default();
        let body = format!("public static String text() {{ return \"{text}\"; }}");
        self.class(folder, package, "Greeting", &body)
    }

    /// Writes the class `consumer.Main`, which prints what each of `expressions` gives.
    pub fn main(self, expressions: &[&str]) -> Self {
        let lines: String = expressions
            .iter()
            .map(|expression| format!("System.out.println({expression});"))
            .collect();
        let body = format!("public static void main(String[] arguments) {{ {lines} }}");
        self.class("", "consumer", "Main", &body)
    }

    /// Writes a public class into the module in `folder`.
    pub fn class(self, folder: &str, package: &str, name: &str, body: &str) -> Self {
        let path = package.replace('.', "/");
        let path = format!("{folder}/src/main/java/{path}/{name}.java");
        let text = format!("package {package};\n\npublic class {name} {{\n    {body}\n}}\n");
        self.file(&path, text)
    }

    /// Writes a file.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(path.trim_start_matches('/'));
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("a folder of a project can be made");
        std::fs::write(path, content).expect("a file of a project can be written");
        self
    }

    /// Gives its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the content of a file; panics when it is not there.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        let path = self.path().join(path);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Gives the text of a file; panics when it is not there.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8_lossy(&self.bytes(path)).into_owned()
    }
}
