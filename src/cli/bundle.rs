//! The file of a backup: a tar archive of a manifest and of what it lists, so that tar alone can open it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::progress::{Amount, Progress};
use crate::storage::Kind;
use crate::storage::backup::Tables;
use crate::storage::digest::sha256_of;

const FORMAT: &str = "vacantia backup";
/// Rises when a program that reads the old format would misread the new one.
const VERSION: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// The longest manifest that is read, in bytes: some hundred thousand mails.
const LONGEST: u64 = 64 << 20;

/// Which database a backup is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// A SQLite file.
    Sqlite,
    /// What `pg_dump --format=custom` writes.
    Postgres,
}

impl From<Kind> for Engine {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::Sqlite,
            Kind::Postgres => Self::Postgres,
        }
    }
}

impl Engine {
    /// The name of the database within the archive.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Sqlite => "database.sqlite",
            Self::Postgres => "database.dump",
        }
    }

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What a backup holds; the first file of the archive.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    format: String,
    version: u32,
    program: String,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// Which database it is of.
    pub engine: Engine,
    /// The newest step of its schema.
    pub schema: String,
    /// The rows of each of its tables.
    pub tables: Tables,
    members: Vec<Member>,
}

/// A file of the archive.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Member {
    name: String,
    size: u64,
    sha256: String,
}

/// What is known of a database when it has been copied.
pub struct Copied {
    /// Which database it is.
    pub engine: Engine,
    /// The newest step of its schema.
    pub schema: String,
    /// The rows of each table.
    pub tables: Tables,
}

/// Writes an archive of these files, each under a name of its own.
pub fn pack(
    to: impl Write,
    of: Copied,
    at: DateTime<Utc>,
    files: &[(String, PathBuf)],
) -> anyhow::Result<()> {
    let members = files.iter().map(|(name, path)| member(name, path)).collect::<anyhow::Result<Vec<_>>>()?;
    let Copied { engine, schema, tables } = of;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at: at,
        engine,
        schema,
        tables,
        members,
    };
    let mut archive = tar::Builder::new(to);
    let text = serde_json::to_string_pretty(&manifest)?;
    append(&mut archive, MANIFEST, text.len() as u64, at, text.as_bytes())?;
    for (member, (_, path)) in manifest.members.iter().zip(files) {
        // No more of it than was counted, even if it has grown.
        append(&mut archive, &member.name, member.size, at, File::open(path)?.take(member.size))?;
    }
    archive.into_inner()?.flush()?;
    Ok(())
}

fn member(name: &str, path: &Path) -> anyhow::Result<Member> {
    let cannot = || format!("cannot read {}", path.display());
    let (size, sha256) = sha256_of(File::open(path).with_context(cannot)?).with_context(cannot)?;
    Ok(Member { name: name.to_owned(), size, sha256 })
}

fn append<W: Write>(
    archive: &mut tar::Builder<W>,
    name: &str,
    size: u64,
    at: DateTime<Utc>,
    content: impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(at.timestamp()).unwrap_or_default());
    archive.append_data(&mut header, name, content)
}

/// Unpacks an archive into an empty folder and holds each file against the manifest.
///
/// # Errors
/// When it is no backup, or a later version of one, or anything in it is missing, changed or superfluous.
pub fn unpack(file: &Path, into: &Path) -> anyhow::Result<Manifest> {
    let opened = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let progress =
        Progress::begin("unpacking", Amount::Bytes(opened.metadata().map_or(0, |file| file.len())));
    let mut archive = tar::Archive::new(io::BufReader::new(progress.of(opened)));
    let broken = || format!("{} is no backup of Vacantia, or was cut off or changed", file.display());
    let mut entries = archive.entries().with_context(broken)?;
    let first = entries.next().with_context(broken)?.with_context(broken)?;
    let manifest = manifest(first).with_context(broken)?;
    ensure!(
        manifest.version <= VERSION,
        "{} is of version {} of the format, of which this program knows {VERSION}: run a newer program",
        file.display(),
        manifest.version
    );
    let mut expected = manifest.members.iter();
    for entry in entries {
        let member = expected.next().with_context(broken)?;
        take_out(entry.with_context(broken)?, member, into).with_context(broken)?;
    }
    ensure!(expected.next().is_none(), "{}", broken());
    Ok(manifest)
}

fn manifest(entry: tar::Entry<'_, impl Read>) -> anyhow::Result<Manifest> {
    ensure!(entry.path_bytes().as_ref() == MANIFEST.as_bytes(), "it does not begin with a manifest");
    let manifest: Manifest = serde_json::from_reader(entry.take(LONGEST))?;
    ensure!(manifest.format == FORMAT, "its manifest is another format's");
    Ok(manifest)
}

fn take_out(mut entry: tar::Entry<'_, impl Read>, member: &Member, into: &Path) -> anyhow::Result<()> {
    let Member { name, size, sha256 } = member;
    ensure!(
        is_harmless(name) && entry.path_bytes().as_ref() == name.as_bytes(),
        "{name} is not what comes next"
    );
    let path = into.join(name);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = File::options().write(true).create_new(true).open(&path)?;
    io::copy(&mut entry, &mut file)?;
    file.sync_all()?;
    if sha256_of(File::open(&path)?)? != (*size, sha256.clone()) {
        bail!("{name} is not what was backed up");
    }
    Ok(())
}

/// Whether a name stays within the folder it is unpacked into.
fn is_harmless(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let (folder, file) = name.split_once('/').unwrap_or(("mail", name));
    folder == "mail" && plain(file)
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for harmless in ["database.sqlite", "database.dump", "mail/mail_01h.eml"] {
            assert!(is_harmless(harmless), "{harmless}");
        }
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "mail/../x",
            "mail/",
            "mail/.x",
            "mail/a/b",
            "feeds/a",
            "a\0b",
            "mail\\x",
        ] {
            assert!(!is_harmless(bad), "{bad}");
        }
    }
}
