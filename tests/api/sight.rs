//! What each viewer reads of applications: what is not theirs does not exist for them.

use std::collections::HashMap;

use vacantia::actions::allotment::allot;
use vacantia::actions::application::{Decline, Notice, decline};
use vacantia::actions::step::{Which, waive};
use vacantia::domain::Viewer;
use vacantia::domain::application::{Application, ApplicationStatus};
use vacantia::domain::id::{ApplicationId, PostingId};
use vacantia::domain::policy::application::{answers, applications, contacts, reasons};
use vacantia::domain::question::QuestionType;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::application::Wanted;
use vacantia::storage::pipeline::{self, Standing};
use vacantia::storage::{self, Page, Place, answer, application, candidate, step};

use crate::app::TestApp;
use crate::look::refused;
use crate::seed::Posted;
use crate::submission::{given, question};

/// Two postings with two applications each; Ada's is allotted to the first posting's first team.
struct World {
    here: Posted,
    there: Posted,
    ada: Application,
    bob: Application,
    cleo: Application,
}

async fn world(app: &TestApp) -> World {
    let asking = || question("why", QuestionType::Prose, false);
    let here = app.posting("Backend").hiring("Create", 2).hiring("Plan", 1).asking(asking()).open().await;
    let there = app.posting("Frontend").hiring("Share", 1).asking(asking()).open().await;
    let mut came = Vec::new();
    for (posted, name) in [(&here, "Ada"), (&here, "Bob"), (&there, "Cleo")] {
        app.clock.pass(chrono::TimeDelta::seconds(1));
        let answers = vec![given("why", &format!("{name} says so"))];
        let sent = vacantia::actions::application::Submission { answers, ..app.submission(posted.id, name) };
        let id = vacantia::actions::application::submit(app.act(&Viewer::Anonymous), sent).await.unwrap();
        came.push(app.application(id).await);
    }
    let recruiter = app.recruiter().await;
    allot(app.act(&recruiter), came[0].id, here.team(), None).await.unwrap();
    let [ada, bob, cleo] = came.try_into().unwrap();
    World { here, there, ada, bob, cleo }
}

async fn names(app: &TestApp, viewer: &Viewer, world: &World) -> Vec<&'static str> {
    let scope = applications(viewer);
    let ids = [world.ada.id, world.bob.id, world.cleo.id];
    let name = |id: ApplicationId| ["Ada", "Bob", "Cleo"][ids.iter().position(|one| *one == id).unwrap()];
    let page = Page { newest_first: false, ..Page::newest(100) };
    let listed = application::listed(&app.store, &scope, &Wanted::default(), &page).await.unwrap();
    let seen: Vec<_> = listed.items.iter().map(|one| name(one.id)).collect();
    // Every way to read agrees: one by one, by ids, by posting, by candidate, by stage, by count.
    for (one, who) in ids.into_iter().zip(["Ada", "Bob", "Cleo"]) {
        let found = application::find(&app.store, &scope, one).await.unwrap();
        assert_eq!(found.is_some(), seen.contains(&who), "{viewer:?} {who}");
    }
    let people = [world.ada.candidate, world.bob.candidate, world.cleo.candidate];
    let people = candidate::of_ids(&app.store, &scope, &people).await.unwrap();
    assert_eq!(people.len(), seen.len(), "{viewer:?}");
    let postings = [world.here.id, world.there.id];
    let under =
        application::of_postings(&app.store, &scope, &postings, &Wanted::default(), &page).await.unwrap();
    assert_eq!(under.values().map(|part| part.items.len()).sum::<usize>(), seen.len(), "{viewer:?}");
    let counts = pipeline::counts(&app.store, &scope, &postings).await.unwrap();
    assert_eq!(
        counts.iter().map(|(_, count)| count).sum::<i64>(),
        i64::try_from(seen.len()).unwrap(),
        "{viewer:?}"
    );
    let standings: Vec<Standing> = counts.iter().map(|(standing, _)| *standing).collect();
    let standing = pipeline::applications(&app.store, &scope, &standings, &page).await.unwrap();
    assert_eq!(standing.values().map(|part| part.items.len()).sum::<usize>(), seen.len(), "{viewer:?}");
    let steps = step::of_applications(&app.store, &scope, &ids).await.unwrap();
    assert_eq!(steps.len(), seen.len(), "{viewer:?}");
    seen
}

