//! The binary from outside: what it prints, answers and ends with.

mod commands;
mod serving;
mod tls;
mod world;
