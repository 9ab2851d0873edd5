//! Feeds from the database to the document: what changes them, and what does not.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use chrono::TimeDelta;
use vacantia::actions::posting::{Changes, Close, close, pause, publish, reopen, resume, update};
use vacantia::domain::feed::Channel;
use vacantia::domain::posting::{CloseReason, PostingStatus, Requirement, RequirementLevel};
use vacantia::feeds::Shelf;
use vacantia::storage;
use vacantia::work::Step;
use vacantia::work::event_tail::{EventTail, POLL};

use crate::newsstand::{Answer, Stand, builder, step_of, text};

/// Builds what changed two seconds ago; says which feeds hold the title.
async fn there(stand: &mut Stand<'_>, title: &str) -> [bool; 2] {
    stand.app.clock.pass(TimeDelta::seconds(2));
    assert!(stand.built().await);
    stand.feeds().await.map(|feed| feed.contains(title))
}

/// Waits until the workers have brought so many entries to the feed.
async fn settled(shelf: &Shelf, entries: usize) {
    while shelf.current(Channel::Indeed).is_none_or(|now| now.counts.entries != entries) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

both! {
    async fn an_empty_house_has_feeds_without_entries(app: TestApp) {
        let mut stand = Stand::new(&app);
        assert!(stand.built().await);
        let [rss, indeed] = stand.feeds().await;
        assert!(rss.contains("<title>Jobs at Example Works</title>") && !rss.contains("<item>"), "{rss}");
        assert!(indeed.contains("<publisher>Vacantia</publisher>") && !indeed.contains("<job>"), "{indeed}");
        assert!(!rss.contains("lastBuildDate"), "nothing ever changed: {rss}");
        app.posting("A secret draft").hiring("Create", 1).in_status(PostingStatus::Draft).await;
        app.posting("Only by hand").hiring("Create", 1).unlisted().open().await;
        let mut stand = stand.restarted();
        stand.built().await;
        for feed in stand.feeds().await {
            assert!(!feed.contains("secret") && !feed.contains("by hand"), "{feed}");
        }
    }

    async fn each_change_of_a_public_fact_reaches_both_feeds(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let [rss, indeed] = stand.feeds().await;
        assert!(rss.contains("<title>Backend Developer</title>") && indeed.contains("<![CDATA[Backend Developer]]>"));
        assert!(rss.contains("<job:openings>3</job:openings>") && indeed.contains("<![CDATA[Create, Plan]]>"), "{rss}");

        let changes = Changes { title: Some("Data Developer".into()), ..Changes::default() };
        update(app.system(), posted.id, None, changes).await.unwrap();
        assert!(stand.built().await, "an edit");
        let [rss, indeed] = stand.feeds().await;
        assert!(rss.contains("<title>Data Developer</title>") && indeed.contains("Data Developer"));

        app.fill(&posted, 0).await;
        assert!(stand.built().await, "a hire, with vacancies left");
        let [rss, indeed] = stand.feeds().await;
        assert!(rss.contains("<job:openings>2</job:openings>") && !rss.contains("Create"), "{rss}");
        assert!(indeed.contains("<category><![CDATA[Plan]]></category>"), "{indeed}");

        app.vacancies(&posted, 1, 1).await;
        assert!(stand.built().await, "a seat is taken away");
        assert!(stand.feeds().await[0].contains("<job:openings>1</job:openings>"));

        app.fill(&posted, 1).await;
        assert!(stand.built().await, "the last hire");
        for feed in stand.feeds().await {
            assert!(!feed.contains("Data Developer"), "{feed}");
        }
    }

    async fn pausing_closing_and_coming_back_reach_both_feeds(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let draft = app.posting("Later").hiring("Create", 1).in_status(PostingStatus::Draft).await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let (id, title, reason) = (posted.id, "Backend Developer", CloseReason::Filled);
        let reference = |feeds: [String; 2]| feeds[1].contains(&format!("{}-remotede", id.short()));
        assert!(reference(stand.feeds().await));
        pause(app.system(), step_of(id)).await.unwrap();
        assert_eq!(there(&mut stand, title).await, [false, false]);
        resume(app.system(), step_of(id)).await.unwrap();
        assert_eq!(there(&mut stand, title).await, [true, true]);
        close(app.system(), Close { posting: id, expected_revision: None, reason }).await.unwrap();
        assert_eq!(there(&mut stand, title).await, [false, false]);
        reopen(app.system(), step_of(id)).await.unwrap();
        assert_eq!(there(&mut stand, title).await, [true, true]);
        assert!(reference(stand.feeds().await), "the reference never changes");
        let changes = Changes { listed: Some(false), ..Changes::default() };
        update(app.system(), id, None, changes).await.unwrap();
        assert_eq!(there(&mut stand, title).await, [false, false]);
        let changes = Changes { sections: Some(text("Soon", "Come.")), ..Changes::default() };
        update(app.system(), draft.id, None, changes).await.unwrap();
        assert!(!stand.built().await, "what nobody sees builds nothing");
        publish(app.system(), step_of(draft.id)).await.unwrap();
        assert_eq!(there(&mut stand, "Later").await, [true, true]);
    }

    async fn a_title_counts_as_new_until_the_posting_comes_in_anew(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        let mut warned = async || {
            stand.built().await;
            stand.get("/feeds/linkedin/report.json").await.text().contains("TITLE_KEPT")
        };
        assert!(!warned().await);
        for (title, is_new) in [("Data Developer", true), ("Backend Developer", false), ("Data Developer", true)] {
            let changes = Changes { title: Some(title.into()), ..Changes::default() };
            update(app.system(), posted.id, None, changes).await.unwrap();
            assert_eq!(warned().await, is_new, "{title}");
        }
        pause(app.system(), step_of(posted.id)).await.unwrap();
        assert!(!warned().await);
        resume(app.system(), step_of(posted.id)).await.unwrap();
        assert!(!warned().await, "whoever lists it now never saw the other title");
    }

    async fn a_deadline_takes_a_posting_out_without_any_write(app: TestApp) {
        let posted = app.advertised_at_a_place("Backend Developer").await;
        let deadline = app.now() + TimeDelta::minutes(10);
        let changes = Changes { expires_at: Some(Some(deadline)), ..Changes::default() };
        update(app.system(), posted.id, None, changes).await.unwrap();
        let mut stand = Stand::new(&app);
        stand.built().await;
        let before = stand.tags();
        let fresh = |answer: Answer| answer.header(header::CACHE_CONTROL).to_owned();
        assert_eq!(fresh(stand.get("/feeds/rss.xml").await), "public, max-age=300");
        app.clock.pass(TimeDelta::seconds(590));
        assert!(!stand.built().await);
        assert_eq!(fresh(stand.get("/feeds/rss.xml").await), "public, max-age=10");
        app.clock.pass(TimeDelta::seconds(11));
        assert_eq!(fresh(stand.get("/feeds/rss.xml").await), "public, max-age=0", "not built yet, but over");
        assert!(stand.built().await);
        for (channel, before) in Channel::ALL.iter().zip(before) {
            let now = stand.shelf.current(*channel).unwrap();
            assert_ne!(now.hash, before, "{channel}");
            assert_eq!((now.counts.entries, now.last_modified), (0, Some(deadline)), "{channel}");
        }
    }

    async fn the_same_content_keeps_its_bytes_and_its_date(app: TestApp) {
        app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let (tags, modified) = (stand.tags(), stand.shelf.current(Channel::Rss).unwrap().last_modified);
        assert_eq!(modified, Some(app.now()));
        app.clock.pass(TimeDelta::hours(1));
        app.put(|tx| async move {
            tx.public_fact_changed();
            Ok(())
        })
        .await;
        assert!(stand.built().await, "the generation moved");
        assert_eq!((stand.tags(), stand.shelf.current(Channel::Rss).unwrap().last_modified), (tags.clone(), modified));
        let mut stand = stand.restarted();
        assert_eq!(stand.tags(), tags, "served before anything is built");
        assert!(stand.built().await);
        assert_eq!(stand.tags(), tags, "a restart changes nothing");
        let mut elsewhere = Stand::new(&app);
        elsewhere.built().await;
        assert_eq!(elsewhere.tags(), tags, "two instances agree");
    }

    async fn changes_within_one_second_have_dates_of_their_own(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let date = |stand: &Stand<'_>| stand.shelf.current(Channel::Rss).unwrap().last_modified.unwrap();
        let mut dates = vec![date(&stand)];
        for title in ["One", "Two", "Three"] {
            let changes = Changes { title: Some(title.into()), ..Changes::default() };
            update(app.system(), posted.id, None, changes).await.unwrap();
            stand.built().await;
            dates.push(date(&stand));
        }
        assert!(dates.windows(2).all(|pair| pair[0] < pair[1]), "{dates:?}");
    }

    async fn instances_with_different_pasts_agree(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let (mut busy, mut idle) = (Stand::new(&app), Stand::new(&app));
        busy.built().await;
        for title in ["One", "Two", "Three"] {
            let changes = Changes { title: Some(title.into()), ..Changes::default() };
            update(app.system(), posted.id, None, changes).await.unwrap();
            busy.built().await;
        }
        idle.built().await;
        let date = |stand: &Stand<'_>| stand.shelf.current(Channel::Rss).unwrap().last_modified;
        assert_eq!((busy.tags(), date(&busy)), (idle.tags(), date(&idle)), "one saw every change, one only the last");
        let changes = Changes { title: Some("Four".into()), ..Changes::default() };
        update(app.system(), posted.id, None, changes).await.unwrap();
        idle.built().await;
        busy.built().await;
        assert_eq!((busy.tags(), date(&busy)), (idle.tags(), date(&idle)), "the other one is first");
    }

    async fn the_report_says_why_a_posting_is_missing(app: TestApp) {
        app.advertised("Backend Developer").await;
        let mute = app.posting("Says nothing").hiring("Create", 1).open().await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let answer = stand.get("/feeds/indeed/report.json").await;
        let report: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(report["counts"], serde_json::json!({"entries": 1, "listed": 1, "withheld": 1, "warned": 0}));
        let alert = "Indeed expects every open posting; withheld: 1. It may trust the others less";
        assert_eq!(report["alert"], alert, "{report:#}");
        let postings = report["postings"].as_array().unwrap();
        let missing = postings.iter().find(|one| one["id"] == mute.id.to_string()).unwrap();
        assert_eq!((&missing["status"], &missing["references"]), (&"WITHHELD".into(), &serde_json::json!([])));
        let issue = &missing["issues"][0];
        assert_eq!((&issue["severity"], &issue["code"]), (&"BLOCK".into(), &"REQUIRED_MISSING".into()));
        assert_eq!(issue["field"], "sections");
        assert!(issue["source"].as_str().unwrap().starts_with("https://"));
        assert!(!stand.feeds().await[1].contains("Says nothing"));
        let page = stand.get("/feeds").await;
        assert!(page.text().contains("1 listed, 1 withheld"), "{}", page.text());
        for channel in Channel::ALL {
            let fared = stand.fared(*channel).await;
            assert_eq!((fared.len(), fared[&mute.id.to_string()].clone()), (2, (false, Vec::new())), "{channel}");
            assert!(page.text().contains(&format!("/feeds/{}", channel.file())), "{channel}");
        }
    }

    async fn hostile_text_comes_out_of_the_database_harmless(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let sight = storage::posting::Sight::of(&vacantia::domain::Viewer::System, app.now());
        let mut posting = storage::posting::find(&app.store, &sight, posted.id).await.unwrap().unwrap();
        // Not through the actions, which would clean it.
        let nasty: String = (1..0x20_u32).chain([0xFFFE, 0xFFFF]).filter_map(char::from_u32).collect();
        let nasty = format!("{nasty}]]> & &nbsp; &#11; </script><script>x</script> \u{202E}\u{5D0} 🎉");
        posting.content.title.clone_from(&nasty);
        posting.content.sections = text(&nasty, &format!("{nasty}\n\n{}", "so ]]> long ".repeat(9_000)));
        posting.content.requirements = vec![Requirement { text: nasty, level: RequirementLevel::Strict }];
        let posting = &posting;
        app.put(|tx| async move { storage::posting::save(&tx, posting, posting.revision).await }).await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        for feed in stand.feeds().await {
            assert!(feed.len() > 100_000 && feed.contains("🎉"));
            assert!(feed.chars().all(vacantia::feeds::item::is_legal));
            // A title is text in both; only the description is read as HTML.
            let (_, html) = feed.rsplit_once("<content:encoded>").or(feed.rsplit_once("<description>")).unwrap();
            assert!(html.contains("so ]]&gt; long") && !html.contains("<script"));
        }
        let report = stand.get("/feeds/rss/report.json").await;
        assert!(report.text().contains("CHARACTERS_REMOVED"), "{}", report.text());
    }

    async fn readiness_is_told_before_a_posting_is_published(app: TestApp) {
        let mute = app.posting("Says nothing").hiring("Create", 1).in_status(PostingStatus::Draft).await;
        app.advertised("Backend Developer").await;
        let query = "query($id: ID!) {
            posting(by: {id: $id}) { indeed: feedReadiness(channel: INDEED) { status issues { severity code field source } } jsonLd }
            postings(first: 1, filter: {statuses: [OPEN]}) { nodes { feedReadiness(channel: RSS) { status } jsonLd } }
        }";
        let variables = serde_json::json!({ "id": mute.id.to_string() });
        let recruiter = app.recruiter().await;
        let data = app.ask(&recruiter, query, variables.clone()).await["data"].take();
        let draft = &data["posting"];
        assert_eq!((&draft["indeed"]["status"], &draft["jsonLd"]), (&"WITHHELD".into(), &serde_json::Value::Null));
        let issue = &draft["indeed"]["issues"][0];
        assert_eq!((&issue["severity"], &issue["code"]), (&"BLOCK".into(), &"REQUIRED_MISSING".into()));
        assert!(issue["field"] == "sections" && issue["source"].as_str().unwrap().starts_with("https://"));
        let open = &data["postings"]["nodes"][0];
        assert_eq!(open["feedReadiness"]["status"], "LISTED");
        assert!(open["jsonLd"].as_str().unwrap().contains(r#""@type":"JobPosting""#));
        let changes = Changes { sections: Some(text("Work", "Much.")), ..Changes::default() };
        update(app.system(), mute.id, None, changes).await.unwrap();
        let told = app.ask(&recruiter, query, variables.clone()).await;
        assert_eq!(told["data"]["posting"]["indeed"]["status"], "READY", "{told:#}");
        let told = app.ask(&vacantia::domain::Viewer::Anonymous, query, variables).await;
        assert_eq!(told["data"]["posting"], serde_json::Value::Null, "nobody else knows of the draft");
    }

    async fn every_channel_says_how_a_posting_stands_in_it(app: TestApp) {
        app.advertised_at_a_place("Backend Developer").await;
        let each = |channel: &Channel| {
            let name = channel.as_str();
            let value = if *channel == Channel::JsonFeed { "JSON_FEED".to_owned() } else { name.to_uppercase() };
            format!("{name}: feedReadiness(channel: {value}) {{ status issues {{ code message }} }}")
        };
        let fields: Vec<String> = Channel::ALL.iter().map(each).collect();
        let query = format!(
            "{{ postings(first: 1) {{ nodes {{ {} feeds {{ channel readiness {{ status issues {{ code message }} }} }} }} }} }}",
            fields.join(" ")
        );
        let told = app.ask(&vacantia::domain::Viewer::Anonymous, &query, serde_json::Value::Null).await;
        let posting = &told["data"]["postings"]["nodes"][0];
        for channel in Channel::ALL {
            assert_eq!(posting[channel.as_str()]["status"], "LISTED", "{channel}: {told:#}");
        }
        let feeds = posting["feeds"].as_array().unwrap();
        let named = |channel: &Channel, one: &serde_json::Value| one["readiness"] == posting[channel.as_str()];
        assert!(feeds.len() == Channel::ALL.len() && Channel::ALL.iter().zip(feeds).all(|(channel, one)| named(channel, one)));
        let linkedin = posting["linkedin"]["issues"].as_array().unwrap();
        assert!(linkedin.iter().any(|issue| issue["code"] == "COMPANY_ID_MISSING"), "{linkedin:#?}");
    }

    async fn any_number_of_postings_takes_the_same_statements(app: TestApp) {
        let mut stand = Stand::new(&app);
        let mut taken = Vec::new();
        for title in ["One", "Two", "Three", "Four", "Five"] {
            app.advertised(title).await;
            let before = app.store.statements();
            assert_eq!(stand.builder.step().await.unwrap(), Step::Done);
            taken.push(app.store.statements() - before);
        }
        taken.dedup();
        // The first build asks not whether the generation moved, what changed and in which parts, but what is not noted and how many
        // places there are; it tells the other instances of all channels. Later ones tell of those that changed: two want a city, and
        // have nothing to tell of remote work.
        assert_eq!(taken, [17 + 12, 18 + 10]);
    }

    async fn what_happens_is_passed_on_in_order_to_everyone_who_listens(app: TestApp) {
        let tail = Arc::new(EventTail::begin(app.store.clone(), POLL).await.unwrap());
        let (mut events, mut others, newest) = (tail.events(), tail.events(), tail.newest());
        assert_eq!(tail.step().await.unwrap(), Step::Empty);
        let posted = app.advertised("Backend Developer").await;
        pause(app.system(), step_of(posted.id)).await.unwrap();
        resume(app.system(), step_of(posted.id)).await.unwrap();
        assert_eq!(tail.step().await.unwrap(), Step::Done);
        let kinds: Vec<String> = std::iter::from_fn(|| events.try_recv().ok()).map(|e| e.kind.to_string()).collect();
        assert_eq!(kinds.len(), 3, "{kinds:?}");
        assert_eq!(others.try_recv().unwrap().seq + 2, *newest.borrow());
        assert_eq!(tail.step().await.unwrap(), Step::Empty);
    }

    async fn workers_bring_a_change_to_the_feed_by_themselves(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let stand = Stand::new(&app);
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let tail = Arc::new(EventTail::begin(app.store.clone(), POLL).await.unwrap());
        let workers = [
            tokio::spawn(builder(&app, &stand.shelf).run(tail.newest(), stopped.clone())),
            tokio::spawn(tail.run(stopped)),
        ];
        settled(&stand.shelf, 1).await;
        pause(app.system(), step_of(posted.id)).await.unwrap();
        settled(&stand.shelf, 0).await;
        stop.send_replace(true);
        for worker in workers {
            worker.await.unwrap();
        }
    }
}
