//! Packages made up for the run: a manifest as long as real ones, a tarball, and the npm PUT body.
//!
//! Everything follows from name, version and size, so that every server gets the same bytes.

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

/// The scope that every package of a run is in.
pub const SCOPE: &str = "acme";

/// Whether the first publish of a package asks for it to be readable by anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// npm's `--access public`.
    Public,
    /// npm's `--access restricted`.
    Restricted,
}

/// One version of a package, ready to be published.
#[derive(Clone, Debug)]
pub struct Release {
    /// The name without its scope.
    pub name: String,
    /// The version.
    pub version: String,
    /// What the publish asks for.
    pub access: Access,
    /// Bytes in the tarball that do not compress; it gets about 1 kB longer than this.
    pub payload: usize,
}

impl Release {
    /// The path of the PUT under a registry's prefix, which ends without a slash.
    pub fn path(&self, prefix: &str) -> String {
        format!("{prefix}/@{SCOPE}%2f{}", self.name)
    }

    /// The PUT body as npm writes it (npm/cli `libnpmpublish/lib/publish.js`).
    ///
    /// Fails when the tarball cannot be written.
    pub fn body(&self) -> Result<Vec<u8>> {
        let Self { name, version, .. } = self;
        let full_name = format!("@{SCOPE}/{name}");
        let file_name = format!("{full_name}-{version}.tgz");
        let package = self.package_json(&full_name);
        let tarball = self.tarball(&package)?;

        let mut manifest = package.clone();
        manifest["_id"] = json!(format!("{full_name}@{version}"));
        manifest["_nodeVersion"] = json!("20.20.2");
        manifest["_npmVersion"] = json!("10.9.4");
        manifest["gitHead"] = json!(hex::encode(sha1::Sha1::digest(&tarball)));
        manifest["dist"] = json!({
            "integrity": format!("sha512-{}", STANDARD.encode(Sha512::digest(&tarball))),
            "shasum": hex::encode(sha1::Sha1::digest(&tarball)),
            "tarball": format!("http://registry.example/{full_name}/-/{file_name}"),
        });
        let document = json!({
            "_id": full_name,
            "name": full_name,
            "description": package["description"],
            "dist-tags": { "latest": version },
            "versions": { version: manifest },
            "access": match self.access {
                Access::Public => "public",
                Access::Restricted => "restricted",
            },
            "_attachments": { file_name: {
                "content_type": "application/octet-stream",
                "data": STANDARD.encode(&tarball),
                "length": tarball.len(),
            } },
        });
        Ok(serde_json::to_vec(&document)?)
    }

    fn package_json(&self, full_name: &str) -> Value {
        let home = format!("https://git.example/{SCOPE}/{}", self.name);
        json!({
            "name": full_name,
            "version": self.version,
            "description": "Parses, checks and prints the settings of a service",
            "keywords": ["settings", "configuration", "schema"],
            "homepage": format!("{home}#readme"),
            "bugs": { "url": format!("{home}/issues") },
            "repository": { "type": "git", "url": format!("git+{home}.git") },
            "license": "MIT",
            "type": "module",
            "files": ["index.js", "index.d.ts", "lib"],
            "main": "./index.js",
            "types": "./index.d.ts",
            "scripts": {
                "build": "tsc --build",
                "lint": "eslint .",
                "test": "node --test",
            },
            "engines": { "node": ">=18.17" },
            "dependencies": {
                "@acme/errors": "^2.1.0",
                "ansi-styles": "^6.2.1",
                "fast-glob": "^3.3.2",
                "semver": "^7.6.3",
                "yaml": "~2.5.0",
            },
            "devDependencies": {
                "@types/node": "^20.14.2",
                "@types/semver": "^7.5.8",
                "eslint": "^9.9.0",
                "prettier": "^3.3.3",
                "typescript": "~5.5.4",
            },
        })
    }

    fn tarball(&self, package: &Value) -> Result<Vec<u8>> {
        let seed = format!("{}@{}", self.name, self.version);
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        append(
            &mut archive,
            "package/package.json",
            &serde_json::to_vec_pretty(package)?,
        )?;
        append(
            &mut archive,
            "package/data.bin",
            &noise(&seed, self.payload),
        )?;
        Ok(archive.into_inner()?.finish()?)
    }
}

fn append(
    archive: &mut tar::Builder<GzEncoder<Vec<u8>>>,
    path: &str,
    bytes: &[u8],
) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(499_162_500);
    archive.append_data(&mut header, path, bytes)
}

/// Bytes that do not compress and follow from the seed alone (sha512 in counter mode).
pub fn noise(seed: &str, length: usize) -> Vec<u8> {
    let blocks = (0u64..).flat_map(|block| Sha512::digest(format!("{seed}#{block}")).to_vec());
    blocks.take(length).collect()
}

#[cfg(test)]
mod tests;
