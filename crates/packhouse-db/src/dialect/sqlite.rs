//! Search with FTS5, one column for each part of a document.

use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::{StoreDocument, TextSearch};
use crate::search::terms::{Document, Phrase, Terms};

impl TextSearch for Sqlite {
    const FROM: &'static str = "package_search JOIN package ON package.id = package_search.rowid";

    /// FTS5 documentation, "Full-text Query Syntax": phrases in quotes, `*` for a prefix.
    fn render(terms: &Terms) -> String {
        let phrase = |phrase: &Phrase| {
            let star = if phrase.prefix { " *" } else { "" };
            format!("\"{}\"{star}", phrase.words.join(" "))
        };
        let exact = |marked: &String| format!("\"{marked}\"");
        let all: Vec<_> = (terms.phrases.iter().map(phrase))
            .chain(terms.keywords.iter().map(exact))
            .collect();
        all.join(" AND ")
    }

    fn push_match<'b>(query: &'b str, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("package_search MATCH ");
        out.push_bind_param::<Text, str>(query)
    }

    fn push_rank<'b>(_: &'b str, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("bm25(package_search, 10.0, 1.0, 4.0)");
        Ok(())
    }
}

impl StoreDocument for SqliteConnection {
    fn put_document(&mut self, package: i64, document: &Document) -> QueryResult<()> {
        self.remove_document(package)?;
        diesel::sql_query(
            "INSERT INTO package_search (rowid, name, description, keywords) VALUES (?, ?, ?, ?)",
        )
        .bind::<BigInt, _>(package)
        .bind::<Text, _>(document.name.join(" "))
        .bind::<Text, _>(document.description.join(" "))
        .bind::<Text, _>(document.keywords.join(" "))
        .execute(self)?;
        Ok(())
    }

    fn remove_document(&mut self, package: i64) -> QueryResult<()> {
        diesel::sql_query("DELETE FROM package_search WHERE rowid = ?")
            .bind::<BigInt, _>(package)
            .execute(self)?;
        Ok(())
    }
}
