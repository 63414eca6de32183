//! Search with `tsvector`, one weight for each part of a document. Words are written as lexemes
//! with positions, past the server's own parser, which would read some as numbers, hosts or paths.

use std::fmt::Write;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Text};

use super::{StoreDocument, TextSearch};
use crate::search::terms::{Document, Phrase, Terms};

/// How far apart the parts of a document lie, so that no phrase spans two of them.
const GAP: usize = 10;

impl TextSearch for Pg {
    const FROM: &'static str =
        "package_search JOIN package ON package.id = package_search.package_id";

    /// PostgreSQL documentation, 8.11.2 "tsquery": quoted lexemes, `<->` for "followed by", `:*`
    /// for a prefix.
    fn render(terms: &Terms) -> String {
        let phrase = |phrase: &Phrase| {
            let star = if phrase.prefix { ":*" } else { "" };
            format!("('{}'{star})", phrase.words.join("' <-> '"))
        };
        let exact = |marked: &String| format!("'{marked}'");
        let all: Vec<_> = (terms.phrases.iter().map(phrase))
            .chain(terms.keywords.iter().map(exact))
            .collect();
        all.join(" & ")
    }

    fn push_match<'b>(query: &'b str, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("package_search.document @@ ");
        out.push_bind_param::<Text, str>(query)?;
        out.push_sql("::tsquery");
        Ok(())
    }

    /// The weights of `ts_rank` count from D up to A.
    fn push_rank<'b>(query: &'b str, mut out: AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("-ts_rank('{0.1, 0.1, 0.4, 1.0}', package_search.document, ");
        out.push_bind_param::<Text, str>(query)?;
        out.push_sql("::tsquery)");
        Ok(())
    }
}

impl StoreDocument for PgConnection {
    fn put_document(&mut self, package: i64, document: &Document) -> QueryResult<()> {
        diesel::sql_query(
            "INSERT INTO package_search (package_id, document) VALUES ($1, $2::tsvector) \
             ON CONFLICT (package_id) DO UPDATE SET document = EXCLUDED.document",
        )
        .bind::<BigInt, _>(package)
        .bind::<Text, _>(vector(document))
        .execute(self)?;
        Ok(())
    }

    fn remove_document(&mut self, package: i64) -> QueryResult<()> {
        diesel::sql_query("DELETE FROM package_search WHERE package_id = $1")
            .bind::<BigInt, _>(package)
            .execute(self)?;
        Ok(())
    }
}

/// PostgreSQL documentation, 8.11.1 "tsvector": `'word':7A`.
fn vector(document: &Document) -> String {
    let mut text = String::new();
    let mut position = 0;
    for (words, weight) in [
        (&document.name, 'A'),
        (&document.keywords, 'B'),
        (&document.description, 'C'),
    ] {
        for word in words {
            position += 1;
            // Writing to a String cannot fail.
            let _ = write!(text, "'{word}':{position}{weight} ");
        }
        position += GAP;
    }
    text
}