both! {
    async fn invariant_23_every_way_to_read_shows_the_same(app: TestApp) {
        let world = &world(&app).await;
        let team = Reach::Team(world.here.team());
        let posting = Reach::Posting(world.there.id);
        let nobody: &[&str] = &[];
        for (viewer, expected) in [
            (Viewer::System, &["Ada", "Bob", "Cleo"][..]),
            (app.recruiter().await, &["Ada", "Bob", "Cleo"]),
            (app.staff(Role::Admin, Reach::Organisation).await, &["Ada", "Bob", "Cleo"]),
            (app.staff(Role::HiringManager, team).await, &["Ada"]),
            (app.staff(Role::HiringManager, posting).await, &["Cleo"]),
            (app.staff(Role::Interviewer, posting).await, &["Cleo"]),
            (app.staff(Role::Approver, Reach::Organisation).await, nobody),
            (TestApp::applicant(world.bob.id, world.bob.candidate), &["Bob"]),
            (Viewer::Anonymous, nobody),
        ] {
            assert_eq!(names(&app, &viewer, world).await, expected, "{viewer:?}");
        }
    }

    async fn invariant_23_private_groups_take_rights_of_their_own(app: TestApp) {
        let world = &world(&app).await;
        let recruiter = app.recruiter().await;
        let why = "internal".to_owned();
        let review = app.step(world.ada.id, "review").await;
        waive(app.act(&recruiter), Which { step: review, revision: None }, &why).await.unwrap();
        let end = Decline { application: world.ada.id, revision: None, reason: why, note: None, notice: Notice::Mail };
        decline(app.act(&recruiter), end).await.unwrap();
        let team = Reach::Team(world.here.team());
        let (id, person) = (world.ada.id, world.ada.candidate);
        // contact, answers, reasons
        for (viewer, expected) in [
            (recruiter.clone(), [true, true, true]),
            (app.staff(Role::HiringManager, team).await, [true, true, true]),
            (app.staff(Role::Interviewer, team).await, [false, true, false]),
            (app.staff(Role::Admin, Reach::Organisation).await, [false, false, false]),
            (TestApp::applicant(id, person), [true, true, false]),
            (TestApp::applicant(world.bob.id, world.bob.candidate), [false, false, false]),
            (Viewer::Anonymous, [false, false, false]),
        ] {
            let expected = expected.map(usize::from);
            let reached = contacts(&viewer);
            let contact = candidate::contacts(&app.store, &reached, &[person]).await.unwrap();
            let said = candidate::as_submitted(&app.store, &reached, &[id]).await.unwrap();
            assert_eq!((contact.len(), said.len()), (expected[0], expected[0]), "{viewer:?}");
            let answered = answer::of_applications(&app.store, &answers(&viewer), &[id]).await.unwrap();
            assert_eq!(answered.len(), expected[1], "{viewer:?}");
            let why = application::reasons(&app.store, &reasons(&viewer), &[id]).await.unwrap();
            let moved = step::reasons(&app.store, &reasons(&viewer), &[review]).await.unwrap();
            assert_eq!((why.len(), moved.len()), (expected[2], expected[2]), "{viewer:?}");
        }
        let own = applications(&TestApp::applicant(id, person));
        let seen = application::find(&app.store, &own, id).await.unwrap().unwrap();
        assert_eq!((seen.status, seen.outcome.unwrap().why), (ApplicationStatus::Declined, None));
    }

    async fn pages_of_many_parents_take_one_statement(app: TestApp) {
        let recruiter = app.recruiter().await;
        let mut postings = Vec::new();
        for title in ["One", "Two", "Three"] {
            postings.push(app.posting(title).hiring("Create", 1).open().await);
        }
        let mut came: HashMap<PostingId, Vec<ApplicationId>> = HashMap::new();
        for (posted, number) in postings.iter().zip([3, 5, 0]) {
            for place in 0..number {
                let id = app.apply(posted.id, &format!("Person {place}")).await.id;
                came.entry(posted.id).or_default().insert(0, id);
            }
        }
        let ids: Vec<PostingId> = postings.iter().map(|posted| posted.id).collect();
        let scope = applications(&recruiter);
        let wanted = Wanted::default();
        let read = async |page: &Page| {
            let before = app.store.reading();
            let found = application::of_postings(&app.store, &scope, &ids, &wanted, page).await.unwrap();
            let after = app.store.reading();
            (found, after.statements - before.statements, after.rows - before.rows)
        };
        let (found, statements, rows) = read(&Page::newest(2)).await;
        assert_eq!((statements, rows), (1, 6), "two of each, and one more to know that there is more");
        for posted in &postings[..2] {
            let part = &found[&posted.id];
            assert_eq!(part.items.iter().map(|one| one.id).collect::<Vec<_>>(), came[&posted.id][..2]);
            assert!(part.more);
        }
        assert!(!found.contains_key(&postings[2].id));
        // Forward page by page and backward page by page is the whole list.
        let whole = &came[&ids[1]];
        let (mut forward, mut after) = (Vec::new(), None);
        loop {
            let (found, ..) = read(&Page { after: after.clone(), ..Page::newest(2) }).await;
            let part = &found[&ids[1]];
            forward.extend(part.items.iter().map(|one| one.id));
            after = part.items.last().map(|one| Place { at: one.applied_at, id: one.id.to_string() });
            if !part.more {
                break;
            }
        }
        assert_eq!(&forward, whole);
        let (mut backward, mut before) = (Vec::new(), None);
        loop {
            let (found, ..) = read(&Page { before: before.clone(), from_end: true, ..Page::newest(2) }).await;
            let part = &found[&ids[1]];
            backward.splice(0..0, part.items.iter().map(|one| one.id));
            before = part.items.first().map(|one| Place { at: one.applied_at, id: one.id.to_string() });
            if !part.more {
                break;
            }
        }
        assert_eq!(&backward, whole);
    }

    async fn the_pipeline_counts_and_shows_who_stands_where(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        for (name, stage) in
            [("Ada", "review"), ("Bob", "review"), ("Cleo", "screening"), ("Dana", "offer"), ("Eve", "screening")]
        {
            let id = app.apply(posted.id, name).await.id;
            app.bring_to(&recruiter, &posted, id, stage).await;
        }
        let gone = app.apply(posted.id, "Finn").await;
        let end = Decline {
            application: gone.id,
            revision: None,
            reason: "x".into(),
            note: None,
            notice: Notice::Mail,
        };
        decline(app.act(&recruiter), end).await.unwrap();
        let scope = applications(&recruiter);
        let counts = pipeline::counts(&app.store, &scope, &[posted.id]).await.unwrap();
        let by_stage: Vec<_> = counts.iter().map(|(standing, count)| (standing.stage, *count)).collect();
        assert_eq!(by_stage, [(0, 2), (2, 2), (7, 1)]);
        let standings: Vec<_> = counts.into_iter().map(|(standing, _)| standing).collect();
        let before = app.store.reading();
        let page = Page::newest(1);
        let found = pipeline::applications(&app.store, &scope, &standings, &page).await.unwrap();
        let after = app.store.reading();
        assert_eq!((after.statements - before.statements, after.rows - before.rows), (1, 5));
        let shape: Vec<_> = standings.iter().map(|one| (found[one].items.len(), found[one].more)).collect();
        assert_eq!(shape, [(1, true), (1, true), (1, false)]);
    }

    async fn moving_what_is_hidden_answers_like_moving_nothing(app: TestApp) {
        let world = &world(&app).await;
        let manager = app.staff(Role::HiringManager, Reach::Team(world.here.team())).await;
        let unknown = ApplicationId::new(app.now(), &*app.chance);
        let end = |application| {
            let (reason, notice) = ("x".into(), Notice::Mail);
            decline(app.act(&manager), Decline { application, revision: Some(9), reason, note: None, notice })
        };
        let hidden = [refused(end(world.bob.id).await), refused(end(world.cleo.id).await)];
        let nothing = refused(end(unknown).await);
        assert!(hidden.iter().all(|refusal| *refusal == nothing), "{hidden:?}");
    }
}
