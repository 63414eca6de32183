//! What cannot be, and what it leaves: nothing.

mod bodies;
mod checksums;
mod metadata;
mod names;
mod poms;
