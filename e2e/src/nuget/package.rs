//! Packages made without any client, right and wrong ones.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{FRAMEWORK, Home, assembly, escaped};

/// What the framework of a program is told when it starts.
const RUNTIME: &str = r#"{"runtimeOptions":{"tfm":"netcoreapp3.1","framework":{"name":"Microsoft.NETCore.App","version":"3.1.0"}}}"#;

/// A package in the making.
#[derive(Clone, Debug)]
pub struct Nupkg {
    id: String,
    version: String,
    description: String,
    metadata: Vec<String>,
    groups: Vec<(String, Vec<(String, String)>)>,
    nuspec: Option<Vec<u8>>,
    files: Vec<(String, Vec<u8>)>,
}

impl Nupkg {
    /// Begins one with nothing but what a package must have.
    pub fn new(id: &str, version: &str) -> Self {
        Self {
            id: id.to_owned(),
            version: version.to_owned(),
            description: format!("{id}, made for a test"),
            metadata: Vec::new(),
            groups: Vec::new(),
            nuspec: None,
            files: Vec::new(),
        }
    }

    /// Begins a package whose library's method `ID.Greeting.Text()` gives `text`.
    pub fn library(id: &str, version: &str, text: &str) -> Self {
        let path = format!("lib/{FRAMEWORK}/{id}.dll");
        Self::new(id, version).file(&path, assembly::library(id, text))
    }

    /// Begins the package of a tool whose command prints `text`.
    pub fn tool(id: &str, version: &str, command: &str, text: &str) -> Self {
        let settings = format!(
            "<DotNetCliTool Version=\"1\"><Commands><Command Name=\"{command}\" \
             EntryPoint=\"{id}.dll\" Runner=\"dotnet\"/></Commands></DotNetCliTool>"
        );
        let path = |name: &str| format!("tools/{FRAMEWORK}/any/{name}");
        Self::new(id, version)
            .package_type("DotnetTool")
            .file(&path("DotnetToolSettings.xml"), settings)
            .file(&path(&format!("{id}.runtimeconfig.json")), RUNTIME)
            .file(&path(&format!("{id}.dll")), assembly::executable(id, text))
    }

    /// Begins the package of the template `command`, which makes the file `NAME.txt` with `text`.
    pub fn template(id: &str, version: &str, command: &str, text: &str) -> Self {
        let settings = format!(
            "{{\"author\":\"Acme\",\"classifications\":[\"test\"],\"identity\":\"{id}\",\
             \"name\":\"{id}\",\"shortName\":\"{command}\",\"sourceName\":\"PLACE\"}}"
        );
        Self::new(id, version)
            .package_type("Template")
            .file("content/.template.config/template.json", settings)
            .file("content/PLACE.txt", text)
    }

    /// Says what it is.
    pub fn description(mut self, text: &str) -> Self {
        text.clone_into(&mut self.description);
        self
    }

    /// Adds an element to the nuspec's metadata as it is written, such as `<tags>a b</tags>`.
    pub fn metadata(mut self, xml: &str) -> Self {
        self.metadata.push(xml.to_owned());
        self
    }

    /// Says which repository and commit it is built from.
    pub fn repository(self, url: &str, commit: &str) -> Self {
        let xml = format!(
            "<repository type=\"git\" url=\"{}\" commit=\"{commit}\"/>",
            escaped(url)
        );
        self.metadata(&xml)
    }

    /// Says of which kind it is: `DotnetTool`, `Template`.
    pub fn package_type(self, name: &str) -> Self {
        let xml = format!("<packageTypes><packageType name=\"{name}\"/></packageTypes>");
        self.metadata(&xml)
    }

    /// Depends on versions of another package, `1.0.0` (at least) or `[1.0,2.0)`, where it is
    /// used in `framework`, which is any when empty.
    pub fn depends(mut self, framework: &str, id: &str, range: &str) -> Self {
        let entry = (id.to_owned(), range.to_owned());
        self.group_of(framework).push(entry);
        self
    }

    /// Depends on nothing in `framework`, and says so.
    pub fn depends_on_nothing(mut self, framework: &str) -> Self {
        self.group_of(framework);
        self
    }

