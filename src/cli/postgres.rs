//! PostgreSQL's own programs, which dump and restore better than anyone else can.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use url::Url;

/// Parts of a URL that only this program's driver knows; libpq refuses them.
const OURS: &[&str] = &["statement-cache-capacity"];

/// A database as PostgreSQL's programs are told of it: the password in the environment, where other users cannot see it.
#[derive(Debug, Clone)]
pub struct Target {
    url: Url,
    password: Option<String>,
}

impl Target {
    /// The database of this URL.
    ///
    /// # Errors
    /// When it is no URL.
    pub fn of(url: &str) -> anyhow::Result<Self> {
        // Not as the error's source: it would repeat the URL.
        let mut url = Url::parse(url).map_err(|_| anyhow::anyhow!("VACANTIA_DATABASE_URL is no URL"))?;
        let mut password = url
            .password()
            .map(|given| percent_encoding::percent_decode_str(given).decode_utf8_lossy().into_owned());
        let mut rest = Vec::new();
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "password" => password = Some(value.into_owned()),
                name if OURS.contains(&name) => {}
                // The driver takes both spellings, libpq one.
                "ssl-ca" => rest.push(("sslrootcert".to_owned(), value.into_owned())),
                name => rest
                    .push((name.replace("ssl-", "ssl").replace("root-cert", "rootcert"), value.into_owned())),
            }
        }
        // libpq takes a space as it stands, not as a plus sign.
        let pair = |(name, value): &(String, String)| format!("{name}={}", encoded(value));
        let query: Vec<String> = rest.iter().map(pair).collect();
        url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
        let _ = url.set_password(None);
        Ok(Self { url, password })
    }

    /// Another database of the same server.
    #[must_use]
    pub fn beside(&self, database: &str) -> Self {
        let mut other = self.clone();
        other.url.set_path(database);
        other
    }

    /// Runs one of PostgreSQL's programs on this database and answers what it printed.
    ///
    /// # Errors
    /// When it is not installed, or what it says on its own errors.
    pub fn run<S: AsRef<OsStr>>(
        &self,
        program: &str,
        words: impl IntoIterator<Item = S>,
    ) -> anyhow::Result<String> {
        let mut command = Command::new(find(program)?);
        command.args(words).arg(format!("--dbname={}", self.url));
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        finish(program, command)
    }

    /// Runs statements of files, all or none of them.
    ///
    /// # Errors
    /// As [`Target::run`].
    pub fn apply(&self, scripts: &[&Path]) -> anyhow::Result<()> {
        let mut words: Vec<PathBuf> =
            ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null"]
                .map(PathBuf::from)
                .into();
        for script in scripts {
            words.extend(["--file".into(), script.to_path_buf()]);
        }
        self.run("psql", words).map(drop)
    }
}

fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Runs a program that needs no database.
///
/// # Errors
/// As [`Target::run`].
pub fn run<S: AsRef<OsStr>>(program: &str, words: impl IntoIterator<Item = S>) -> anyhow::Result<String> {
    let mut command = Command::new(find(program)?);
    command.args(words);
    finish(program, command)
}

fn finish(program: &str, mut command: Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot run {program}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    bail!("{program} failed: {}", said.trim())
}

/// Where Debian keeps the programs of each version, which are not all on PATH.
const HIDDEN: &str = "/usr/lib/postgresql";

/// The newest of Debian's, which can dump all older servers; else the one on PATH.
fn find(program: &str) -> anyhow::Result<PathBuf> {
    let hidden = std::fs::read_dir(HIDDEN).into_iter().flatten().filter_map(|version| {
        let path = version.ok()?.path();
        Some((path.file_name()?.to_str()?.parse::<u32>().ok()?, path.join("bin").join(program)))
    });
    let newest = hidden.filter(|(_, path)| path.is_file()).max().map(|(_, path)| path);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    newest.or(on_path).with_context(|| {
        format!(
            "{program} is neither in {HIDDEN}/*/bin nor on PATH (hint: install PostgreSQL's client programs, \
                 on Debian the package postgresql-client)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_url_is_told_without_its_password() {
        let cases = [
            (
                "postgres://vac:s%40crt@db.example.com/hiring",
                "postgres://vac@db.example.com/hiring",
                Some("s@crt"),
            ),
            (
                "postgres://vac@localhost/h?host=/run/pg&password=x&statement-cache-capacity=0",
                "postgres://vac@localhost/h?host=%2Frun%2Fpg",
                Some("x"),
            ),
            (
                "postgres://db/h?ssl-mode=verify-full&ssl-root-cert=/a b",
                "postgres://db/h?sslmode=verify%2Dfull&sslrootcert=%2Fa%20b",
                None,
            ),
        ];
        for (given, told, password) in cases {
            let target = Target::of(given).unwrap();
            assert_eq!((target.url.as_str(), target.password.as_deref()), (told, password), "{given}");
        }
        assert_eq!(
            Target::of("postgres://db/h?a=b").unwrap().beside("x").url.as_str(),
            "postgres://db/x?a=b"
        );
    }
}
