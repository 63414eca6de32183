//! What NuGet's clients do: with packages in folders, and on the wire.

mod folders;
mod requests;
mod stand_in;
