//! The acceptance cases of the protocol notes (Maven notes §17) that need no client, each by its
//! number. Those of deploys in a client's own order are in `replay`.

mod access;
mod addresses;
mod checksums;
mod deploys;
mod large;
mod reading;
