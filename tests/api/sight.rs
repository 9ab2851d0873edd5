//! Who sees which postings, and what lists of them show.

use chrono::TimeDelta;
use vacantia::actions::posting::{self as actions, Changes, Close, Move};
use vacantia::domain::country::Country;
use vacantia::domain::id::PostingId;
use vacantia::domain::place::{Location, Workplace};
use vacantia::domain::posting::{CloseReason, Content, Posting, PostingStatus};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::posting::{Sight, Wanted};
use vacantia::storage::{self, Page, Place};

use crate::app::TestApp;
use crate::look::refused;
use crate::posting::location;

impl TestApp {
    async fn finds(&self, viewer: &Viewer, id: PostingId) -> bool {
        let sight = Sight::of(viewer, self.now());
        let found = storage::posting::find(&self.store, &sight, id).await.unwrap().is_some();
        let listed = self.titles(viewer, &Wanted::default(), &Page::newest(100)).await;
        let posting = storage::posting::find(&self.store, &Sight::of(&Viewer::System, self.now()), id).await;
        let posting = posting.unwrap().unwrap();
        let by_slug = storage::posting::find_by_slug(&self.store, &sight, &posting.slug).await.unwrap();
        assert_eq!((found, found), (listed.contains(&posting.content.title), by_slug.is_some()));
        found
    }

    async fn titles(&self, viewer: &Viewer, wanted: &Wanted, page: &Page) -> Vec<String> {
        let sight = Sight::of(viewer, self.now());
        let part = storage::posting::listed(&self.store, &sight, wanted, page).await.unwrap();
        part.items.into_iter().map(|posting| posting.content.title).collect()
    }
}

