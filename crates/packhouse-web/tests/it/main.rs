//! The pages over a registry of its own for each test, asked as a browser asks.

#![allow(clippy::unwrap_used, reason = "a test's helper fails as the test does")]

mod browser;
mod cli_login;
mod guards;
mod login;
mod logs;
mod setup;
mod world;
