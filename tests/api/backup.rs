//! Backup and restore, as the operator calls them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::app::TestApp;
use crate::harness::Database;
use crate::offering::short;
use crate::operator::{done, refused};

/// Panics unless only its owner may read it.
#[track_caller]
pub fn is_private(file: &Path) {
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
}

/// An installation with a mail in its folder and a backup of it.
struct Kept {
    folder: TempDir,
    backup: PathBuf,
}

impl Kept {
    async fn of(app: &TestApp) -> Self {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        desk.hired(&posted, "Zoe OHara").await;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir_all(data.join("mail")).unwrap();
        std::fs::write(data.join("mail/mail_1.eml"), "Subject: Hi\r\n\r\nHi").unwrap();
        std::fs::write(data.join("mail/half.tmp"), "Sub").unwrap();
        let backup = folder.path().join("backup.tar");
        done(&app.database.url, &data, &["backup", backup.to_str().unwrap()]);
        Self { folder, backup }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn words<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["restore", self.backup.to_str().unwrap()], more].concat()
    }
}

both! {
    async fn a_backup_comes_back(app: TestApp) {
        let kept = Kept::of(&app).await;
        is_private(&kept.backup);
        let said = refused(&app.database.url, &kept.data(), &["backup", kept.backup.to_str().unwrap()]);
        assert!(said.contains("is there already"), "{said}");
        let good = done(&app.database.url, &kept.data(), &kept.words(&["--verify"]));
        assert!(good.starts_with("good: ") && !good.contains("not restored"), "{good}");
        let new = Database::bare(app.store.kind()).unwrap();
        let data = kept.place("new");
        done(&new.url, &data, &kept.words(&[]));
        let whole = done(&app.database.url, &kept.data(), &["export"]);
        assert_eq!(done(&new.url, &data, &["export"]), whole);
        assert_eq!(std::fs::read_to_string(data.join("mail/mail_1.eml")).unwrap(), "Subject: Hi\r\n\r\nHi");
        assert!(!data.join("mail/half.tmp").exists());
        let restored = TestApp::new(new).await;
        restored.check_invariants().await;
    }

    async fn what_is_there_is_replaced_only_when_asked(app: TestApp) {
        let kept = Kept::of(&app).await;
        let new = Database::new(app.store.kind()).unwrap();
        let other = TestApp::new(new).await;
        other.team("Somebody's").await;
        let before = done(&other.database.url, &kept.data(), &["export"]);
        let said = refused(&other.database.url, &kept.data(), &kept.words(&[]));
        assert!(said.contains("not empty"), "{said}");
        // A server, for one, has connections open.
        let said = refused(&other.database.url, &kept.data(), &kept.words(&["--replace"]));
        assert!(said.contains("in use") || said.contains("other connections"), "{said}");
        assert_eq!(done(&other.database.url, &kept.data(), &["export"]), before);
        other.team("Still at work").await;
        other.store.close().await.unwrap();
        done(&other.database.url, &kept.data(), &kept.words(&["--replace"]));
        let whole = done(&app.database.url, &kept.data(), &["export"]);
        assert_eq!(done(&other.database.url, &kept.data(), &["export"]), whole);
    }

    async fn a_backup_that_was_cut_or_changed_is_refused(app: TestApp) {
        let kept = Kept::of(&app).await;
        let whole = std::fs::read(&kept.backup).unwrap();
        let new = Database::bare(app.store.kind()).unwrap();
        // The last kilobyte is the archive's own empty end.
        let ends = whole.len() - 1024;
        for cut in [0, 100, 600, ends / 3, ends / 2, ends - 600] {
            std::fs::write(&kept.backup, &whole[..cut]).unwrap();
            for words in [kept.words(&[]), kept.words(&["--verify"])] {
                let said = refused(&new.url, &kept.data(), &words);
                assert!(said.contains("is no backup of Vacantia, or was cut off or changed"), "{cut}: {said}");
            }
        }
        for at in [5, 700, ends / 3, ends / 2] {
            let mut changed = whole.clone();
            changed[at] ^= 0x20;
            std::fs::write(&kept.backup, &changed).unwrap();
            refused(&new.url, &kept.data(), &kept.words(&[]));
        }
        let text = String::from_utf8_lossy(&whole[..4096]).into_owned();
        let future = text.replacen("m20", "m90", 1);
        let newer = [&future.as_bytes()[..text.find("tables").unwrap()], &whole[text.find("tables").unwrap()..]].concat();
        std::fs::write(&kept.backup, newer).unwrap();
        let said = refused(&new.url, &kept.data(), &kept.words(&[]));
        assert!(said.contains("run a newer program"), "{said}");
        let store = new.open().await;
        assert_eq!(store.schema_version().await.unwrap(), None);
    }
}

/// SQLite only: what lies beside the file.
#[tokio::test]
async fn a_log_without_its_database_is_not_read_into_the_next_one() {
    let app = TestApp::new(Database::new(vacantia::storage::Kind::Sqlite).unwrap()).await;
    let kept = Kept::of(&app).await;
    let place = kept.place("orphan.db");
    std::fs::write(kept.place("orphan.db-wal"), "left behind").unwrap();
    let url = format!("sqlite://{}", place.display());
    let said = refused(&url, &kept.data(), &kept.words(&[]));
    assert!(said.contains("without its database"), "{said}");
    assert!(!place.exists());
}
