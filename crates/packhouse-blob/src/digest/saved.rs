//! Digests half-way, as text that another process can go on from.

use serde::{Deserialize, Serialize};
use sha2::digest::common::hazmat::{SerializableState, SerializedState};

use super::{FirstHalf, Hashes, Hashing, SecondHalf};

/// Names the form of the texts. The crates promise it within one 0.x line only (sha1 and md-5 are
/// of the same line as sha2), so it changes with that line: a state of another form is not
/// understood, and its digests are computed anew from the bytes.
const FORM: &str = "sha2-0.11";

/// Digests half-way, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    form: String,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha512: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<String>,
}

impl Hashes {
    pub(crate) fn save(&self) -> Saved {
        let FirstHalf(sha256, md5) = &self.first;
        let second = self.second.as_ref();
        Saved {
            form: FORM.to_owned(),
            sha256: to_hex(sha256),
            sha512: second.map(|half| to_hex(&half.0)),
            sha1: second.and_then(|half| half.1.as_ref()).map(to_hex),
            md5: md5.as_ref().map(to_hex),
        }
    }

    /// Gives the digests to go on with, or `None` when `saved` is of another form.
    pub(crate) fn restore(saved: &Saved, hashing: Hashing) -> Option<Self> {
        if saved.form != FORM {
            return None;
        }
        let mut hashes = Self::new(hashing);
        hashes.first.0 = from_hex(&saved.sha256)?;
        if let Some(md5) = &mut hashes.first.1 {
            *md5 = from_hex(saved.md5.as_deref()?)?;
        }
        if let Some(SecondHalf(sha512, sha1)) = &mut hashes.second {
            *sha512 = from_hex(saved.sha512.as_deref()?)?;
            if let Some(sha1) = sha1 {
                *sha1 = from_hex(saved.sha1.as_deref()?)?;
            }
        }
        Some(hashes)
    }
}

fn to_hex<H: SerializableState>(state: &H) -> String {
    hex::encode(state.serialize())
}

fn from_hex<H: SerializableState>(text: &str) -> Option<H> {
    let bytes = hex::decode(text).ok()?;
    H::deserialize(&SerializedState::<H>::try_from(&bytes[..]).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Hashing; 3] = [Hashing::All, Hashing::Sha256, Hashing::Sha256And512];

    #[test]
    fn goes_on_from_any_place() {
        let bytes: Vec<u8> = (0..=250).cycle().take(1000).collect();
        for hashing in ALL {
            let mut whole = Hashes::new(hashing);
            whole.update(&bytes);
            let expected = whole.digests(1000);
            for at in [0, 1, 63, 64, 65, 127, 128, 129, 999, 1000] {
                let mut hashes = Hashes::new(hashing);
                hashes.update(&bytes[..at]);
                let mut hashes = Hashes::restore(&hashes.save(), hashing).unwrap();
                hashes.update(&bytes[at..]);
                assert_eq!(hashes.digests(1000), expected, "{hashing:?} {at}");
            }
        }
    }

    /// When this fails, the crate has changed its form: give [`FORM`] another name.
    #[test]
    fn the_form_is_the_one_that_was_recorded() {
        let mut hashes = Hashes::new(Hashing::Sha256);
        hashes.update(b"abc");
        let recorded = concat!(
            "67e6096a85ae67bb72f36e3c3af54fa57f520e518c68059babd9831f19cde05b",
            "0000000000000000",
            "03",
        );
        let saved = hashes.save().sha256;
        assert_eq!(saved[..82], *recorded);
        assert!(saved[82..].starts_with("616263"), "{saved}");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let good = Hashes::new(Hashing::All).save();
        let broken: [fn(&mut Saved); 6] = [
            |saved| saved.form = "sha2-0.12".to_owned(),
            |saved| saved.sha256.truncate(10),
            |saved| saved.sha256 = "zz".repeat(saved.sha256.len() / 2),
            |saved| saved.sha512 = None,
            |saved| saved.sha1 = None,
            |saved| saved.md5 = Some(String::new()),
        ];
        assert!(Hashes::restore(&good, Hashing::All).is_some());
        for (index, change) in broken.into_iter().enumerate() {
            let mut saved = good.clone();
            change(&mut saved);
            assert!(Hashes::restore(&saved, Hashing::All).is_none(), "{index}");
        }
    }
}
