//! Pages of lists that clients ask for by offset and size.

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many entries come before it.
    pub offset: i64,
    /// How many it holds at most.
    pub size: i64,
}

impl Page {
    /// Reads a page from the texts of a query; what is missing or no number takes the default,
    /// what is out of bounds the nearest bound.
    pub fn by_offset(from: Option<&str>, size: Option<&str>, default: i64, max: i64) -> Self {
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
        Self {
            offset: number(from).unwrap_or(0).clamp(0, i64::from(i32::MAX)),
            size: number(size).unwrap_or(default).clamp(0, max),
        }
    }

    /// Reads a page counted from 0.
    pub fn by_number(page: Option<&str>, size: Option<&str>, default: i64, max: i64) -> Self {
        let sized = Self::by_offset(None, size, default, max);
        let number = Self::by_offset(page, None, default, max).offset;
        Self {
            offset: number.saturating_mul(sized.size),
            size: sized.size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn odd_numbers_find_their_bounds() {
        let check = |from, size, expected| {
            let page = Page::by_offset(from, size, 20, 250);
            assert_eq!((page.offset, page.size), expected, "{from:?} {size:?}");
        };
        check(None, None, (0, 20));
        check(Some("40"), Some("10"), (40, 10));
        check(Some("-1"), Some("1000000000"), (0, 250));
        check(Some("x"), Some("x"), (0, 20));
        assert_eq!(Page::by_number(Some("2"), Some("10"), 10, 100).offset, 20);
    }
}
