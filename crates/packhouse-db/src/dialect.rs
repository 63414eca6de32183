//! What the two engines say in words of their own: full-text search.

mod postgres;
mod sqlite;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;

use crate::search::terms::{Document, Terms};

/// Full-text search of one engine. Texts are cut into the same lower-case words on both
/// ([`crate::search::terms`]); each engine only stores and matches them.
pub(crate) trait TextSearch: Backend {
    /// The search table joined to `package`.
    const FROM: &'static str;

    /// Gives the terms in the engine's query syntax. Terms are letters and digits only, so nothing
    /// of it comes from the searcher.
    fn render(terms: &Terms) -> String;

    /// Writes "the document matches", `query` being what [`TextSearch::render`] gave.
    fn push_match<'b>(query: &'b str, out: AstPass<'_, 'b, Self>) -> QueryResult<()>;

    /// Writes a number that is smaller for better matches.
    fn push_rank<'b>(query: &'b str, out: AstPass<'_, 'b, Self>) -> QueryResult<()>;
}

/// Stores what search looks at on one engine.
pub(crate) trait StoreDocument: diesel::Connection {
    /// Puts a document in place of an earlier one.
    fn put_document(&mut self, package: i64, document: &Document) -> QueryResult<()>;

    /// Removes a document; nothing happens when there is none.
    fn remove_document(&mut self, package: i64) -> QueryResult<()>;
}
