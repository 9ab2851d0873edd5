//! Bytes in each coding, packed so that what was packed by itself can be put in a row: a document is its beginning, any
//! number of such runs, and its end.
//!
//! A gzip file may hold any number of DEFLATE blocks (RFC 1951 section 3.2), and a run that was flushed ends with one, on a
//! whole byte. The file is one member, since some clients read only the first of several. A Brotli stream is a header, any
//! number of meta-blocks, and an empty last one (RFC 7932 section 9); a run is meta-blocks that refer to nothing before
//! them, and the first one of a document, which has nothing before it, may use the words every decoder knows.

use std::io::{self, Read, Write};

use brotli::enc::BrotliEncoderParams;
use brotli::{CompressorWriter, Decompressor};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::snapshot::Coding;

const BUFFER: usize = 64 * 1024;
/// gzip's effort: more takes longer, and makes files hardly smaller.
const GZIP_EFFORT: u32 = 4;
/// Brotli's effort: the least by which files are smaller than gzip's, also where a feed is small.
const BROTLI_EFFORT: i32 = 5;
/// How far Brotli looks back: 2^20 bytes (RFC 7932 section 9.1). A run refers to nothing before it, and few are longer; looking
/// further back would only take memory.
const WINDOW: i32 = 20;

/// Neither name nor time: the same document gives the same bytes (RFC 1952 section 2.3).
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// A last block with nothing in it.
const GZIP_LAST: [u8; 2] = [3, 0];
/// The window, and an empty meta-block to the end of the byte: what a first run brings along, for looking at a further one.
const BROTLI_HEADER: [u8; 2] = [0x67, 0];
/// The last meta-block, which is empty.
const BROTLI_LAST: [u8; 1] = [3];

/// A run of bytes, packed.
pub(super) struct Pressed {
    pub(super) crc: u32,
    pub(super) gzip: Vec<u8>,
    pub(super) brotli: Vec<u8>,
}

impl Pressed {
    /// Packs the first run of a document, and unpacks it again to see that nothing was lost.
    pub(super) fn first(bytes: &[u8]) -> io::Result<Self> {
        Self::new(bytes, brotlied(bytes, Place::First)?, &[])
    }

    /// The same for any other run.
    pub(super) fn further(bytes: &[u8]) -> io::Result<Self> {
        Self::new(bytes, brotlied(bytes, Place::Further)?, &BROTLI_HEADER)
    }

    fn new(bytes: &[u8], brotli: Vec<u8>, header: &[u8]) -> io::Result<Self> {
        let gzip = deflated(bytes)?;
        are_the_same(DeflateDecoder::new(gzip.chain(&GZIP_LAST[..])), bytes)?;
        let stream = header.chain(&*brotli).chain(&BROTLI_LAST[..]);
        are_the_same(Decompressor::new(stream, BUFFER), bytes)?;
        let mut sum = Sum::default();
        sum.add_bytes(bytes);
        Ok(Self { crc: sum.crc(), gzip, brotli })
    }
}

/// Where a run stands in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Further,
}

/// What stands before the runs of a document.
pub(super) const fn beginning(coding: Coding) -> &'static [u8] {
    match coding {
        Coding::Gzip => &GZIP_HEADER,
        // A first run in Brotli begins with the stream's header.
        Coding::Identity | Coding::Brotli => &[],
    }
}

/// What stands behind the runs of a document.
pub(super) fn ending(coding: Coding, sum: &Sum) -> Vec<u8> {
    match coding {
        Coding::Identity => Vec::new(),
        Coding::Gzip => [&GZIP_LAST[..], &sum.crc().to_le_bytes(), &sum.length_in_gzip()].concat(),
        Coding::Brotli => BROTLI_LAST.to_vec(),
    }
}

/// The check sum and the length of bytes whose runs were summed one by one.
#[derive(Debug, Default, Clone)]
pub(super) struct Sum {
    crc: crc32fast::Hasher,
    length: u64,
}

impl Sum {
    pub(super) fn add_bytes(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
        self.length += bytes.len() as u64;
    }

    /// Adds a run of which only these are known.
    pub(super) fn add(&mut self, crc: u32, length: u64) {
        self.crc.combine(&crc32fast::Hasher::new_with_initial_len(crc, length));
        self.length += length;
    }

    pub(super) fn crc(&self) -> u32 {
        self.crc.clone().finalize()
    }

    /// The length's lowest 32 bits (RFC 1952 section 2.3.1).
    fn length_in_gzip(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.length.to_le_bytes();
        [a, b, c, d]
    }
}

fn deflated(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(GZIP_EFFORT));
    encoder.write_all(bytes)?;
    encoder.flush()?;
    Ok(std::mem::take(encoder.get_mut()))
}

fn brotlied(bytes: &[u8], place: Place) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: BROTLI_EFFORT,
        lgwin: WINDOW,
        appendable: true,
        bare_stream: true,
        byte_align: true,
        catable: place == Place::Further,
        use_dictionary: place == Place::First,
        ..BrotliEncoderParams::default()
    };
    let mut encoder = CompressorWriter::with_params(Vec::new(), BUFFER, &params);
    encoder.write_all(bytes)?;
    // An error of its last bytes is not told here; unpacking finds it.
    Ok(encoder.into_inner())
}

/// Whether what is unpacked is what was packed, a piece at a time.
fn are_the_same(mut unpacked: impl Read, mut bytes: &[u8]) -> io::Result<()> {
    let different = || io::Error::other("a packed document is not the document");
    let mut piece = vec![0; BUFFER];
    loop {
        match unpacked.read(&mut piece)? {
            0 if bytes.is_empty() => return Ok(()),
            0 => return Err(different()),
            read => bytes = bytes.strip_prefix(&piece[..read]).ok_or_else(different)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(coding: Coding, runs: &[&[u8]]) -> Vec<u8> {
        let mut sum = Sum::default();
        let mut document = beginning(coding).to_vec();
        for (number, run) in runs.iter().enumerate() {
            let pressed = if number == 0 { Pressed::first(run) } else { Pressed::further(run) }.unwrap();
            document.extend(match coding {
                Coding::Identity => *run,
                Coding::Gzip => &pressed.gzip,
                Coding::Brotli => &pressed.brotli,
            });
            sum.add(pressed.crc, run.len() as u64);
        }
        document.extend(ending(coding, &sum));
        document
    }

    #[test]
    fn runs_that_were_packed_by_themselves_are_one_document() {
        let long = "every gate, every lock, every boat ".repeat(20_000);
        let noise: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for runs in [
            &[b"".as_slice()][..],
            &[b"a"],
            &[b"<a>", b",", b"", b"</a>\n"],
            &[b"head", long.as_bytes(), b",", &noise, long.as_bytes(), b"tail"],
        ] {
            let whole = runs.concat();
            let mut unpacked = Vec::new();
            let packed = document(Coding::Gzip, runs);
            // Reads one member, and checks its sum and length.
            let mut rest = &*packed;
            flate2::bufread::GzDecoder::new(&mut rest).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == whole && rest.is_empty());
            let packed = document(Coding::Brotli, runs);
            are_the_same(Decompressor::new(&*packed, BUFFER), &whole).unwrap();
            assert!(document(Coding::Identity, runs) == whole);
        }
    }
}
