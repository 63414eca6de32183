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
/// How many lines are few.
const FEW: i64 = 200;
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

/// How what somebody may read of a list compares with what others may, up to a position.
#[derive(Debug, Clone, Copy)]
struct Reads {
    all: bool,
    public: bool,
}

impl Reads {
    fn share(self, viewer: &Viewer) -> Share {
        match self {
            Self { public: true, .. } => Share::Public,
            Self { all: true, .. } => Share::All,
            _ => Share::Own(viewer.clone()),
        }
    }
}

/// The lists that a server keeps.
pub(crate) struct RunningLists {
    drawn: Cache<(Of, Share), Arc<RunningList>>,
    shares: Cache<(Of, Viewer), (Position, Reads)>,
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
    /// Adds to what a list was.
    fn grown(before: Option<&Self>, added: &str, position: Position) -> Self {
        let (old, mut hashes) = match before {
            Some(list) => (list.text.as_ref(), list.hashes.clone()),
            None => (&[][..], Hashes::default()),
        };
        hashes.md5.update(added);
        hashes.sha256.update(added);
        Self {
            md5: hashes.md5.clone().finalize().into(),
            sha256: hashes.sha256.clone().finalize().into(),
            // Only its length is counted, so no more is kept.
            text: [old, added.as_bytes()].concat().into(),
            position,
            hashes,
        }
    }
}

impl Registry {
    /// Gives the running list of what an account has of a format, as far as somebody may read it.
    ///
    /// # Errors
    /// `Busy` when it changed faster than it could be read.
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
        for attempt in 0..TRIES {
            // What is kept for the request is older than what came in between.
            let sight = match attempt {
                0 => self.look_into(source.clone()).await?,
                _ => self.look_into_now(&source).await?,
            };
            let position = sight.position.unwrap_or(nothing);
            let Some(share) = self.share_of(&viewer, of, position).await? else {
                continue;
            };
            if let Some(list) = self.draw(&rules, of, share, position).await? {
                return Ok(list);
            }
        }
        let what = source.owner;
        Err(Error::Busy(format!("the list of {what}")))
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
        let (after, reads) = match known {
            Some((at, reads)) if at.revision >= position.revision => {
                let share = reads.share(viewer);
                return Ok((at.revision == position.revision).then_some(share));
            }
            // Never like others again, as long as no right changes: nothing to look at.
            Some((_, reads)) if !reads.all && !reads.public => (position.revision, reads),
            Some((at, reads)) => (at.revision, reads),
            None => {
                let (all, public) = (true, true);
                (0, Reads { all, public })
            }
        };
        let asker = viewer.clone();
        let count = move |conn: &mut AnyConn| {
            if running::position(conn, of)?.is_some_and(|now| !is_same_view(now, position)) {
                return Ok::<_, Error>(None);
            }
            let range = (after, position.revision);
            let mut count = |viewer: &Viewer| running::count_lines(conn, viewer, of, range);
            let (readable, all) = (count(&asker)?, count(&Viewer::SYSTEM)?);
            Ok(Some((readable, all, count(&Viewer::ANONYMOUS)?)))
        };
        // Few lines are counted on the spot, many where that holds up nobody.
        let counted = match position.revision - after < FEW {
            true => self.inner.db.read_point(count).await?,
            false => self.inner.db.read(count).await?,
        };
        let Some((readable, all, public)) = counted else {
            return Ok(None);
        };
        let reads = Reads {
            all: reads.all && readable == all,
            public: reads.public && readable == public,
        };
        self.inner.lists.shares.insert(key, (position, reads));
        Ok(Some(reads.share(viewer)))
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
            let (mut added, after) = match &known {
                Some(list) => (String::new(), list.position.revision),
                None => (feed.begin(position.begun_at), 0),
            };
            read_lines(conn, &viewer, of, (after, position.revision), &mut added)?;
            let list = RunningList::grown(known.as_deref(), &added, position);
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
