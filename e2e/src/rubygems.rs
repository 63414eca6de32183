//! RubyGems and Bundler at isolated places: four generations of both on Debian's Ruby.
//!
//! A [`Home`] is one person's place with one generation, a [`Gem`]: settings, installed gems and
//! caches are there, every source and every address to publish at is on 127.0.0.1, and everything
//! else goes through a proxy that nobody listens on. A [`Gemfile`] describes a project there. A
//! [`Gemspec`] makes gems, with a generation's own `gem build` or, quicker, without any; an
//! [`Archive`] is a gem put together by hand, old ones and wrong ones too. An [`Index`] is a source
//! asked over plain HTTP.

mod admin;
mod archive;
mod gem;
mod gemfile;
mod gemspec;
mod home;
mod index;
mod large;
mod old;

pub use archive::Archive;
pub use gem::Gem;
pub use gemfile::{Gemfile, Project};
pub use gemspec::Gemspec;
pub use home::Home;
pub use index::Index;
pub use old::{rubygems_1_3, rubygems_1_8};
