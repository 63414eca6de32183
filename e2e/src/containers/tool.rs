//! Which container clients there are.

use std::path::PathBuf;

use crate::tools;

/// A container client that `./test` installs: from Debian, or built from its Go module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Debian's docker 20.10, with its builder and BuildKit inside its daemon.
    Docker,
    /// The docker that comes first on the PATH: a newer one where the machine has it.
    DockerOnPath,
    /// skopeo 1.9.
    Skopeo,
    /// podman 4.3.
    Podman,
    /// buildah 1.28.
    Buildah,
    /// containerd's own client, 1.6.
    Ctr,
    /// crane, of the library that cosign, ko and kaniko use too.
    Crane,
    /// regctl, which uploads in several chunks.
    Regctl,
    /// Helm 3.
    Helm,
    /// cosign 3.
    Cosign,
    /// BuildKit's client.
    Buildctl,
    /// Our own small program around the ORAS library.
    Oras,
}

impl Tool {
    /// Gives the path of its program; panics where it is not installed.
    pub fn program(self) -> PathBuf {
        match self {
            Self::Docker => tools::debian("docker"),
            Self::DockerOnPath => tools::on_path("docker"),
            Self::Skopeo => tools::debian("skopeo"),
            Self::Podman => tools::debian("podman"),
            Self::Buildah => tools::debian("buildah"),
            Self::Ctr => tools::debian("ctr"),
            Self::Crane => tools::helper("crane"),
            Self::Regctl => tools::helper("regctl"),
            Self::Helm => tools::helper("helm"),
            Self::Cosign => tools::helper("cosign"),
            Self::Buildctl => tools::helper("buildctl"),
            Self::Oras => tools::helper("oras-ours"),
        }
    }
}
