//! Feeds of more postings than a part of their documents holds.

use std::sync::Arc;

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, Statement};
use vacantia::actions::channel_setting::{self, Update};
use vacantia::actions::posting::{Changes, pause, update};
use vacantia::actions::team;
use vacantia::domain::feed::Channel;
use vacantia::domain::site::Site;
use vacantia::feeds::build::PLACES;

use crate::app::TestApp;
use crate::channel_setting::{marked, of};
use crate::newsstand::{Stand, builder_of, step_of, text};

/// What was kept up is what another instance builds from nothing; says how many statements the change took.
async fn kept_up(app: &TestApp, stand: &mut Stand<'_>) -> u64 {
    let before = app.store.statements();
    assert!(stand.built().await);
    // One more, which said that nothing is new.
    let taken = app.store.statements() - before - 1;
    let mut elsewhere = Stand::new(app);
    elsewhere.built().await;
    assert_eq!(stand.tags(), elsewhere.tags());
    assert_eq!(stand.get("/feeds/rss.xml").await.body, elsewhere.get("/feeds/rss.xml").await.body);
    taken
}

async fn told(stand: &Stand<'_>) -> String {
    stand.get("/feeds/rss.xml").await.text().to_owned()
}

both! {
    async fn a_change_is_written_where_it_is_and_nowhere_else(app: TestApp) {
        let mut all = Vec::new();
        let length = usize::from(PLACES);
        for number in 0..length + 2 {
            all.push(app.advertised(&format!("Job {number}")).await);
        }
        let mut stand = Stand::new(&app);
        let whole = kept_up(&app, &mut stand).await;
        let items = |feed: &str| feed.matches("<item>").count();
        assert_eq!(items(&told(&stand).await), all.len());

        // Neighbours, on either side of the border between two parts.
        let (last, first) = (&all[length - 1], &all[length]);
        let mut taken = Vec::new();
        for (posted, title) in [(last, "The last"), (first, "The first")] {
            app.clock.pass(TimeDelta::minutes(1));
            let changes = Changes { title: Some(title.into()), ..Changes::default() };
            update(app.system(), posted.id, None, changes).await.unwrap();
            taken.push(kept_up(&app, &mut stand).await);
            assert!(told(&stand).await.contains(&format!("<title>{title}</title>")));
        }
        // A whole build asks what is not noted instead of what changed, and reads the other part as well.
        let channels = taken[0] - 18;
        assert_eq!((taken[1], whole), (taken[0], 17 + 2 + 12), "{channels} channels have something new");

        pause(app.system(), step_of(first.id)).await.unwrap();
        let changes = Changes { expires_at: Some(Some(app.now() + TimeDelta::hours(1))), ..Changes::default() };
        update(app.system(), last.id, None, changes).await.unwrap();
        kept_up(&app, &mut stand).await;
        assert_eq!(items(&told(&stand).await), all.len() - 1);
        app.clock.pass(TimeDelta::hours(1));
        kept_up(&app, &mut stand).await;
        let feed = told(&stand).await;
        assert_eq!((items(&feed), feed.contains("The last")), (all.len() - 2, false), "its time is over, and nobody said so");

        team::update(app.system(), all[0].teams[0].team, None, "Make & mend").await.unwrap();
        kept_up(&app, &mut stand).await;
        assert!(told(&stand).await.contains("Make &amp; mend"), "a team's name shows in every part");
    }

    async fn a_restart_goes_on_where_it_stopped(app: TestApp) {
        let mut all = Vec::new();
        for number in 0..usize::from(PLACES) + 2 {
            all.push(app.advertised(&format!("Job {number}")).await);
        }
        let mut stand = Stand::new(&app);
        kept_up(&app, &mut stand).await;
        let mut taken = Vec::new();
        for (posted, title) in [(&all[0], "While it ran"), (&all[1], "While it did not")] {
            app.clock.pass(TimeDelta::minutes(1));
            let changes = Changes { title: Some(title.into()), ..Changes::default() };
            update(app.system(), posted.id, None, changes).await.unwrap();
            taken.push(kept_up(&app, &mut stand).await);
            stand = stand.restarted();
        }
        assert_eq!(taken[1], taken[0] - 1, "only whether the generation moved is not asked first");

        // A change that no event tells of shows what is read again: nothing, unless the program is set otherwise or the history
        // is another.
        let beside = app.database.beside().await;
        let behind = async |from: &str, to: &str| {
            let sql = format!("UPDATE posting SET content = replace(content, '\"{from}\"', '\"{to}\"')");
            beside.execute_unprepared(&sql).await.unwrap();
        };
        let titles = async |stand: &Stand<'_>, title: &str| told(stand).await.contains(&format!("<title>{title}</title>"));
        behind("Job 2", "Unsaid").await;
        assert!(stand.built().await);
        assert!(titles(&stand, "Job 2").await);

        let newest = "WHERE seq = (SELECT max(seq) FROM event)";
        let kept = Statement::from_string(beside.get_database_backend(), format!("SELECT hash FROM event {newest}"));
        let kept: String = beside.query_one_raw(kept).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        for (hash, before, after) in [("another", "Unsaid", "Another history"), (&*kept, "Another history", "This history")] {
            beside.execute_unprepared(&format!("UPDATE event SET hash = '{hash}' {newest}")).await.unwrap();
            stand = stand.restarted();
            assert!(stand.built().await);
            assert!(titles(&stand, before).await);
            behind(before, after).await;
            stand = stand.restarted();
            assert!(stand.built().await);
            assert!(titles(&stand, before).await, "nothing new in this history");
        }

        let site = Site { name: "Other Works".into(), ..(*app.site).clone() };
        stand.builder = builder_of(&app, Arc::new(site), &stand.shelf);
        assert!(stand.built().await);
        assert!(titles(&stand, "This history").await);
    }

    async fn what_is_told_otherwise_is_written_anew_and_nothing_else(app: TestApp) {
        for number in 0..PLACES {
            app.advertised(&format!("Job {number}")).await;
        }
        app.clock.pass(TimeDelta::minutes(1));
        let afloat = app.posting("Skipper").hiring("Sail", 1).open().await;
        let described = Changes { sections: Some(text("The work", "Keep to the lee.")), ..Changes::default() };
        update(app.system(), afloat.id, None, described).await.unwrap();
        let mut stand = Stand::new(&app);
        stand.built().await;
        // A change that no event tells of shows what is read again.
        let beside = app.database.beside().await;
        let behind = async |from: &str, to: &str| {
            let sql = format!("UPDATE posting SET content = replace(content, '\"{from}\"', '\"{to}\"')");
            beside.execute_unprepared(&sql).await.unwrap();
        };
        let has = async |stand: &Stand<'_>, feed: &str, title: &str| {
            stand.get(&format!("/feeds/{feed}.xml")).await.text().contains(&format!("<title>{title}</title>"))
        };

        behind("Job 2", "Unsaid").await;
        team::update(app.system(), afloat.teams[0].team, None, "Sail & row").await.unwrap();
        assert!(stand.built().await);
        assert!(told(&stand).await.contains("Sail &amp; row"));
        assert!(has(&stand, "rss", "Job 2").await, "its team is called as before");

        channel_setting::update(app.system(), marked(Channel::Rss, "partner")).await.unwrap();
        assert!(stand.built().await);
        assert!(told(&stand).await.contains("=partner"));
        assert!(has(&stand, "rss", "Unsaid").await && has(&stand, "atom", "Job 2").await, "Atom is set as before");
        behind("Unsaid", "Unsaid again").await;
        stand = stand.restarted();
        team::update(app.system(), afloat.teams[0].team, None, "Sail").await.unwrap();
        assert!(stand.built().await);
        assert!(has(&stand, "rss", "Unsaid").await, "it was set like this when it was made");

        let turned = |enabled| Update { enabled: Some(enabled), ..of(Channel::Rss) };
        for enabled in [false, true] {
            channel_setting::update(app.system(), turned(enabled)).await.unwrap();
            assert!(stand.built().await);
        }
        assert!(has(&stand, "rss", "Unsaid again").await && has(&stand, "atom", "Job 2").await, "Atom was on");

        // Nothing says what this was.
        beside.execute_unprepared("UPDATE feed_generation SET number = number + 1").await.unwrap();
        assert!(stand.built().await);
        assert!(has(&stand, "atom", "Unsaid again").await);
    }
}
