//! One of every route, for tests that walk them all.

use super::{NotOffered, PackageRef, Route};

impl Route {
    /// Gives one of every route with each method it answers, so GET routes twice. A test compares
    /// the number of kinds with the enum, so that none is forgotten.
    pub fn samples() -> Vec<(&'static str, Route)> {
        let package = PackageRef::scoped("acme", "tools");
        let file = || "tools-1.0.0.tgz".to_owned();
        let revision = || "3-a1b2c3".to_owned();
        let owner = || "acme".to_owned();
        let team = || "core".to_owned();
        let mut routes = vec![
            Self::Packument(package.clone()),
            Self::Packument(PackageRef::Unscoped("tools".into())),
            Self::Manifest {
                package: package.clone(),
                spec: "latest".into(),
            },
            Self::Tarball {
                package: package.clone(),
                file: file(),
            },
            Self::Put(package.clone()),
            Self::Put(PackageRef::Unscoped("tools".into())),
            Self::PutRevision {
                package: package.clone(),
                revision: revision(),
            },
            Self::DeletePackage {
                package: package.clone(),
                revision: revision(),
            },
            Self::DeleteTarball {
                package: package.clone(),
                file: file(),
                revision: revision(),
            },
            Self::DistTags(package.clone()),
            Self::PutDistTag {
                package: package.clone(),
                tag: "beta".into(),
            },
            Self::DeleteDistTag {
                package: package.clone(),
                tag: "beta".into(),
            },
            Self::Visibility(package.clone()),
            Self::Collaborators(package.clone()),
            Self::SetAccess(package.clone()),
            Self::Attestations {
                package,
                version: "1.0.0".into(),
            },
            Self::Keys,
            Self::Ping,
            Self::WhoAmI,
            Self::Search,
            Self::User("ada".into()),
            Self::Login("ada".into()),
            Self::WebLogin,
            Self::WebLoginDone("s3ss10n".into()),
            Self::Logout("t0k3n".into()),
            Self::Tokens,
            Self::CreateToken,
            Self::DeleteToken("k3y".into()),
            Self::Profile,
            Self::UpdateProfile,
            Self::AuditBulk,
            Self::AuditQuick,
            Self::AuditFull,
            Self::OwnerPackages(owner()),
            Self::OrgMembers(owner()),
            Self::OrgTeams(owner()),
            Self::TeamMembers {
                owner: owner(),
                team: team(),
            },
            Self::TeamPackages {
                owner: owner(),
                team: team(),
            },
        ];
        routes.extend(NotOffered::ALL.iter().copied().map(Self::NotOffered));
        let mut samples = Vec::new();
        for route in routes {
            if route.method() == "GET" {
                samples.push(("HEAD", route.clone()));
            }
            samples.push((route.method(), route));
        }
        samples
    }
}
