//! What the real container clients can do with a server: the acceptance cases of `oci.md` §19, by
//! client and subject. Each test has a server of its own, and machines that know no image yet.

mod access;
mod artifacts;
mod broken;
mod builder;
mod charts;
mod counts;
mod crane;
mod expect;
mod faults;
mod kubernetes;
mod links;
mod login;
mod push;
mod rules;
mod signing;
mod skopeo;
