//! Running lists as each asker may read them.
//!
//! A list is drawn once and then grows: what is kept in memory is the text with the states of its
//! digests, so a change costs its own line. Most askers may read everything, or what anyone may:
//! they share one text. Whether somebody still sees all is asked about the new lines alone, as long
//! as no right changed.

use std::sync::Arc;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use moka::sync::Cache;
use packhouse_core::account::Account;
use packhouse_core::actor::Actor;
use packhouse_core::feed::Feed;
use packhouse_core::format::{Format, FormatId};
use packhouse_db::AnyConn;
use packhouse_db::feed::running::{self, Of, Position};
use packhouse_db::readable::Viewer;
use sha2::Sha256;

use crate::authorize::Source;
use crate::error::{Error, Result};
use crate::keyed_lock::KeyedLock;
use crate::registry::Registry;

/// How many bytes of lists are kept.
const CAPACITY: u32 = 48 * 1024 * 1024;
/// How many lines are read at once.
const PAGE: i64 = 5_000;
/// How often a draw starts over when another change comes in between.
const TRIES: usize = 8;

/// A running list as one asker may read it.
pub struct RunningList {
    /// The text.
    pub text: Bytes,
    /// The MD5 of the text.
    pub md5: [u8; 16],
    /// The SHA-256 of the text.
    pub sha256: [u8; 32],
    position: Position,
    hashes: Hashes,
}

#[derive(Clone, Default)]
struct Hashes {
    md5: Md5,
    sha256: Sha256,
}

/// Which lines of a list somebody may read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Share {
    /// All.
    All,
    /// Those that anyone may.
    Public,
    /// Others.
    Own(Viewer),
}

/// The lists that a server keeps.
pub(crate) struct RunningLists {
    drawn: Cache<(Of, Share), Arc<RunningList>>,
    shares: Cache<(Of, Viewer), (Position, Share)>,
    drawing: KeyedLock<(Of, Share)>,
}

impl Default for RunningLists {
    fn default() -> Self {
        // A few lists always fit, however long they are: drawing one for each request would cost more
        // than keeping it.
        let weigh = |_: &_, list: &Arc<RunningList>| {
            let size = u32::try_from(list.text.len() + 1024).unwrap_or(u32::MAX);
            size.min(CAPACITY / 4)
        };
        Self {
            drawn: Cache::builder()
                .max_capacity(u64::from(CAPACITY))
                .weigher(weigh)
                .build(),
            shares: Cache::new(10_000),
            drawing: KeyedLock::new(),
        }
    }
}

impl RunningList {
    fn begin(feed: &dyn Feed, position: Position) -> (String, Hashes, i64) {
        (feed.begin(position.begun_at), Hashes::default(), 0)
    }

    fn of(text: String, mut hashes: Hashes, hashed: usize, position: Position) -> Self {
        let new = text.get(hashed..).unwrap_or_default();
        hashes.md5.update(new);
        hashes.sha256.update(new);
        Self {
            md5: hashes.md5.clone().finalize().into(),
            sha256: hashes.sha256.clone().finalize().into(),
            // Only its length is counted, so no more is kept.
            text: text.into_bytes().into_boxed_slice().into(),
            position,
            hashes,
        }
    }
}

impl Registry {
    /// Gives the running list of what an account has of a format, as far as somebody may read it.
    ///
    /// # Errors
    /// `Raced` when it changed faster than it could be read.
    pub async fn running_list(
        &self,
        actor: &Actor,
        owner: &Account,
        format: FormatId,
    ) -> Result<Arc<RunningList>> {
        let rules = Arc::clone(self.format(format.as_str())?);
        let source = Source {
            owner: owner.name.key().to_owned(),
            format,
        };
        let (of, viewer) = ((owner.id, format), Viewer::of(actor));
        let nothing = Position {
            revision: 0,
            epoch: 0,
            begun_at: owner.created_at,
            begun_as: 0,
        };
        for _ in 0..TRIES {
            let position = self.look_into(source.clone()).await?.position;
            let position = position.unwrap_or(nothing);
            let Some(share) = self.share_of(&viewer, of, position).await? else {
                continue;
            };
            if let Some(list) = self.draw(&rules, of, share, position).await? {
                return Ok(list);
            }
        }
        let what = source.owner;
        Err(Error::Raced(format!(
            "the list of {what} is changing: try again"
        )))
    }

