//! Projects that the SDK builds, packs and runs.

use std::path::{Path, PathBuf};

use super::{FRAMEWORK, Home, escaped};

/// What a project is made of; [`Csproj::write`] makes it.
#[derive(Clone, Debug)]
pub struct Csproj {
    id: String,
    version: String,
    properties: Vec<(String, String)>,
    items: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
}

impl Csproj {
    /// Describes the library `id`, whose method `ID.Greeting.Text()` gives `text`.
    pub fn library(id: &str, version: &str, text: &str) -> Self {
        Self::new(id, version).file("Greeting.cs", greeting(id, text))
    }

    /// Describes a program that prints what each of `expressions` gives, a line each.
    pub fn console(name: &str, expressions: &[&str]) -> Self {
        Self::new(name, "1.0.0")
            .property("OutputType", "Exe")
            .file("Program.cs", program(expressions))
    }

    /// Describes the tool `id`, whose command prints `text`.
    pub fn tool(id: &str, version: &str, command: &str, text: &str) -> Self {
        Self {
            id: id.to_owned(),
            version: version.to_owned(),
            ..Self::console(id, &[&format!("\"{text}\"")])
        }
        .property("PackAsTool", "true")
        .property("ToolCommandName", command)
    }

    fn new(id: &str, version: &str) -> Self {
        Self {
            id: id.to_owned(),
            version: version.to_owned(),
            properties: Vec::new(),
            items: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Sets a property, such as `Description` or `PackageTags`.
    pub fn property(mut self, name: &str, value: &str) -> Self {
        self.properties.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Depends on versions of a package: `1.0.0` (at least), `[1.0.0]`, `1.*`.
    pub fn depends(self, id: &str, range: &str) -> Self {
        let item = format!("<PackageReference Include=\"{id}\" Version=\"{range}\"/>");
        self.item(&item)
    }

    /// Adds an item as it is written in the project file.
    pub fn item(mut self, xml: &str) -> Self {
        self.items.push(xml.to_owned());
        self
    }

    /// Adds a file to the project.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), content.into()));
        self
    }

    /// Packs a package of symbols beside the package.
    pub fn with_symbols(self) -> Self {
        self.property("IncludeSymbols", "true")
            .property("SymbolPackageFormat", "snupkg")
    }

    /// Says in the package which repository and commit it is built from.
    pub fn repository(self, url: &str, commit: &str) -> Self {
        self.property("RepositoryType", "git")
            .property("RepositoryUrl", url)
            .property("RepositoryCommit", commit)
    }

    /// Writes the project into a folder of the home.
    pub fn write(&self, home: &Home, folder: &str) -> Project {
        let properties: String = self
            .properties
            .iter()
            .map(|(name, value)| format!("    <{name}>{}</{name}>\n", escaped(value)))
            .collect();
        let items: String = self
            .items
            .iter()
            .map(|item| format!("    {item}\n"))
            .collect();
        // A host program of the project's own, and what a browser would run, are public packages.
        let text = format!(
            "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    \
             <TargetFramework>{FRAMEWORK}</TargetFramework>\n    \
             <UseAppHost>false</UseAppHost>\n    <PackageId>{id}</PackageId>\n    \
             <AssemblyName>{id}</AssemblyName>\n    <Version>{}</Version>\n    \
             <Authors>Acme</Authors>\n{properties}  </PropertyGroup>\n  \
             <ItemGroup>\n{items}  </ItemGroup>\n</Project>\n",
            self.version,
            id = self.id,
        );
        home.write(&format!("{folder}/{}.csproj", self.id), text);
        for (path, content) in &self.files {
            home.write(&format!("{folder}/{path}"), content);
        }
        Project {
            folder: home.path().join(folder),
            id: self.id.clone(),
            version: self.version.clone(),
        }
    }
}

/// A project in a home.
#[derive(Clone, Debug)]
pub struct Project {
    folder: PathBuf,
    id: String,
    version: String,
}

impl Project {
    /// Gives its folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Gives its name, which is the id of its package.
    pub fn name(&self) -> &str {
        &self.id
    }

    /// Gives the project file.
    pub fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.csproj", self.id))
    }

    /// Gives the folder that its packages are put in.
    pub fn out(&self) -> PathBuf {
        self.folder.join("out")
    }

    /// Gives the package that was made of it.
    pub fn package(&self) -> PathBuf {
        self.packed(&self.version, "nupkg")
    }

    /// Gives what was packed of another version, or of another kind such as `snupkg`.
    pub fn packed(&self, version: &str, extension: &str) -> PathBuf {
        self.out()
            .join(format!("{}.{version}.{extension}", self.id))
    }

    /// Gives the text of a file; panics when it is not there.
    pub fn read(&self, path: &str) -> String {
        let path = self.folder.join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// Gives the source of `NAMESPACE.Greeting`, whose `Text()` gives `text`.
pub(super) fn greeting(namespace: &str, text: &str) -> String {
    format!(
        "namespace {namespace}\n{{\n    public static class Greeting\n    {{\n        \
         public static string Text() => \"{text}\";\n    }}\n}}\n"
    )
}

/// Gives the source of a program that prints what `expressions` give.
pub(super) fn program(expressions: &[&str]) -> String {
    let lines: String = expressions
        .iter()
        .map(|expression| format!("        System.Console.WriteLine({expression});\n"))
        .collect();
    format!(
        "internal static class Program\n{{\n    private static void Main()\n    {{\n{lines}    \
         }}\n}}\n"
    )
}
