//! Packages as tests push them: what `dotnet pack` would write, as small as can be.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A picture, as far as anybody looks.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

/// The number in the PDB that [`pdb`] writes for `[1; 16]` reads so in addresses.
pub const KEY_OF_ONES: &str = "01010101010101010101010101010101ffffffff";

/// A `.nupkg` in the making.
#[derive(Clone)]
pub struct Nupkg {
    id: String,
    version: String,
    description: String,
    more: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Nupkg {
    /// Begins with what a package must have, and a library that differs by version.
    pub fn new(id: &str, version: &str) -> Self {
        let library = format!("MZ the code of {id} {version}");
        Self {
            id: id.to_owned(),
            version: version.to_owned(),
            description: format!("What {id} does"),
            more: String::new(),
            files: vec![("lib/net8.0/code.dll".to_owned(), library.into_bytes())],
        }
    }

    /// Describes it otherwise.
    pub fn described(mut self, text: &str) -> Self {
        self.description = text.to_owned();
        self
    }

    /// Adds elements to the metadata of its nuspec.
    pub fn with(mut self, elements: &str) -> Self {
        self.more.push_str(elements);
        self
    }

    /// Says that it is of a type.
    pub fn of_type(self, name: &str) -> Self {
        let kind = format!("<packageTypes><packageType name=\"{name}\"/></packageTypes>");
        self.with(&kind)
    }

    /// Says that it needs a package, whatever the framework.
    pub fn needs(self, id: &str, version: &str) -> Self {
        let needed = format!("<dependency id=\"{id}\" version=\"{version}\"/>");
        self.with(&format!("<dependencies>{needed}</dependencies>"))
    }

    /// Adds a file.
    pub fn file(mut self, path: &str, bytes: &[u8]) -> Self {
        self.files.push((path.to_owned(), bytes.to_vec()));
        self
    }

    /// Writes its nuspec.
    pub fn nuspec(&self) -> String {
        let Self {
            id,
            version,
            description,
            more,
            ..
        } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <package xmlns=\"http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd\">\
             <metadata><id>{id}</id><version>{version}</version><authors>Ada, Grace</authors>\
             <description>{description}</description>{more}</metadata></package>"
        )
    }

    /// Packs it.
    pub fn bytes(&self) -> Vec<u8> {
        let nuspec = self.nuspec();
        let mut files = parts(&self.id, &nuspec);
        let own = self.files.iter();
        files.extend(own.map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        zipped(&files)
    }
}

/// Gives what every package has besides its own files.
fn parts<'a>(id: &str, nuspec: &'a str) -> Vec<(&'a str, &'a [u8])> {
    // The name of the nuspec is of no importance; clients call it after the id.
    let name: &'static str = match id.len() % 2 {
        0 => "Package.nuspec",
        _ => "package.NUSPEC",
    };
    vec![
        ("_rels/.rels", b"<Relationships/>"),
        (name, nuspec.as_bytes()),
        ("[Content_Types].xml", b"<Types/>"),
        (
            "package/services/metadata/core-properties/1.psmdcp",
            b"<coreProperties/>",
        ),
    ]
}

/// Packs files as an ordinary writer does.
pub fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        // A signature is stored as it is.
        let method = match *name == ".signature.p7s" {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Packs a package that is large on its way: its library is stored as it is.
pub fn large(id: &str, version: &str, size: usize) -> Vec<u8> {
    let nuspec = Nupkg::new(id, version).nuspec();
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(size + 4096)));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("a.nuspec", options).unwrap();
    writer.write_all(nuspec.as_bytes()).unwrap();
    writer.start_file("lib/net8.0/a.dll", options).unwrap();
    writer.write_all(&vec![7; size]).unwrap();
    writer.finish().unwrap().into_inner()
}

/// Packs symbols of a version.
pub fn snupkg(id: &str, version: &str, pdbs: &[(&str, &[u8])]) -> Vec<u8> {
    let nuspec = Nupkg::new(id, version)
        .of_type("SymbolsPackage")
        .nuspec()
        // The SDK leaves the authors out.
        .replace("<authors>Ada, Grace</authors>", "");
    let mut files = parts(id, &nuspec);
    files.extend_from_slice(pdbs);
    zipped(&files)
}

/// Writes the beginning of a portable PDB with a number, as compilers do, and something after it.
pub fn pdb(guid: [u8; 16], rest: &str) -> Vec<u8> {
    let mut bytes = b"BSJB\x01\0\x01\0\0\0\0\0\x0c\0\0\0PDB v1.0\0\0\0\0\0\0\x01\0".to_vec();
    let at = bytes.len() as u32 + 16;
    bytes.extend_from_slice(&at.to_le_bytes());
    bytes.extend_from_slice(&20_u32.to_le_bytes());
    bytes.extend_from_slice(b"#Pdb\0\0\0\0");
    bytes.extend_from_slice(&guid);
    bytes.extend_from_slice(&[1, 2, 3, 4]);
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Writes a form around a package as .NET's clients do: a boundary in quotes, names without.
pub fn form(package: &[u8]) -> (String, Vec<u8>) {
    let boundary = "3f1b3a5e-6d27-4c61-a2f0-4d6b8e0c7b12";
    let head = format!(
        "--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; \
         name=package; filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\n"
    );
    let end = format!("\r\n--{boundary}--\r\n");
    let body = [head.as_bytes(), package, end.as_bytes()].concat();
    let kind = format!("multipart/form-data; boundary=\"{boundary}\"");
    (kind, body)
}
