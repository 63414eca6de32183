//! What Maven can do with a server: the acceptance cases of `maven.md` §17 that need one, by
//! subject. Each test has a server of its own, and places that have built nothing yet.

mod access;
mod attachments;
mod checksums;
mod concurrent;
mod consumer;
mod deletes;
mod deploy;
mod expect;
mod four;
mod grants;
mod interrupted;
mod oddities;
mod plugins;
mod public;
mod ranges;
mod reactor;
mod snapshots;
mod wildcard;
