//! The number of a portable PDB (Portable PDB format, #Pdb stream; ECMA-335, II.24.2.1).

use std::io::{self, Read};

/// How far into the file it is looked for, in bytes. Compilers write it at the beginning.
const MAX_READ: u64 = 1 << 20;

/// How many streams the metadata may have; there are six kinds.
const MAX_STREAMS: u16 = 64;

/// How long the version of the metadata may be, in bytes.
const MAX_VERSION: u32 = 255;

/// How long the name of a stream may be, with the zero at its end, in bytes.
const MAX_NAME: usize = 32;

/// A GUID and a time stamp.
const ID_LENGTH: u32 = 20;

/// Reports a file of which the number is not known.
#[derive(Debug)]
pub(super) enum PdbError {
    /// It could not be read.
    Read(io::Error),
    /// It is no portable PDB.
    Not(&'static str),
}

/// Gives the key by which debuggers ask for a PDB. Reads no more of it than needed.
pub(super) fn key(file: impl Read) -> Result<String, PdbError> {
    let mut file = Counted {
        file: file.take(MAX_READ),
        at: 0,
    };
    match &file.array::<4>()? {
        b"BSJB" => {}
        b"Micr" => {
            return Err(PdbError::Not(
                "it is a Windows PDB, build with DebugType portable",
            ));
        }
        _ => return Err(PdbError::Not("it does not begin with BSJB")),
    }
    let _version_and_reserved: [u8; 8] = file.array()?;
    let version_length = file.u32()?;
    if version_length > MAX_VERSION.next_multiple_of(4) {
        return Err(PdbError::Not("the version of its metadata is too long"));
    }
    file.skip(version_length.into())?;
    let _flags: [u8; 2] = file.array()?;
    let streams = u16::from_le_bytes(file.array()?);
    if streams > MAX_STREAMS {
        return Err(PdbError::Not("it has too many streams"));
    }
    let mut id_at = None;
    for _ in 0..streams {
        let (offset, size) = (file.u32()?, file.u32()?);
        if file.name()? == b"#Pdb" && size >= ID_LENGTH && id_at.replace(offset).is_some() {
            return Err(PdbError::Not("it has two #Pdb streams"));
        }
    }
    let offset = id_at.ok_or(PdbError::Not("it has no #Pdb stream"))?;
    let distance = u64::from(offset)
        .checked_sub(file.at)
        .ok_or(PdbError::Not("its #Pdb stream is not where it says"))?;
    file.skip(distance)?;
    let guid: [u8; 16] = file.array()?;
    Ok(format!("{}ffffffff", number(guid)))
}

/// Writes a GUID as .NET's "N": the first three fields are little-endian.
fn number(guid: [u8; 16]) -> String {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let digits = ORDER.iter().map(|place| format!("{:02x}", guid[*place]));
    digits.collect()
}

struct Counted<R> {
    file: io::Take<R>,
    at: u64,
}

impl<R: Read> Counted<R> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], PdbError> {
        let mut array = [0; N];
        self.file.read_exact(&mut array).map_err(read_error)?;
        self.at += N as u64;
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, PdbError> {
        self.array().map(u32::from_le_bytes)
    }

    fn skip(&mut self, length: u64) -> Result<(), PdbError> {
        let mut skipped = self.file.by_ref().take(length);
        let copied = io::copy(&mut skipped, &mut io::sink()).map_err(read_error)?;
        self.at += copied;
        match copied == length {
            true => Ok(()),
            false => Err(cut_off()),
        }
    }

    /// Reads a name that ends with a zero and is filled up to a multiple of four.
    fn name(&mut self) -> Result<Vec<u8>, PdbError> {
        let mut name = Vec::new();
        while name.len() < MAX_NAME {
            name.extend_from_slice(&self.array::<4>()?);
            if let Some(end) = name.iter().position(|b| *b == 0) {
                name.truncate(end);
                return Ok(name);
            }
        }
        Err(PdbError::Not("the name of a stream is too long"))
    }
}

fn read_error(error: io::Error) -> PdbError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => cut_off(),
        _ => PdbError::Read(error),
    }
}

fn cut_off() -> PdbError {
    PdbError::Not("it is cut off, or its number is not near its beginning")
}
