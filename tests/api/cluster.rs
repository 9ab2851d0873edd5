//! A PostgreSQL server of the test run's own, or the one that `VACANTIA_TEST_DATABASE_URL` names.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// A database server on which databases can be created.
pub struct Cluster {
    /// What stands before and behind the database's name in a URL.
    address: (String, String),
    /// The database to connect to for creating others.
    pub admin: String,
    /// Ends the server when this process is gone, however it ends: its standard input closes.
    _server: Option<Child>,
}

impl Cluster {
    /// Where a database of this server is.
    pub fn url(&self, database: &str) -> String {
        format!("{}{database}{}", self.address.0, self.address.1)
    }
}

/// The server, started by the first test that asks. None where there is no PostgreSQL.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(|| given().or_else(started).or_else(missing)).as_ref()
}

fn given() -> Option<Cluster> {
    let url = std::env::var("VACANTIA_TEST_DATABASE_URL").ok()?;
    let (place, options) = url.split_once('?').unwrap_or((&url, ""));
    let (host, database) = place.rsplit_once('/').expect("the test database URL names a database");
    let options = if options.is_empty() { String::new() } else { format!("?{options}") };
    Some(Cluster { address: (format!("{host}/"), options), admin: database.into(), _server: None })
}

fn started() -> Option<Cluster> {
    let binaries = binaries()?;
    let folder = tempfile::Builder::new().prefix("vacantia-pg-").tempdir().unwrap().keep();
    let owner = owner(&folder);
    let run = |program: &str| {
        let mut command = Command::new(program);
        command.current_dir(&folder).env_remove("LC_ALL");
        if let Some((user, group)) = owner {
            command.uid(user).gid(group);
        }
        command
    };
    let initdb = run(binaries.join("initdb").to_str().unwrap())
        .args(["-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8"])
        .args(["--locale=C.UTF-8", "-D"])
        .arg(folder.join("data"))
        .output()
        .expect("initdb runs");
    assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));
    let server = run("sh")
        .args(["-c", SERVE, "sh"])
        .args([binaries.join("postgres").as_os_str(), folder.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("sh runs");
    await_socket(&folder);
    let host = format!("?host={}", folder.display());
    let address = ("postgres://postgres@localhost/".to_owned(), host);
    Some(Cluster { address, admin: "postgres".into(), _server: Some(server) })
}

/// Runs the server until standard input closes, then removes everything.
const SERVE: &str = r#"
"$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=200 -c log_min_messages=panic \
    -c log_min_error_statement=panic 2>"$2/log" &
server=$!
cat >/dev/null
kill -QUIT $server; wait $server; cd /; rm -rf "$2"
"#;

fn await_socket(folder: &Path) {
    for _ in 0..600 {
        let ready = fs::read_to_string(folder.join("data/postmaster.pid"))
            .is_ok_and(|pid| pid.lines().nth(7).is_some_and(|state| state.trim() == "ready"));
        if ready {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    panic!("PostgreSQL did not start: {log}");
}

/// The folder that holds `initdb` and `postgres`: on PATH, or where Debian hides them.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut hidden: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    hidden.sort_by_key(|path| std::cmp::Reverse(version(path)));
    std::env::split_paths(&path)
        .chain(hidden)
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn version(path: &Path) -> u32 {
    let name = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}

/// PostgreSQL refuses to run as root: gives the folder to another user and says which.
fn owner(folder: &Path) -> Option<(u32, u32)> {
    if fs::metadata(folder).unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let (user, group) = find("postgres").or_else(|| find("nobody")).expect("a user to be");
    chown(folder, Some(user), Some(group)).unwrap();
    Some((user, group))
}

/// Fails where PostgreSQL must be; elsewhere says, after the last test, what was not tested.
fn missing() -> Option<Cluster> {
    static WARNING: OnceLock<Child> = OnceLock::new();
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "PostgreSQL is missing: install it or set VACANTIA_TEST_DATABASE_URL"
    );
    let words = "\n*** NOT TESTED ON POSTGRESQL: initdb and postgres are neither on PATH nor in \
                 /usr/lib/postgresql/*/bin, and VACANTIA_TEST_DATABASE_URL is not set ***\n";
    // The test runner has no last word, so a child waits for this process to end and has it.
    let spawned = Command::new("sh")
        .args(["-c", "cat >/dev/null; printf '%s\\n' \"$1\" >&2", "sh", words])
        .stdin(Stdio::piped())
        .spawn();
    match spawned {
        Ok(child) => drop(WARNING.set(child)),
        Err(_) => drop(std::io::stderr().write_all(words.as_bytes())),
    }
    None
}
