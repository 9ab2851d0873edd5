//! A document whose bytes stand in several places, read as if they stood in one.

use std::io;
use std::sync::{Arc, OnceLock};

use super::pack::{Extent, Pack};
use super::snapshot::Coding;

/// Bytes of a document that is kept in memory once somebody asked for it.
const SMALL: u64 = 1024 * 1024;

/// Bytes that a reader takes at once.
const PIECE: usize = 64 * 1024;

/// Bytes in a row, wherever they are.
#[derive(Debug, Clone)]
pub struct Document {
    pack: Arc<Pack>,
    /// Each with where it begins in the document.
    strands: Arc<[(u64, Strand)]>,
    length: u64,
    small: Arc<OnceLock<Arc<[u8]>>>,
}

/// Some of a document's bytes. There are many, so each is small.
#[derive(Debug, Clone)]
pub(super) enum Strand {
    /// These.
    Said(Box<[u8]>),
    /// Those in the file of a coding.
    Kept(Coding, Extent),
}

impl Strand {
    pub(super) fn said(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Said(bytes.into().into())
    }

    fn length(&self) -> u64 {
        match self {
            Self::Said(said) => said.len() as u64,
            Self::Kept(_, extent) => extent.length,
        }
    }
}

/// A way to fill bytes from a pack.
type Read = fn(&Pack, Coding, u64, &mut [u8]) -> io::Result<()>;

impl Document {
    pub(super) fn new(pack: &Arc<Pack>, strands: Vec<Strand>) -> Self {
        let mut length = 0;
        let placed = strands.into_iter().filter(|strand| strand.length() > 0).map(|strand| {
            let start = length;
            length += strand.length();
            (start, strand)
        });
        let strands = placed.collect();
        Self { pack: Arc::clone(pack), strands, length, small: Arc::default() }
    }

    /// How many bytes there are.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// All bytes of a document that is small enough to be kept in memory. Files are read the first time, just after they were
    /// written.
    #[must_use]
    pub fn small(&self) -> Option<Arc<[u8]>> {
        if self.length > SMALL {
            return None;
        }
        if let Some(bytes) = self.small.get() {
            return Some(Arc::clone(bytes));
        }
        let bytes = self.read(0, usize::MAX).ok()?;
        Some(Arc::clone(self.small.get_or_init(|| bytes.into())))
    }

    /// The bytes from this one on, so many at most; none at the end. It reads files.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn read(&self, from: u64, most: usize) -> io::Result<Vec<u8>> {
        self.gathered(from, most, Pack::read)
    }

    /// The same without waiting for a disk; nothing if it would have to.
    #[must_use]
    pub fn at_hand(&self, from: u64, most: usize) -> Option<Vec<u8>> {
        self.gathered(from, most, Pack::read_at_hand).ok()
    }

    fn gathered(&self, from: u64, most: usize, read: Read) -> io::Result<Vec<u8>> {
        let left = self.length.saturating_sub(from);
        let mut bytes = vec![0; usize::try_from(left).unwrap_or(usize::MAX).min(most)];
        let mut filled = 0;
        let first = self.strands.partition_point(|(start, _)| *start <= from).saturating_sub(1);
        for (start, strand) in &self.strands[first.min(self.strands.len())..] {
            if filled == bytes.len() {
                break;
            }
            let skipped = (from + filled as u64) - start;
            filled += self.fill(strand, skipped, &mut bytes[filled..], read)?;
        }
        Ok(bytes)
    }

    /// Reads it from its beginning, a piece at a time.
    #[must_use]
    pub fn reader(&self) -> impl io::BufRead + use<> {
        io::BufReader::with_capacity(PIECE, Reader { document: self.clone(), at: 0 })
    }

    fn fill(&self, strand: &Strand, skipped: u64, bytes: &mut [u8], read: Read) -> io::Result<usize> {
        let fitting = |length: u64| usize::try_from(length - skipped).unwrap_or(usize::MAX).min(bytes.len());
        match strand {
            Strand::Said(said) => {
                let (from, length) =
                    (usize::try_from(skipped).unwrap_or(usize::MAX), fitting(said.len() as u64));
                bytes[..length].copy_from_slice(&said[from..from + length]);
                Ok(length)
            }
            Strand::Kept(coding, extent) => {
                let length = fitting(extent.length);
                read(&self.pack, *coding, extent.at + skipped, &mut bytes[..length])?;
                Ok(length)
            }
        }
    }
}

struct Reader {
    document: Document,
    at: u64,
}

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.document.read(self.at, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}
