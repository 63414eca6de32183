//! One header of a tar archive, as RubyGems and other readers both understand it
//! (`Gem::Package::TarHeader`).

/// How long a header is, and the unit in which data is padded, in bytes.
pub(super) const BLOCK: usize = 512;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Symlink,
    /// Fields of the entry after it, or of all after it.
    Pax,
    /// What no gem has: the reason.
    Other(&'static str),
}

/// One header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub path: Vec<u8>,
    /// Where a link leads.
    pub target: Vec<u8>,
    pub kind: Kind,
    /// Bytes of its data.
    pub size: u64,
}

impl Header {
    /// Gives the path as a message may show it.
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }

    /// Gives the bytes that its data takes, padding included.
    pub(super) fn padded(&self) -> Option<u64> {
        self.size.checked_next_multiple_of(BLOCK as u64)
    }
}

/// Tells whether a block is one of those that end an archive.
pub(super) fn is_end(block: &[u8; BLOCK]) -> bool {
    block.iter().all(|byte| *byte == 0)
}

/// Reads a header. The error says what is wrong with it, and is preceded by what could be read of
/// the path.
pub(super) fn read(block: &[u8; BLOCK]) -> Result<Header, (String, &'static str)> {
    let name = String::from_utf8_lossy(block[..100].split(|byte| *byte == 0).next().unwrap_or(&[]));
    fields(block).map_err(|reason| (name.into_owned(), reason))
}

fn fields(block: &[u8; BLOCK]) -> Result<Header, &'static str> {
    let told = octal(&block[148..156]).ok_or("has a header whose checksum is no number")?;
    // The checksum counts as spaces in itself.
    let rest = block[..148].iter().chain(&block[156..]);
    let sum = rest.map(|byte| u64::from(*byte)).sum::<u64>() + 8 * u64::from(b' ');
    if sum != told {
        return Err("has a header with a wrong checksum");
    }
    let name = text(&block[..100])?;
    let prefix = match &block[257..263] {
        b"ustar\0" => text(&block[345..500])?,
        // RubyGems reads a prefix there all the same.
        _ if block[345..500].iter().any(|byte| *byte != 0) => {
            return Err("has a prefix but not the ustar format");
        }
        _ => &[],
    };
    let path = match prefix {
        [] => name.to_vec(),
        _ => [prefix, b"/", name].concat(),
    };
    // RubyGems takes none for a file, and understands no number larger than octal digits can say.
    let kind = match block[156] {
        b'0' | 0 => Kind::File,
        b'2' => Kind::Symlink,
        b'5' => Kind::Folder,
        b'x' | b'g' => Kind::Pax,
        b'1' => Kind::Other("is a hard link: RubyGems does not unpack it"),
        b'3' | b'4' => Kind::Other("is a device"),
        b'6' => Kind::Other("is a fifo"),
        b'L' | b'K' => Kind::Other("has a long name or link of GNU tar, which RubyGems cuts"),
        b'S' => Kind::Other("is a sparse file, which RubyGems does not unpack"),
        _ => Kind::Other("is neither a file nor a folder nor a link"),
    };
    Ok(Header {
        path,
        target: text(&block[157..257])?.to_vec(),
        kind,
        size: octal(&block[124..136]).ok_or("has a size that is no octal number")?,
    })
}

/// Reads a text up to its NULs. RubyGems keeps what follows one, and drops spaces at the end.
fn text(field: &[u8]) -> Result<&[u8], &'static str> {
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    let (text, rest) = field.split_at(end);
    if rest.iter().any(|byte| *byte != 0) {
        return Err("has a NUL in its name");
    }
    if text.ends_with(b" ") {
        return Err("has a name that ends in a space");
    }
    Ok(text)
}

/// Reads digits that spaces may precede and spaces and NULs follow.
fn octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().position(|byte| *byte != b' ')?;
    let digits = &field[start..];
    let end = digits.iter().position(|byte| !(b'0'..=b'7').contains(byte));
    let (digits, rest) = digits.split_at(end.unwrap_or(digits.len()));
    let is_padding = rest.iter().all(|byte| matches!(byte, b' ' | 0));
    (!digits.is_empty() && is_padding).then(|| {
        digits
            .iter()
            .fold(0, |number, digit| number * 8 + u64::from(digit - b'0'))
    })
}
