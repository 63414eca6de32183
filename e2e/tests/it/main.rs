//! What the real clients can do with a server: the acceptance cases of `npm.md` §18 that need
//! one, by subject. Each test has a server of its own.

mod access;
mod audit;
mod backends;
mod crash;
mod deprecate;
mod expect;
mod install;
mod lifecycle;
mod login;
mod manifest;
mod newcomer;
mod provenance;
mod proxy;
mod publish;
mod release_age;
mod search;
mod setup_step;
mod sizes;
mod tags;
mod tokens;
mod unpublish;
