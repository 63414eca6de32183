//! The little-endian numbers of zip's records.

use super::ArchiveError;

/// Bytes that are read from the front.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], ArchiveError> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(ArchiveError::Structure("a record in it is cut off"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ArchiveError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ArchiveError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, ArchiveError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Reads a signature; false when another stands there.
    pub(super) fn is(&mut self, signature: &[u8; 4]) -> Result<bool, ArchiveError> {
        Ok(self.array::<4>()? == *signature)
    }
}

/// The numbers of an entry that did not fit into 32 bits, from its extra field 1. They stand there
/// in this order, each only if it did not fit.
pub(super) struct Wide<'a>(Option<Fields<'a>>);

impl<'a> Wide<'a> {
    pub(super) fn find(extra: &'a [u8]) -> Result<Self, ArchiveError> {
        let mut fields = Fields(extra);
        let mut found = None;
        // Some writers fill the end up with fewer zeros than a field has.
        while fields.0.len() >= 4 {
            let (id, length) = (fields.u16()?, fields.u16()?);
            let data = fields.take(length.into())?;
            if id == 1 && found.replace(Fields(data)).is_some() {
                return Err(ArchiveError::Structure("an entry has its sizes twice"));
            }
        }
        Ok(Self(found))
    }

    /// Gives a number: the one written, or if that says so, the next one here.
    pub(super) fn widen(&mut self, number: u32) -> Result<u64, ArchiveError> {
        match &mut self.0 {
            Some(fields) if number == u32::MAX => fields.u64(),
            _ => Ok(number.into()),
        }
    }
}
