//! A file that appears whole or not at all, is for its owner's eyes alone, and takes no other file's place.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;

/// A file to be. Dropped before it is kept, it leaves nothing.
pub struct NewFile {
    path: PathBuf,
    /// In the same folder, and of mode 0600 from the start.
    temporary: NamedTempFile,
}

impl NewFile {
    /// Begins one.
    ///
    /// # Errors
    /// When there is a file of that name, or its folder cannot be written to.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        if path.symlink_metadata().is_ok() {
            bail!("{} is there already (hint: name a new file)", path.display());
        }
        let temporary = NamedTempFile::new_in(folder(path))
            .with_context(|| format!("cannot write to {}", folder(path).display()))?;
        Ok(Self { path: path.to_owned(), temporary })
    }

    /// Where it is being written.
    pub fn place(&self) -> &Path {
        self.temporary.path()
    }

    /// Gives it its name once it is safe on the disk.
    ///
    /// # Errors
    /// When the disk says no, or another file took the name meanwhile.
    pub fn keep(self) -> anyhow::Result<()> {
        let Self { path, temporary } = self;
        let cannot = || format!("cannot write {}", path.display());
        temporary.as_file().sync_all().with_context(cannot)?;
        temporary.persist_noclobber(&path).with_context(cannot)?;
        sync_folder(&path).with_context(cannot)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.flush()
    }
}

/// The folder that a path lies in.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Makes the names in the folder that a path lies in as safe as the files themselves.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}