    /// Adds a file; the path is written as it is, even where no package may have one.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), content.into()));
        self
    }

    /// Has this nuspec in place of the one that all else describes.
    pub fn nuspec(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.nuspec = Some(text.into());
        self
    }

    /// Gives the nuspec that its parts describe.
    pub fn described(&self) -> String {
        let metadata: String = self
            .metadata
            .iter()
            .map(|element| format!("    {element}\n"))
            .collect();
        let groups: String = self.groups.iter().map(group).collect();
        let dependencies = match groups.as_str() {
            "" => String::new(),
            groups => format!("    <dependencies>\n{groups}    </dependencies>\n"),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<package \
             xmlns=\"http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd\">\n  <metadata>\n    \
             <id>{}</id>\n    <version>{}</version>\n    <authors>Acme</authors>\n    \
             <description>{}</description>\n{metadata}{dependencies}  </metadata>\n</package>\n",
            escaped(&self.id),
            escaped(&self.version),
            escaped(&self.description),
        )
    }

    /// Gives the package, the same bytes each time.
    pub fn bytes(&self) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let relations = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Relationships \
             xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
             Type=\"http://schemas.microsoft.com/packaging/2010/07/manifest\" \
             Target=\"/{}.nuspec\" Id=\"R1\"/></Relationships>\n",
            self.id
        );
        let nuspec = match &self.nuspec {
            Some(bytes) => bytes.clone(),
            None => self.described().into_bytes(),
        };
        let own = [
            ("_rels/.rels".to_owned(), relations.into_bytes()),
            (format!("{}.nuspec", self.id), nuspec),
            ("[Content_Types].xml".to_owned(), self.types().into_bytes()),
        ];
        let options = SimpleFileOptions::default();
        for (path, content) in own.iter().chain(&self.files) {
            archive
                .start_file(path, options)
                .and_then(|()| Ok(archive.write_all(content)?))
                .expect("an archive in memory can be written");
        }
        let archive = archive.finish();
        archive
            .expect("an archive in memory can be written")
            .into_inner()
    }

    /// Writes the package into the home, and gives its path, `made/ID.VERSION.nupkg`.
    pub fn write(&self, home: &Home) -> PathBuf {
        let path = format!("made/{}.{}.nupkg", self.id, self.version);
        home.write(&path, self.bytes())
    }

    /// Names a type for every kind of file: 2.8 leaves out what has none.
    fn types(&self) -> String {
        let paths = self.files.iter().map(|(path, _)| path.as_str());
        let extensions = paths.filter_map(|path| Some(path.rsplit_once('.')?.1));
        let extensions: BTreeSet<_> = extensions.chain(["nuspec"]).collect();
        let others: String = extensions
            .iter()
            .map(|extension| {
                let extension = escaped(extension);
                format!("<Default Extension=\"{extension}\" ContentType=\"application/octet\"/>")
            })
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Types \
             xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default \
             Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>{others}\
             </Types>\n"
        )
    }

    fn group_of(&mut self, framework: &str) -> &mut Vec<(String, String)> {
        let found = self.groups.iter().position(|(name, _)| name == framework);
        let at = found.unwrap_or_else(|| {
            self.groups.push((framework.to_owned(), Vec::new()));
            self.groups.len() - 1
        });
        &mut self.groups[at].1
    }
}

fn group((framework, dependencies): &(String, Vec<(String, String)>)) -> String {
    let attribute = match framework.as_str() {
        "" => String::new(),
        name => format!(" targetFramework=\"{}\"", escaped(name)),
    };
    let inner: String = dependencies
        .iter()
        .map(|(id, range)| {
            let range = escaped(range);
            format!("        <dependency id=\"{id}\" version=\"{range}\"/>\n")
        })
        .collect();
    format!("      <group{attribute}>\n{inner}      </group>\n")
}

#[cfg(test)]
mod tests {
    use super::Nupkg;

    #[test]
    fn a_nuspec_has_a_group_for_each_framework() {
        let package = Nupkg::new("Acme.A", "1.0.0")
            .depends("net45", "B", "[1.0,2.0)")
            .depends("net45", "C", "1.0")
            .depends_on_nothing("net6.0");
        let text = package.described();
        let groups: Vec<_> = text.split("<group").skip(1).collect();
        assert_eq!(groups.len(), 2, "{text}");
        assert!(groups[0].contains("<dependency id=\"B\" version=\"[1.0,2.0)\"/>"));
        assert!(groups[0].contains("<dependency id=\"C\" version=\"1.0\"/>"));
        assert!(groups[1].starts_with(" targetFramework=\"net6.0\">"));
        assert!(!groups[1].contains("<dependency "));
    }

    #[test]
    fn a_path_is_written_as_it_is() {
        let package = Nupkg::new("Acme.A", "1.0.0").file("../out.txt", "x");
        let bytes = package.bytes();
        let has = |name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
        assert!(has(b"../out.txt") && has(b"Acme.A.nuspec"));
        assert_eq!(bytes, package.bytes());
    }
}
