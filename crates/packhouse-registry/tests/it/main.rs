//! Every use case on both engines.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod access_token;
mod account;
mod authorize;
mod bytes;
mod check;
mod collect;
mod collect_bytes;
mod collect_race;
mod delete;
mod deprecate;
mod download;
mod grant;
mod held;
mod link;
mod login;
mod member;
mod pointers;
mod publish;
mod publish_create;
mod publish_race;
mod repository;
mod restore;
mod roster;
mod search;
mod setup;
mod signing;
mod snapshot;
mod tag;
mod text;
mod token;
mod token_limit;
mod trust;
mod upload;
mod visibility;
mod world;
