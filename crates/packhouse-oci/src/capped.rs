//! Reading JSON lists and maps up to a number of entries: what a client sends decides their length,
//! not how much memory they take.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The first `N` entries of a list; the others are passed over.
#[derive(Debug)]
pub(crate) struct CappedList<T, const N: usize> {
    pub(crate) items: Vec<T>,
    /// Whether there were more.
    pub(crate) cut: bool,
}

/// The first `N` entries of a map of texts; the others are passed over. Of two values of one key
/// the last counts, as clients read it.
#[derive(Debug)]
pub(crate) struct CappedMap<const N: usize> {
    pub(crate) entries: BTreeMap<String, String>,
    /// Whether there were more.
    pub(crate) cut: bool,
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for CappedList<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T, const N: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for Items<T, N> {
            type Value = CappedList<T, N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while items.len() < N {
                    match list.next_element()? {
                        Some(item) => items.push(item),
                        None => return Ok(CappedList { items, cut: false }),
                    }
                }
                let mut cut = false;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    cut = true;
                }
                Ok(CappedList { items, cut })
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}

impl<'de, const N: usize> Deserialize<'de> for CappedMap<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<const N: usize>;

        impl<'de, const N: usize> Visitor<'de> for Entries<N> {
            type Value = CappedMap<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while entries.len() < N {
                    match map.next_entry()? {
                        Some((key, value)) => entries.insert(key, value),
                        None => {
                            return Ok(CappedMap {
                                entries,
                                cut: false,
                            });
                        }
                    };
                }
                let mut cut = false;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    cut = true;
                }
                Ok(CappedMap { entries, cut })
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// Cuts texts of a map to what is worth keeping: so many entries, keys and values of so many
/// characters. Entries with longer keys are left out.
pub(crate) fn cut_map(
    map: &BTreeMap<String, String>,
    entries: usize,
    key: usize,
    value: usize,
) -> BTreeMap<String, String> {
    map.iter()
        .filter(|(name, _)| name.chars().count() <= key)
        .take(entries)
        .map(|(name, text)| (name.clone(), crate::text::cut(text, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_the_cap_is_passed_over() {
        let list: CappedList<u8, 2> = serde_json::from_str("[1,2]").unwrap();
        assert_eq!((list.items, list.cut), (vec![1, 2], false));
        let list: CappedList<u8, 2> = serde_json::from_str("[1,2,{\"x\":[]}]").unwrap();
        assert_eq!((list.items, list.cut), (vec![1, 2], true));
        let map: CappedMap<1> = serde_json::from_str(r#"{"a":"1","a":"2"}"#).unwrap();
        assert_eq!((map.entries["a"].as_str(), map.cut), ("1", true));
        let map: CappedMap<2> = serde_json::from_str(r#"{"a":"1","a":"2"}"#).unwrap();
        assert_eq!((map.entries["a"].as_str(), map.cut), ("2", false));
        assert!(serde_json::from_str::<CappedMap<2>>(r#"{"a":1}"#).is_err());
        assert!(serde_json::from_str::<CappedList<u8, 2>>("{}").is_err());
    }

    #[test]
    fn maps_are_cut_in_all_directions() {
        let map = BTreeMap::from(
            [("a", "éab"), ("bbb", "x"), ("c", "y"), ("d", "z")].map(|(k, v)| (k.into(), v.into())),
        );
        let cut = cut_map(&map, 2, 2, 2);
        assert_eq!(
            cut.into_iter().collect::<Vec<_>>(),
            [("a", "éa"), ("c", "y")].map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
    }
}
