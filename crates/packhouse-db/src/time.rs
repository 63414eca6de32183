//! Times as both engines store them: UTC without zone, cut to microseconds.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};

/// Gives the stored form of a time.
pub(crate) fn to_row(time: DateTime<Utc>) -> NaiveDateTime {
    time.naive_utc().trunc_subsecs(6)
}

/// Gives back the time of a stored form.
pub(crate) fn from_row(time: NaiveDateTime) -> DateTime<Utc> {
    time.and_utc()
}
