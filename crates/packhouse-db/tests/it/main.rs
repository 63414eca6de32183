//! Every query on both engines.

mod handle;
mod package;
mod package_plans;
mod package_readable;
mod package_rows;
mod package_search;
mod package_version;
