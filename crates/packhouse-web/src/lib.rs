//! The pages of a browser: set-up, sign-in and sign-out, npm's web login, and a start page. They are
//! drawn on the server from `/web/templates` and work without JavaScript.
//!
//! ```no_run
//! # fn app(kit: std::sync::Arc<packhouse_http::Kit>) {
//! use actix_web::{App, web};
//! App::new().configure(|config: &mut web::ServiceConfig| packhouse_web::configure(config, kit));
//! # }
//! ```
//!
//! Protocols with hosts of their own are mounted before, so that a page never answers on those.
//!
//! | Address | Form fields |
//! |---|---|
//! | `/` | |
//! | `/setup/{secret}` | `csrf`, `name`, `password`, `password_again`, `email` (may be empty) |
//! | `/login?next=PATH` | `csrf`, `next`, `name`, `password` |
//! | `/login/cli/{page}` | `csrf`, `answer`: `confirm` or `deny` |
//! | `/logout` (POST alone) | `csrf` |
//! | `/static/…` | |
//!
//! # What protects them
//! - The cookie `packhouse_session` (`__Host-packhouse_session` when the public URL is https) holds
//!   the session's secret; the database knows its sha256.
//! - Every form carries `csrf`. Signed in, it is the text kept with the session. Without a session
//!   (`/login`, `/setup`) it must equal the cookie `packhouse_form`. On top of that a POST that says
//!   it comes from another site, by `Sec-Fetch-Site` or `Origin`, is refused.
//! - Every answer forbids scripts, frames and foreign sources, and sends no referrer: some addresses
//!   hold secrets. For the same reason only route templates are logged.
//! - `next` leads to a path of this server or to `/`.
//!
//! # Not here
//! Pages of packages, owners and settings. Rules are those of `packhouse-registry`; this crate calls
//! its use cases and nothing below them.

mod answer;
mod asset;
mod cli_login;
mod cookie;
mod csrf;
mod form;
mod frame;
mod home;
mod local_path;
mod login;
mod route;
mod serve;
mod setup;
mod visit;

pub use serve::configure;
