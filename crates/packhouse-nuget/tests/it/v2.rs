//! The feed of old clients (NuGet notes §9): every query as it is really sent, pages, counts, what is
//! shown to whom, and HTTP/1.0.

mod documents;
mod pages;
mod queries;
