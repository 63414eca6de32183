//! Every query on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod handle;
mod handle_limits;
mod identity_account;
mod identity_sign_in;
mod identity_small;
mod joined;
mod joined_plans;
mod migrations;
mod package;
mod package_plans;
mod package_readable;
mod package_rows;
mod package_search;
mod package_version;
