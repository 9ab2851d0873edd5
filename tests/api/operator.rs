//! The program as its operator starts it: words in, text and an exit code out.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A command of the program on a database and a data folder.
pub fn vacantia(url: &str, data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vacantia"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VACANTIA_")) {
        command.env_remove(name);
    }
    command
        .args(words)
        .env("VACANTIA_DATABASE_URL", url)
        .env("VACANTIA_DATA_DIR", data)
        .env("VACANTIA_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null());
    command
}

/// Runs it and answers what it printed.
#[track_caller]
pub fn done(url: &str, data: &Path, words: &[&str]) -> String {
    let Output { status, stdout, stderr } = vacantia(url, data, words).output().unwrap();
    assert!(status.success(), "{words:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Runs it and answers why it would not.
#[track_caller]
pub fn refused(url: &str, data: &Path, words: &[&str]) -> String {
    let Output { status, stderr, .. } = vacantia(url, data, words).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{words:?}: {said}");
    said.lines().last().unwrap_or_default().to_owned()
}

both! {
    async fn a_newer_database_is_refused_by_every_command(app: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let (url, data) = (app.database.url.as_str(), folder.path());
        let (export, backup) = (data.join("export.jsonl"), data.join("backup.tar"));
        let (export, backup) = (export.to_str().unwrap(), backup.to_str().unwrap());
        done(url, data, &["export", export]);
        done(url, data, &["backup", backup]);
        let future = "m29990101_000001_know_better";
        app.beside(&format!("INSERT INTO schema_migration (version, applied_at) VALUES ('{future}', 0)")).await;
        app.store.close().await.unwrap();
        let (new, other) = (data.join("new.jsonl"), data.join("new.tar"));
        let commands: &[&[&str]] = &[
            &["serve"],
            &["serve", "--no-migrate"],
            &["migrate"],
            &["migrate", "status"],
            &["export", new.to_str().unwrap()],
            &["import", "vacantia", export],
            &["import", "vacantia", export, "--dry-run"],
            &["backup", other.to_str().unwrap()],
            &["restore", backup],
            &["restore", backup, "--replace"],
        ];
        for words in commands {
            let said = refused(url, data, words);
            assert!(said.contains(future) && said.contains("run a newer program"), "{words:?}: {said}");
        }
        assert!(!new.exists() && !other.exists());
    }

    async fn an_export_goes_in_by_command(app: TestApp) {
        app.posting("Backend").hiring("Create", 2).open().await;
        let folder = tempfile::tempdir().unwrap();
        let (url, data) = (app.database.url.as_str(), folder.path());
        let file = data.join("export.jsonl");
        let path = file.to_str().unwrap();
        done(url, data, &["export", path]);
        crate::backup::is_private(&file);
        let said = refused(url, data, &["export", path]);
        assert!(said.contains("is there already"), "{said}");
        assert_eq!(done(url, data, &["export"]), std::fs::read_to_string(&file).unwrap());
        let said = refused(url, data, &["import", "vacantia", path]);
        assert!(said.contains("the database is not empty: it holds a team"), "{said}");
        // A database that is not there yet is made, but not to look at it.
        let new = format!("sqlite://{}", data.join("new.db").display());
        let said = refused(&new, data, &["export"]);
        assert!(said.contains("there is no database"), "{said}");
        let would = done(&new, data, &["import", "vacantia", path, "--dry-run"]);
        assert!(would.ends_with("records would go in\n"), "{would}");
        done(&new, data, &["import", "vacantia", path]);
        assert_eq!(done(&new, data, &["export"]), std::fs::read_to_string(&file).unwrap());
    }
}
