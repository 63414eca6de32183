//! The pages over a registry of its own for each test, asked as a browser asks.

mod browser;
mod cli_login;
mod guards;
mod login;
mod logs;
mod setup;
mod world;
