//! Archives written by hand, with whatever is wrong in them.

/// An archive in the making. Everything is right unless it is changed.
pub(crate) struct Crafted {
    pub(crate) parts: Vec<Part>,
    /// Which parts the directory lists, in which order.
    pub(crate) central: Vec<usize>,
    pub(crate) before: Vec<u8>,
    /// Whether offsets take account of what is before.
    pub(crate) moved: bool,
    pub(crate) comment: Vec<u8>,
    pub(crate) behind: Vec<u8>,
    pub(crate) count: Option<u16>,
    /// Whether the end is written in 64 bits.
    pub(crate) wide: bool,
}

/// An entry in the making.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) date: u16,
    pub(crate) size: Option<u32>,
    pub(crate) compressed: Option<u32>,
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) local_flags: u16,
    pub(crate) local_method: Option<u16>,
    pub(crate) local_size: Option<u32>,
    /// How long the record behind the data is.
    pub(crate) descriptor: Option<usize>,
    pub(crate) descriptor_size: Option<u32>,
    pub(crate) behind: Vec<u8>,
    /// Whether sizes are written in 64 bits.
    pub(crate) wide: bool,
}

impl Crafted {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        let part = |(name, data): &(&str, &[u8])| Part {
            name: name.as_bytes().to_vec(),
            data: data.to_vec(),
            ..Part::default()
        };
        Self {
            parts: files.iter().map(part).collect(),
            central: (0..files.len()).collect(),
            before: Vec::new(),
            moved: false,
            comment: Vec::new(),
            behind: Vec::new(),
            count: None,
            wide: false,
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = Out(self.before.clone());
        let base = if self.moved { 0 } else { self.before.len() };
        let mut offsets = Vec::new();
        for part in &self.parts {
            offsets.push(out.0.len() - base);
            part.local(&mut out);
        }
        let directory = out.0.len();
        for place in &self.central {
            self.parts[*place].central(&mut out, offsets[*place]);
        }
        let end = out.0.len();
        let count = self.count.unwrap_or(self.central.len() as u16);
        if self.wide {
            out.raw(b"PK\x06\x06").u64(44).u16(45).u16(45).u32(0).u32(0);
            out.u64(count.into()).u64(count.into());
            out.u64((end - directory) as u64)
                .u64((directory - base) as u64);
            out.raw(b"PK\x06\x07")
                .u32(0)
                .u64((end - base) as u64)
                .u32(1);
            out.raw(b"PK\x05\x06")
                .u16(0)
                .u16(0)
                .u16(u16::MAX)
                .u16(u16::MAX);
            out.u32(u32::MAX).u32(u32::MAX);
        } else {
            out.raw(b"PK\x05\x06").u16(0).u16(0).u16(count).u16(count);
            out.u32((end - directory) as u32)
                .u32((directory - base) as u32);
        }
        out.u16(self.comment.len() as u16).raw(&self.comment);
        out.raw(&self.behind);
        out.0
    }
}

impl Part {
    fn size(&self) -> u32 {
        self.size.unwrap_or(self.data.len() as u32)
    }

    fn compressed(&self) -> u32 {
        self.compressed.unwrap_or(self.data.len() as u32)
    }

    fn local(&self, out: &mut Out) {
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        let follows = u16::from(self.descriptor.is_some()) << 3;
        let crc32 = crc32fast::hash(&self.data);
        out.raw(b"PK\x03\x04").u16(20);
        out.u16(self.flags | self.local_flags | follows);
        out.u16(self.local_method.unwrap_or(self.method))
            .u16(0)
            .u16(self.date);
        let (crc, compressed, size) = match self.descriptor {
            Some(_) => (0, 0, self.local_size.unwrap_or(0)),
            None => (
                crc32,
                self.compressed(),
                self.local_size.unwrap_or(self.size()),
            ),
        };
        out.u32(crc);
        if self.wide {
            out.u32(u32::MAX)
                .u32(u32::MAX)
                .u16(name.len() as u16)
                .u16(20 + 5);
            out.raw(name)
                .u16(1)
                .u16(16)
                .u64(size.into())
                .u64(compressed.into());
            // Another field before the end.
            out.u16(0x5455).u16(1).raw(&[0]);
        } else {
            out.u32(compressed)
                .u32(size)
                .u16(name.len() as u16)
                .u16(0)
                .raw(name);
        }
        out.raw(&self.data);
        let size = self.descriptor_size.unwrap_or(self.size());
        if matches!(self.descriptor, Some(16 | 24)) {
            out.raw(b"PK\x07\x08");
        }
        match self.descriptor {
            Some(12 | 16) => out.u32(crc32).u32(self.compressed()).u32(size),
            Some(_) => out
                .u32(crc32)
                .u64(self.compressed().into())
                .u64(size.into()),
            None => out,
        };
        out.raw(&self.behind);
    }

    fn central(&self, out: &mut Out, offset: usize) {
        let follows = u16::from(self.descriptor.is_some()) << 3;
        out.raw(b"PK\x01\x02")
            .u16(20)
            .u16(20)
            .u16(self.flags | follows);
        out.u16(self.method)
            .u16(0)
            .u16(self.date)
            .u32(crc32fast::hash(&self.data));
        let (size, compressed) = (self.size(), self.compressed());
        if self.wide {
            out.u32(u32::MAX).u32(u32::MAX);
        } else {
            out.u32(compressed).u32(size);
        }
        out.u16(self.name.len() as u16)
            .u16(if self.wide { 28 } else { 0 })
            .u16(0);
        out.u16(0).u16(0).u32(0);
        out.u32(if self.wide { u32::MAX } else { offset as u32 });
        out.raw(&self.name);
        if self.wide {
            out.u16(1)
                .u16(24)
                .u64(size.into())
                .u64(compressed.into())
                .u64(offset as u64);
        }
    }
}

struct Out(Vec<u8>);

impl Out {
    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(&mut self, number: u16) -> &mut Self {
        self.raw(&number.to_le_bytes())
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.raw(&number.to_le_bytes())
    }

    fn u64(&mut self, number: u64) -> &mut Self {
        self.raw(&number.to_le_bytes())
    }
}
