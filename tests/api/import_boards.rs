//! The boards that companies publish, where they are at hand (`../shared/data`): all of them come in.

use std::path::{Path, PathBuf};

use vacantia::cli::import::BoardOptions;
use vacantia::domain::feed::Channel;
use vacantia::domain::posting_source::SourceSystem;
use vacantia::storage;

use crate::import::options;
use crate::newsstand::Stand;

const BOARDS: &[(&str, SourceSystem, usize)] = &[
    ("boards/gitlab.json", SourceSystem::Greenhouse, 200),
    ("boards/canonical.json", SourceSystem::Greenhouse, 303),
    ("boards/stripe.json", SourceSystem::Greenhouse, 576),
    ("boards-full/greenhouse-catawiki.json", SourceSystem::Greenhouse, 50),
    ("boards-full/lever.json", SourceSystem::Lever, 4),
    ("boards-full/ashby.json", SourceSystem::Ashby, 4),
];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    folder.is_dir().then_some(folder)
}

both! {
    async fn every_real_record_comes_in_and_twice_changes_nothing(app: TestApp) {
        let Some(folder) = folder() else {
            return eprintln!("extra: no boards in ../shared/data; the fixtures are tested all the same");
        };
        for (file, system, records) in BOARDS {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            let options = BoardOptions { board: (*file).into(), team_from: Some("department".into()), ..options() };
            let report = app.import(*system, &options, &text).await;
            assert_eq!((report.records, report.created), (*records, *records), "{file}: {}", report.in_words());
            let events = storage::event::settled(&app.store).await.unwrap();
            let again = app.import(*system, &options, &text).await;
            assert_eq!((again.unchanged, storage::event::settled(&app.store).await.unwrap()), (*records, events), "{file}");
        }
        let open = storage::advertised::visible(&app.store, app.now()).await.unwrap();
        assert_eq!(open.len(), 1_137);
        let mut stand = Stand::new(&app);
        assert!(stand.built().await);
        let [rss, _] = stand.feeds().await;
        assert_eq!(rss.matches("<job:applyUrl>").count(), rss.matches("<item>").count());
        for channel in Channel::ALL {
            let fared = stand.fared(*channel).await;
            let listed = fared.values().filter(|(listed, _)| *listed).count();
            assert_eq!(fared.len(), open.len(), "{channel}: listed and withheld");
            println!("{channel}: {listed} listed, {} withheld", fared.len() - listed);
            let report = stand.get(&format!("/feeds/{channel}/report.json")).await;
            let feed = stand.get(&format!("/feeds/{channel}.xml")).await;
            if let Some(folder) = std::env::var_os("VACANTIA_FEED_FILES") {
                let folder = Path::new(&folder);
                std::fs::write(folder.join(format!("boards-{channel}.json")), report.body).unwrap();
                std::fs::write(folder.join(format!("boards-{channel}.xml")), feed.body).unwrap();
            }
        }
    }
}
