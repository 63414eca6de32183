//! One look whether anything was committed, for all of a request.
//!
//! A request that only reads asks several kept facts: who is it, may they, what is there. Each holds
//! as long as nothing was committed, and finding that out costs more than the rest. Within
//! [`Registry::at_one_moment`] it is found out once, when the first of them is asked: everything is
//! answered as of then, and what is read anew is newer still. Requests that change something look
//! each time, for they must see what they have just done.

use std::cell::Cell;
use std::future::Future;

use packhouse_db::Stamp;

use crate::error::Result;
use crate::registry::Registry;

tokio::task_local! {
    /// Whether it was looked at, and what was seen.
    static MOMENT: Cell<Option<Option<Stamp>>>;
}

impl Registry {
    /// Answers a request that changes nothing as of one moment.
    pub async fn at_one_moment<F: Future>(&self, request: F) -> F::Output {
        MOMENT.scope(Cell::new(None), request).await
    }

    /// Gives the mark under which facts are kept: the request's own, or one of now.
    pub(crate) fn moment(&self) -> Result<Option<Stamp>> {
        let known = MOMENT.try_with(Cell::get).ok().flatten();
        if let Some(stamp) = known {
            return Ok(stamp);
        }
        let stamp = self.inner.db.stamp()?;
        // Outside of such a request there is nowhere to keep it.
        let _ = MOMENT.try_with(|moment| moment.set(Some(stamp)));
        Ok(stamp)
    }
}
