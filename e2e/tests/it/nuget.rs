//! What NuGet's clients do: with packages in folders, on the wire, and with a server, where the
//! cases are those of the NuGet notes §17.

mod access;
mod exe5;
mod expect;
mod faults;
mod folders;
mod https;
mod large;
mod listed;
mod old;
mod parallel;
mod pushes;
mod refused;
mod requests;
mod restores;
mod signed;
mod stand_in;
mod symbols;
mod tools;
