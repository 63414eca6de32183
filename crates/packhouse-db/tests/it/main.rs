//! Every query on both engines.

mod handle;
mod package;
mod package_rows;
mod package_version;