both! {
    /// What SQL takes for visible is what the domain takes for visible.
    async fn invariant_23_anyone_sees_what_is_open_listed_and_not_past_its_deadline(app: TestApp) {
        use PostingStatus::{Archived, Closed, Draft, Open, Paused, PendingApproval};
        let now = app.now();
        let deadlines = [None, Some(now), Some(now - TimeDelta::microseconds(1)), Some(now + TimeDelta::microseconds(1))];
        let mut visible = 0;
        for status in [Draft, PendingApproval, Open, Paused, Closed, Archived] {
            for listed in [true, false] {
                for deadline in deadlines {
                    let mut posting = app.posting(&format!("{status} {listed} {deadline:?}")).hiring("Create", 1);
                    if !listed { posting = posting.unlisted(); }
                    if let Some(deadline) = deadline { posting = posting.until(deadline); }
                    let posting = posting.in_status(status).await;
                    let sight = Sight::of(&Viewer::System, now);
                    let kept = storage::posting::find(&app.store, &sight, posting.id).await.unwrap().unwrap();
                    let seen = app.finds(&Viewer::Anonymous, posting.id).await;
                    assert_eq!(seen, kept.is_visible(now), "{status} {listed} {deadline:?}");
                    visible += usize::from(seen);
                }
            }
        }
        assert_eq!(visible, 2);
        let query = "{ postings(first: 100) { nodes { id } } teams { nodes { name } } }";
        let answer = app.ask(&Viewer::Anonymous, query, serde_json::Value::Null).await;
        assert_eq!(answer["data"]["postings"]["nodes"].as_array().unwrap().len(), 2);
    }

    async fn invariant_23_the_rest_is_seen_by_those_who_work_on_it(app: TestApp) {
        let open = app.posting("Open").hiring("Create", 1).open().await;
        let applied = app.apply(open.id, "Ada Example").await;
        let hidden = app.posting("Hidden").hiring("Plan", 1).in_status(PostingStatus::Paused).await;
        let other = app.posting("Other").hiring("Share", 1).in_status(PostingStatus::Draft).await;
        let applicant = TestApp::applicant(applied.id, applied.candidate);
        for (role, reach, sees) in [
            (Role::Admin, Reach::Organisation, [true, true]),
            (Role::Recruiter, Reach::Organisation, [true, true]),
            (Role::HiringManager, Reach::Organisation, [true, true]),
            (Role::Interviewer, Reach::Posting(hidden.id), [true, false]),
            (Role::Recruiter, Reach::Posting(other.id), [false, true]),
            (Role::HiringManager, Reach::Team(hidden.team()), [true, false]),
            (Role::Approver, Reach::Organisation, [false, false]),
        ] {
            let viewer = app.staff(role, reach).await;
            let seen = [app.finds(&viewer, hidden.id).await, app.finds(&viewer, other.id).await];
            assert_eq!(seen, sees, "{role} {reach:?}");
        }
        assert!(!app.finds(&Viewer::Anonymous, hidden.id).await);
        assert!(!app.finds(&applicant, hidden.id).await);
        app.put(|tx| async move {
            let posting = storage::posting::lock(&tx, open.id).await?.unwrap();
            storage::posting::save(&tx, &Posting { listed: false, ..posting }, 1).await
        }).await;
        assert!(app.finds(&applicant, open.id).await, "who applied goes on seeing it");
        assert!(!app.finds(&Viewer::Anonymous, open.id).await);
    }

    async fn invariant_23_what_is_hidden_is_not_found_and_what_is_shown_is_forbidden(app: TestApp) {
        let open = app.posting("Open").hiring("Create", 1).open().await;
        let hidden = app.posting("Hidden").hiring("Plan", 1).in_status(PostingStatus::Draft).await;
        let manager = app.staff(Role::HiringManager, Reach::Team(hidden.team())).await;
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(open.id)).await;
        let nothing = PostingId::new(app.now(), &*app.chance);
        for (viewer, id, refusal) in [
            (&Viewer::Anonymous, open.id, Refusal::Forbidden),
            (&Viewer::Anonymous, hidden.id, Refusal::NotFound("posting")),
            (&Viewer::Anonymous, nothing, Refusal::NotFound("posting")),
            (&manager, hidden.id, Refusal::Forbidden),
            (&interviewer, open.id, Refusal::Forbidden),
            (&interviewer, hidden.id, Refusal::NotFound("posting")),
        ] {
            let act = app.act(viewer);
            // A stale revision tells nothing of what is hidden.
            let all = Move { posting: id, expected_revision: Some(99) };
            let close = Close { posting: id, expected_revision: None, reason: CloseReason::Other };
            assert_eq!(refused(actions::publish(act, all).await), refusal);
            assert_eq!(refused(actions::pause(act, all).await), refusal);
            assert_eq!(refused(actions::resume(act, all).await), refusal);
            assert_eq!(refused(actions::reopen(act, all).await), refusal);
            assert_eq!(refused(actions::archive(act, all).await), refusal);
            assert_eq!(refused(actions::close(act, close).await), refusal);
            assert_eq!(refused(app.change(viewer, id, Changes::default()).await), refusal);
            assert_eq!(refused(app.set_vacancies(viewer, id, &[]).await), refusal);
        }
        let new = app.new_posting("New", &[]).await;
        for viewer in [&Viewer::Anonymous, &manager, &interviewer] {
            assert_eq!(refused(actions::create(app.act(viewer), new.clone()).await), Refusal::Forbidden);
        }
    }

    async fn a_list_shows_what_is_wanted(app: TestApp) {
        let recruiter = app.recruiter().await;
        app.published(&recruiter, "Senior Backend 100%_Developer", &[("Create", 1)]).await;
        app.published(&recruiter, "Backend!", &[("Plan", 1)]).await;
        let mut new = app.new_posting("Café Manager", &[("Create", 1), ("Plan", 1)]).await;
        new.content = Content {
            locations: vec![Location { country: Country::find("FR").unwrap(), ..location("Lyon") }],
            place_labels: Vec::new(),
            remote_countries: Vec::new(),
            workplace: Workplace::Onsite,
            ..new.content
        };
        actions::create(app.act(&recruiter), new).await.unwrap();
        let (create, plan) = (app.team("Create").await, app.team("Plan").await);
        let any = Wanted::default;
        let title = |words: &str| Wanted { title: Some(words.into()), ..any() };
        let country = |code: &str| Wanted { countries: vec![Country::find(code).unwrap()], ..any() };
        for (wanted, expected) in [
            (any(), &["Backend!", "Café Manager", "Senior Backend 100%_Developer"][..]),
            (title("BACKEND"), &["Backend!", "Senior Backend 100%_Developer"]),
            (title("developer senior"), &["Senior Backend 100%_Developer"]),
            (title("%_"), &["Senior Backend 100%_Developer"]),
            (title("_"), &["Senior Backend 100%_Developer"]),
            (title("!"), &["Backend!"]),
            (title("CAFÉ"), &["Café Manager"]),
            (title("' OR 1=1"), &[]),
            (country("FR"), &["Café Manager"]),
            (country("NL"), &["Backend!", "Senior Backend 100%_Developer"]),
            (Wanted { workplaces: vec![Workplace::Onsite, Workplace::Hybrid], ..any() }, &["Café Manager"]),
            (Wanted { statuses: vec![PostingStatus::Open], ..any() }, &["Backend!", "Senior Backend 100%_Developer"]),
            (Wanted { teams: vec![create], ..any() }, &["Café Manager", "Senior Backend 100%_Developer"]),
            (Wanted { teams: vec![create, plan], ..country("FR") }, &["Café Manager"]),
            (Wanted { teams: vec![plan], statuses: vec![PostingStatus::Draft], ..country("DE") }, &[]),
        ] {
            let mut found = app.titles(&recruiter, &wanted, &Page::newest(10)).await;
            found.sort();
            assert_eq!(found, expected, "{wanted:?}");
        }
    }

    async fn pages_of_postings_fit_together(app: TestApp) {
        let recruiter = app.recruiter().await;
        // Two of each at the same instant: the id decides.
        let mut made = Vec::new();
        for number in 0..5 {
            for twin in ["a", "b"] {
                made.push(app.draft(&recruiter, &format!("{number}{twin}"), &[]).await);
            }
            app.clock.pass(TimeDelta::microseconds(1));
        }
        made.sort_by_key(|posting| (posting.since(), posting.id));
        let oldest_first: Vec<_> = made.iter().map(|posting| posting.content.title.clone()).collect();
        let newest_first: Vec<_> = oldest_first.iter().rev().cloned().collect();
        let sight = Sight::of(&recruiter, app.now());
        let place = |posting: &Posting| Some(Place { at: posting.since(), id: posting.id.to_string() });
        for (ascending, expected) in [(false, &newest_first), (true, &oldest_first)] {
            for from_end in [false, true] {
                let mut page = Page { newest_first: !ascending, from_end, ..Page::newest(3) };
                let mut found: Vec<String> = Vec::new();
                loop {
                    let part = storage::posting::listed(&app.store, &sight, &Wanted::default(), &page).await.unwrap();
                    let titles = part.items.iter().map(|posting| posting.content.title.clone());
                    if from_end {
                        found = titles.chain(found).collect();
                        page.before = place(&part.items[0]);
                    } else {
                        found.extend(titles);
                        page.after = place(part.items.last().unwrap());
                    }
                    if !part.more { break; }
                }
                assert_eq!(&found, expected, "ascending {ascending}, from the end {from_end}");
            }
        }
    }
}
