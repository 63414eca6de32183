//! What the real clients can do with a server: the acceptance cases of `npm.md` §18 that need
//! one, by subject; in `containers` those of `oci.md` §19, in `maven` and (for its other clients)
//! `jvm` those of `maven.md` §17; in `deploys` what goes wrong around a Maven deploy; in `nuget` what
//! NuGet's clients do; in `rubygems` what gem and Bundler do. Each test has a server of its own.

mod access;
mod audit;
mod backends;
mod containers;
mod crash;
mod database_away;
mod deploys;
mod deprecate;
mod disk_full;
mod evil;
mod expect;
mod install;
mod jvm;
mod lifecycle;
mod login;
mod manifest;
mod maven;
mod newcomer;
mod nuget;
mod provenance;
mod proxy;
mod publish;
mod release_age;
mod rubygems;
mod search;
mod setup_step;
mod sizes;
mod store_away;
mod tags;
mod throttle;
mod tokens;
mod unpublish;
