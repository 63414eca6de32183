//! Container clients: what they are, where they sit, and the daemons they need.
//!
//! A [`Desk`] is one person's place: a home in which every container client finds its settings
//! and credentials, and nothing of this machine's. [`Dockerd`] and [`Buildkitd`] are machines
//! that have never seen an image: each test starts its own, which takes less than a second, so a
//! pull really pulls. [`Layout`] makes images without any client. [`Registry`] asks a registry
//! directly what it holds; [`Peer`] is another one beside ours; [`Wire`] is a line between a
//! client and a server that can break.
//!
//! Whatever runs here, daemons too, goes through a proxy that nobody listens on unless it talks
//! to 127.0.0.1: no image can come from, or go to, anywhere else.

mod admin;
mod buildkitd;
mod daemon;
mod desk;
mod dockerd;
mod layout;
mod peer;
mod registry;
mod tool;
mod wire;

pub use buildkitd::Buildkitd;
pub use desk::Desk;
pub use dockerd::Dockerd;
pub use layout::{Layout, sha256};
pub use peer::Peer;
pub use registry::Registry;
pub use tool::Tool;
pub use wire::Wire;
