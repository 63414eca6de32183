//! Uploads under way, and what lies in the store that no row knows.

use futures_util::TryStreamExt;
use packhouse_blob::{BlobInfo, SessionState};
use packhouse_db::check;
use packhouse_db::upload::{self, UploadRow};

use super::{Check, PAGE};
use crate::collect::{Collected, Mode};
use crate::error::Result;

impl Check<'_> {
    /// Looks whether uploads can go on.
    pub(super) async fn uploads(&mut self) -> Result<()> {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = self
                .registry
                .inner
                .db
                .read(move |conn| check::list_uploads(conn, &from, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.id.clone();
            for row in page {
                self.done.uploads += 1;
                if !self.can_go_on(&row).await? && self.is_as_it_was(&row).await? {
                    let mended = self.repair && self.give_up(&row).await?;
                    let text = format!("upload {} cannot go on: its bytes are gone", row.id);
                    self.found(text, mended);
                }
            }
        }
    }

    async fn can_go_on(&self, row: &UploadRow) -> Result<bool> {
        match SessionState::parse(&row.state) {
            Ok(state) => Ok(self.registry.inner.store.has_session(&state).await?),
            Err(_) => Ok(false),
        }
    }

    /// Tells whether nothing happened to an upload and nobody writes to it.
    async fn is_as_it_was(&self, row: &UploadRow) -> Result<bool> {
        let id = row.id.clone();
        let db = &self.registry.inner.db;
        let now = db.read(move |conn| upload::find(conn, &id)).await?;
        Ok(now.is_some_and(|now| now.state == row.state && now.writer.is_none()))
    }

    async fn give_up(&self, row: &UploadRow) -> Result<bool> {
        let (id, now) = (row.id.clone(), self.terms.now);
        let db = &self.registry.inner.db;
        let gone = db
            .write(move |conn| upload::delete(conn, &id, None, now))
            .await?;
        if gone {
            self.registry.discard(row).await?;
        }
        Ok(gone)
    }

    /// Looks for blobs that no row knows.
    pub(super) async fn strays(&mut self) -> Result<()> {
        let registry = self.registry;
        let mut all = registry.inner.store.list("");
        let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let mut page = Vec::new();
        loop {
            let next = all.try_next().await?;
            let ended = next.is_none();
            page.extend(next);
            if page.len() == most || ended {
                for stray in registry.unrecorded(std::mem::take(&mut page)).await? {
                    self.stray(&stray).await?;
                }
            }
            if ended {
                return Ok(());
            }
        }
    }

    async fn stray(&mut self, stray: &BlobInfo) -> Result<()> {
        if stray.modified >= self.terms.old() {
            self.done.young += 1;
            return Ok(());
        }
        let mode = if self.repair {
            Mode::Remove
        } else {
            Mode::Forecast
        };
        let mut done = Collected::default();
        self.registry
            .remove_stray(mode, &self.terms, stray, &mut done)
            .await?;
        if done.strays + done.failed > 0 {
            let text = format!(
                "{} lies in the store and no row knows it ({} bytes); `packhouse gc` removes it",
                stray.key, stray.size
            );
            self.found(text, self.repair && done.strays > 0);
        }
        Ok(())
    }

    /// Looks for upload sessions that no row knows.
    pub(super) async fn sessions(&mut self) -> Result<()> {
        let unknown = self.registry.unknown_sessions(&self.terms).await?;
        for id in unknown {
            let mended = self.repair && self.registry.discard_lost(&id).await;
            let text = format!("upload {id} lies in the store and no row knows it");
            self.found(text, mended);
        }
        Ok(())
    }
}