    /// Tells which lines somebody may read of a list at a position; nothing when it is at another.
    async fn share_of(&self, viewer: &Viewer, of: Of, position: Position) -> Result<Option<Share>> {
        if viewer.everything {
            return Ok(Some(Share::All));
        }
        if viewer.account.is_none() {
            return Ok(Some(Share::Public));
        }
        let key = (of, viewer.clone());
        let known = self.inner.lists.shares.get(&key);
        let known = known.filter(|(at, _)| is_same_view(*at, position));
        let (after, share) = match known {
            Some((at, share)) if at.revision >= position.revision => {
                return Ok((at.revision == position.revision).then_some(share));
            }
            // Seldom, and never less than before: nothing to look at.
            Some((_, share @ Share::Own(_))) => (position.revision, share),
            Some((at, share)) => (at.revision, share),
            None => (0, Share::All),
        };
        let (asker, first) = (viewer.clone(), after == 0);
        let counted = self.inner.db.read_point(move |conn| {
            if running::position(conn, of)?.is_some_and(|now| !is_same_view(now, position)) {
                return Ok::<_, Error>(None);
            }
            let range = (after, position.revision);
            let mut count = |viewer: &Viewer| running::count_lines(conn, viewer, of, range);
            let readable = count(&asker)?;
            Ok(Some((
                readable,
                count(&Viewer::SYSTEM)?,
                count(&Viewer::ANONYMOUS)?,
            )))
        });
        let Some((readable, all, public)) = counted.await? else {
            return Ok(None);
        };
        let share = match share {
            Share::All if readable == all => Share::All,
            Share::All if first && readable == public => Share::Public,
            Share::Public if readable == public => Share::Public,
            _ => Share::Own(viewer.clone()),
        };
        self.inner
            .lists
            .shares
            .insert(key, (position, share.clone()));
        Ok(Some(share))
    }

    /// Gives a list as it is at a position; nothing when it is at another.
    async fn draw(
        &self,
        format: &Arc<dyn Format>,
        of: Of,
        share: Share,
        position: Position,
    ) -> Result<Option<Arc<RunningList>>> {
        let lists = &self.inner.lists;
        let key = (of, share);
        let at = |list: &Arc<RunningList>| list.position == position;
        if let Some(list) = lists.drawn.get(&key).filter(at) {
            return Ok(Some(list));
        }
        let _turn = lists.drawing.lock(key.clone()).await;
        let known = lists.drawn.get(&key);
        if let Some(list) = known.as_ref().filter(|list| at(list)) {
            return Ok(Some(Arc::clone(list)));
        }
        let known = known.filter(|list| is_same_view(list.position, position));
        if known
            .as_ref()
            .is_some_and(|list| list.position.revision > position.revision)
        {
            return Ok(None);
        }
        let viewer = match &key.1 {
            Share::All => Viewer::SYSTEM,
            Share::Public => Viewer::ANONYMOUS,
            Share::Own(viewer) => viewer.clone(),
        };
        let format = Arc::clone(format);
        let drawn = self.inner.db.read(move |conn| {
            let feed = format.feed().ok_or_else(|| {
                let label = format.label();
                Error::Internal(format!("{label} has no running list"))
            })?;
            let now = running::position(conn, of)?;
            if now.is_some_and(|now| !is_same_view(now, position)) {
                return Ok(None);
            }
            let (mut text, hashes, after) = match &known {
                Some(list) => (String::new(), list.hashes.clone(), list.position.revision),
                None => RunningList::begin(feed, position),
            };
            let hashed = known.as_ref().map_or(0, |list| list.text.len());
            read_lines(conn, &viewer, of, (after, position.revision), &mut text)?;
            if let Some(list) = &known {
                // Made at its length: a long text that grows by a line would double its room.
                let mut whole = String::with_capacity(hashed + text.len());
                whole.push_str(&String::from_utf8_lossy(&list.text));
                whole.push_str(&text);
                text = whole;
            }
            let list = RunningList::of(text, hashes, hashed, position);
            Ok::<_, Error>(Some(Arc::new(list)))
        });
        let drawn = drawn.await?;
        if let Some(list) = &drawn {
            lists.drawn.insert(key, Arc::clone(list));
        }
        Ok(drawn)
    }
}

fn read_lines(
    conn: &mut AnyConn,
    viewer: &Viewer,
    of: Of,
    (mut after, until): (i64, i64),
    text: &mut String,
) -> Result<()> {
    loop {
        let page = running::list_lines(conn, viewer, of, (after, until), PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = *last;
        for (_, line) in &page {
            text.push_str(line);
        }
    }
}

/// Tells whether nothing but lines came between two positions.
fn is_same_view(a: Position, b: Position) -> bool {
    (a.epoch, a.begun_as, a.begun_at) == (b.epoch, b.begun_as, b.begun_at)
}
