//! Where a channel's bytes are: a file a coding, to whose end runs are added. What was written is never changed, so whoever
//! reads an older document goes on reading it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::io::{ReadWriteFlags, preadv2};
use serde::{Deserialize, Serialize};

use super::snapshot::Coding;

/// Where a run is in its file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Extent {
    pub(super) at: u64,
    pub(super) length: u64,
}

/// The files of a channel, one for each coding by [`Coding::ALL`]. They stay readable when their names are gone.
#[derive(Debug)]
pub(super) struct Pack {
    pub(super) number: u64,
    files: [File; 3],
}

impl Pack {
    /// New, empty files.
    pub(super) fn create(folder: &Path, number: u64) -> io::Result<Self> {
        let file = |coding| {
            let path = path(folder, number, coding);
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
        };
        Ok(Self { number, files: each(file)? })
    }

    /// Files that are there; what stands in them behind these ends was never used.
    pub(super) fn open(folder: &Path, number: u64, ends: [u64; 3]) -> io::Result<Self> {
        let file = |coding| {
            let file = OpenOptions::new().read(true).write(true).open(path(folder, number, coding))?;
            let end = ends[coding as usize];
            if file.metadata()?.len() < end {
                return Err(io::Error::other("a feed file is shorter than it was"));
            }
            file.set_len(end)?;
            Ok(file)
        };
        Ok(Self { number, files: each(file)? })
    }

    pub(super) fn read(&self, coding: Coding, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.files[coding as usize].read_exact_at(bytes, at)
    }

    /// The same from the kernel's memory alone (`RWF_NOWAIT` of preadv2(2)); `WouldBlock`, or that it is not supported, where the
    /// disk would have to be waited for.
    pub(super) fn read_at_hand(&self, coding: Coding, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let length = bytes.len();
        let bytes = &mut [io::IoSliceMut::new(bytes)];
        let read = preadv2(&self.files[coding as usize], bytes, at, ReadWriteFlags::NOWAIT)?;
        if read < length { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
    }

    pub(super) fn write(&self, coding: Coding, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.files[coding as usize].write_all_at(bytes, at)
    }

    /// Returns when everything that was written is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.files.iter().try_for_each(File::sync_data)
    }

    /// Whether a file of this name is one of these.
    pub(super) fn owns(&self, name: &str) -> bool {
        Coding::ALL.iter().any(|coding| file_name(self.number, *coding) == name)
    }
}

fn each(file: impl Fn(Coding) -> io::Result<File>) -> io::Result<[File; 3]> {
    let [identity, gzip, brotli] = Coding::ALL;
    Ok([file(identity)?, file(gzip)?, file(brotli)?])
}

fn file_name(number: u64, coding: Coding) -> String {
    format!("pack-{number}.{}", coding.suffix())
}

fn path(folder: &Path, number: u64, coding: Coding) -> PathBuf {
    folder.join(file_name(number, coding))
}
