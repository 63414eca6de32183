//! The acceptance cases of the protocol notes (§17), as the requests that clients make.

mod access;
mod clients;
mod listed;
mod parallel;
mod pushes;
mod registrations;
mod restores;
mod searches;
mod secure;
mod symbols;
