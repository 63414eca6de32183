//! What four generations of RubyGems and Bundler do with a server; the cases are those of the
//! RubyGems notes §19.

mod access;
mod bundles;
mod credentials;
mod expect;
mod faults;
mod https;
mod indexes;
mod installs;
mod large;
mod lists;
mod old;
mod parallel;
mod platforms;
mod pushes;
mod signin;
mod sources;
mod verbs;
mod yanks;
