//! One of every route, for tests that walk them all.

use super::Route;

impl Route {
    /// Gives one of every route with each method it answers, so GET routes twice. A test compares
    /// the number of kinds with the enum, so that none is forgotten.
    pub fn samples() -> Vec<(&'static str, Route)> {
        let name = || "acme/tools/web".to_owned();
        let reference = || "1.0".to_owned();
        let digest = || format!("sha256:{}", "0a".repeat(32));
        let id = || "3f0c2a52-8f5e-4b43-9d0a-0d6a9d1c7b11".to_owned();
        let routes = vec![
            Self::Ping,
            Self::Token,
            Self::Catalog,
            Self::Extensions { name: None },
            Self::Extensions { name: Some(name()) },
            Self::Manifest {
                name: name(),
                reference: reference(),
            },
            Self::PutManifest {
                name: name(),
                reference: reference(),
            },
            Self::DeleteManifest {
                name: name(),
                reference: reference(),
            },
            Self::Blob {
                name: name(),
                digest: digest(),
            },
            Self::DeleteBlob {
                name: name(),
                digest: digest(),
            },
            Self::BeginUpload { name: name() },
            Self::Upload {
                name: name(),
                id: id(),
            },
            Self::PatchUpload {
                name: name(),
                id: id(),
            },
            Self::PutUpload {
                name: name(),
                id: id(),
            },
            Self::CancelUpload {
                name: name(),
                id: id(),
            },
            Self::Tags { name: name() },
            Self::Referrers {
                name: name(),
                digest: digest(),
            },
        ];
        let mut samples = Vec::new();
        for route in routes {
            for method in route.methods().iter().copied() {
                if method == "GET" {
                    samples.push(("HEAD", route.clone()));
                }
                samples.push((method, route.clone()));
            }
        }
        samples
    }
}
