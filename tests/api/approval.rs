//! Chains of approval: groups in order, enough of each, handed on, taken away, by API and by the page behind a link.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::offer::{self, Approve, Delegate, Reject, Submit};
use vacantia::actions::user::revoke;
use vacantia::domain::approval::{ApprovalGroup, RequestState};
use vacantia::domain::email::LetterKind;
use vacantia::domain::id::UserId;
use vacantia::domain::link::Purpose;
use vacantia::domain::offer::{Offer, OfferStatus};
use vacantia::domain::policy::offer::offers;
use vacantia::domain::viewer::{Grant, Reach, Role, Viewer};
use vacantia::storage::{Failure, approval};

use crate::app::TestApp;
use crate::browser::Seen;
use crate::hire::sweep;
use crate::offering::{Desk, refused, short, wording};

/// People who approve: two of three of finance, then one who is named on submission.
struct Story<'a> {
    desk: Desk<'a>,
    finance: Vec<Viewer>,
    chief: Viewer,
    offer: Offer,
}

fn user(viewer: &Viewer) -> UserId {
    viewer.user().unwrap()
}

impl<'a> Story<'a> {
    async fn begin(app: &'a TestApp) -> Self {
        let desk = app.desk().await;
        let mut finance = Vec::new();
        for _ in 0..3 {
            finance.push(app.staff(Role::Approver, Reach::Organisation).await);
        }
        let chief = app.staff(Role::Approver, Reach::Organisation).await;
        let approvers = finance.iter().map(user).collect();
        let groups = vec![
            ApprovalGroup { title: "Finance".into(), needed: 2, approvers },
            ApprovalGroup { title: "Head".into(), needed: 1, approvers: Vec::new() },
        ];
        let draft = app.posting("Backend").hiring("Create", 2).with_stages(short());
        let posted = draft.approved_by(groups).open().await;
        let application = desk.ready(&posted, "Ada").await;
        let offer = desk.draft(&application).await;
        Self { desk, finance, chief, offer }
    }

    fn app(&self) -> &TestApp {
        self.desk.app
    }

    async fn submit(&self) -> Result<Offer, Failure> {
        self.submit_naming(vec![vec![user(&self.chief)]]).await
    }

    async fn submit_naming(&self, approvers: Vec<Vec<UserId>>) -> Result<Offer, Failure> {
        let submit = Submit { offer: self.offer.id, revision: None, approvers };
        offer::submit(self.app().act(&self.desk.recruiter), submit).await
    }

    async fn approve(&self, by: &Viewer) -> Result<Offer, Failure> {
        let terms_hash = self.app().newest(self.offer.id).await.terms_hash;
        offer::approve(self.app().act(by), Approve { offer: self.offer.id, terms_hash }).await
    }

    async fn reject(&self, by: &Viewer) -> Result<Offer, Failure> {
        let terms_hash = self.app().newest(self.offer.id).await.terms_hash;
        let reject = Reject { offer: self.offer.id, terms_hash, reason: "Above the band.".into() };
        offer::reject(self.app().act(by), reject).await
    }

    async fn delegate(&self, by: &Viewer, from: Option<&Viewer>, to: &Viewer) -> Result<Offer, Failure> {
        let delegate = Delegate { offer: self.offer.id, from: from.map(user), to: user(to) };
        offer::delegate(self.app().act(by), delegate).await
    }

    /// How it stands with each, in the order of the chain.
    async fn states(&self) -> Vec<(i32, RequestState)> {
        let version = self.app().newest(self.offer.id).await;
        let chain = approval::chain(&self.app().store, &version).await.unwrap();
        chain.requests.iter().map(|one| (one.position, one.state)).collect()
    }

    /// How many letters of a kind go to this member of staff.
    async fn letters(&self, kind: LetterKind, to: &Viewer) -> i64 {
        self.app().count(&format!("email_message WHERE kind = '{kind}' AND user_id = '{}'", user(to))).await
    }

    async fn link(&self, of: &Viewer) -> String {
        let (offer, application) = (self.offer.id, self.offer.application);
        let purpose = Purpose::Approval { offer, version: 1, user: user(of), application };
        self.app().link(self.offer.candidate, purpose).await
    }

    async fn work(&self, of: &Viewer) -> Vec<String> {
        let query = "{ work(first: 50) { nodes { kind offer { id } } } }";
        let answer = self.app().ask(of, query, json!({})).await;
        let nodes = answer["data"]["work"]["nodes"].as_array().unwrap().clone();
        let own = nodes.iter().filter(|node| node["offer"]["id"] == self.offer.id.to_string());
        own.map(|node| node["kind"].as_str().unwrap().to_owned()).collect()
    }
}

use RequestState::{Approved, Asked, Delegated, Released, Waiting};

both! {
    async fn groups_are_asked_in_their_order_and_enough_of_each(app: TestApp) {
        let story = Story::begin(&app).await;
        assert_eq!(story.submit().await.unwrap().status, OfferStatus::PendingApproval);
        assert_eq!(story.states().await, [(0, Asked), (0, Asked), (0, Asked), (1, Waiting)]);
        assert_eq!(story.work(&story.chief).await, Vec::<String>::new());
        assert_eq!(refused(story.approve(&story.chief).await), "NOT_FOUND");
        assert_eq!(story.work(&story.finance[0]).await, ["APPROVAL_ASKED"]);
        assert_eq!(story.approve(&story.finance[0]).await.unwrap().status, OfferStatus::PendingApproval);
        assert_eq!(refused(story.approve(&story.finance[0]).await), "OFFER_STATUS");
        assert_eq!(story.letters(LetterKind::ApprovalRequested, &story.chief).await, 0);
        story.approve(&story.finance[2]).await.unwrap();
        assert_eq!(story.states().await, [(0, Approved), (0, Released), (0, Approved), (1, Asked)]);
        assert_eq!(refused(story.approve(&story.finance[1]).await), "OFFER_STATUS");
        assert_eq!(story.letters(LetterKind::ApprovalRequested, &story.chief).await, 1);
        assert_eq!(refused(story.desk.send(story.offer.id).await), "NOT_APPROVED");
        assert_eq!(story.approve(&story.chief).await.unwrap().status, OfferStatus::Approved);
        assert_eq!(story.letters(LetterKind::ApprovalGiven, &story.desk.recruiter).await, 1);
        assert_eq!(app.count("event WHERE kind = 'approvalGiven'").await, 3);
        assert_eq!(app.count("event WHERE kind = 'offerApproved'").await, 1);
        story.desk.send(story.offer.id).await.unwrap();
        app.check_invariants().await;
    }

    async fn one_no_sends_it_back_and_a_new_round_asks_everybody_again(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        story.approve(&story.finance[0]).await.unwrap();
        let back = story.reject(&story.finance[1]).await.unwrap();
        assert_eq!((back.status, back.opening), (OfferStatus::Draft, None));
        assert_eq!(story.letters(LetterKind::ApprovalRefused, &story.desk.recruiter).await, 1);
        assert_eq!(refused(story.approve(&story.finance[2]).await), "OFFER_STATUS");
        story.submit().await.unwrap();
        assert_eq!(story.states().await, [(0, Asked), (0, Asked), (0, Asked), (1, Waiting)]);
        assert_eq!(story.letters(LetterKind::ApprovalRequested, &story.finance[0]).await, 2);
        app.check_invariants().await;
    }

    async fn other_terms_ask_everybody_again(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        story.approve(&story.finance[0]).await.unwrap();
        let input = offer::Update {
            offer: story.offer.id,
            revision: None,
            wording: wording("Senior Backend Developer"),
            expires_at: None,
        };
        offer::update(app.act(&story.desk.recruiter), input).await.unwrap();
        assert_eq!(story.work(&story.finance[1]).await, Vec::<String>::new());
        assert_eq!(refused(story.approve(&story.finance[1]).await), "OFFER_STATUS");
        story.submit().await.unwrap();
        story.approve(&story.finance[1]).await.unwrap();
        assert_eq!(story.states().await, [(0, Asked), (0, Approved), (0, Asked), (1, Waiting)]);
        app.check_invariants().await;
    }

    async fn a_chain_has_people_who_approve_and_not_the_drafter_alone(app: TestApp) {
        let story = Story::begin(&app).await;
        let stranger = user(&story.desk.recruiter);
        for named in [vec![], vec![vec![]], vec![vec![stranger]]] {
            assert_eq!(refused(story.submit_naming(named).await), "APPROVER_REQUIRED");
        }
        let chief = user(&story.chief);
        for named in [vec![vec![chief], vec![chief]], vec![vec![chief, chief]]] {
            assert_eq!(refused(story.submit_naming(named).await), "INVALID");
        }
        assert_eq!(app.count("approval_request").await, 0);
        assert_eq!(app.count("opening WHERE state = 'held'").await, 0);
        app.check_invariants().await;
    }

    async fn who_drafted_it_is_never_the_only_one_to_approve(app: TestApp) {
        let desk = app.desk().await;
        let grant = Grant { role: Role::Approver, reach: Reach::Organisation };
        let drafter = user(&desk.recruiter);
        vacantia::actions::user::grant(app.system(), drafter, grant).await.unwrap();
        let other = user(&desk.approver);
        let group = ApprovalGroup { title: "Any".into(), needed: 1, approvers: vec![drafter, other] };
        let draft = app.posting("Backend").hiring("Create", 1).with_stages(short());
        let posted = draft.approved_by(vec![group]).open().await;
        let application = desk.ready(&posted, "Ada").await;
        let offer = desk.draft(&application).await.id;
        let submit = Submit { offer, revision: None, approvers: Vec::new() };
        offer::submit(app.act(&desk.recruiter), submit).await.unwrap();
        let Viewer::Staff(staff) = &desk.recruiter else { unreachable!() };
        let mut both = staff.clone();
        both.grants.push(grant);
        let both = Viewer::Staff(both);
        let terms_hash = app.newest(offer).await.terms_hash;
        let approve = Approve { offer, terms_hash };
        let own = offer::approve(app.act(&both), approve.clone()).await;
        assert_eq!(refused(own), "APPROVER_REQUIRED");
        let approved = offer::approve(app.act(&desk.approver), approve).await.unwrap();
        assert_eq!(approved.status, OfferStatus::Approved);
        app.check_invariants().await;
    }

    async fn an_approver_leaves_it_to_another(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        let deputy = app.staff(Role::Approver, Reach::Organisation).await;
        let stranger = app.staff(Role::Interviewer, Reach::Organisation).await;
        let [first, second, _] = &story.finance[..] else { unreachable!() };
        assert_eq!(refused(story.delegate(first, None, second).await), "INVALID");
        assert_eq!(refused(story.delegate(first, None, &stranger).await), "APPROVER_REQUIRED");
        assert_eq!(refused(story.delegate(first, Some(second), &deputy).await), "FORBIDDEN");
        assert_eq!(refused(story.delegate(&stranger, Some(first), &deputy).await), "NOT_FOUND");
        story.delegate(first, None, &deputy).await.unwrap();
        assert_eq!(refused(story.approve(first).await), "OFFER_STATUS");
        assert_eq!(story.letters(LetterKind::ApprovalRequested, &deputy).await, 1);
        app.clock.pass(TimeDelta::hours(25));
        while sweep(&app).step().await.unwrap() > 0 {}
        let query = "query($id: ID!) { offer(id: $id) { versions { approvalRequests { status remindedAt approver { id } \
                     inPlaceOf { id } } } } }";
        let asked = app.ask(&story.desk.recruiter, query, json!({ "id": story.offer.id.to_string() })).await;
        let requests = asked["data"]["offer"]["versions"][0]["approvalRequests"].as_array().unwrap().clone();
        let of_deputy = requests.iter().find(|one| one["approver"]["id"] == user(&deputy).to_string()).unwrap();
        assert_eq!(of_deputy["inPlaceOf"]["id"], user(first).to_string());
        assert!(of_deputy["remindedAt"].is_string(), "{of_deputy}");
        story.approve(&deputy).await.unwrap();
        story.approve(second).await.unwrap();
        story.approve(&story.chief).await.unwrap();
        let states: Vec<_> = story.states().await.into_iter().map(|(_, state)| state).collect();
        assert_eq!(states.iter().filter(|state| **state == Delegated).count(), 1);
        app.check_invariants().await;
    }

    async fn an_approver_who_is_one_no_more_is_work_for_recruiters(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        let grant = Grant { role: Role::Approver, reach: Reach::Organisation };
        let gone = &story.finance[1];
        let secret = story.link(gone).await;
        let page = app.get(&format!("/approvals/{secret}")).await;
        assert_eq!(story.work(&story.desk.recruiter).await, Vec::<String>::new());
        revoke(app.system(), user(gone), grant).await.unwrap();
        assert_eq!(story.work(&story.desk.recruiter).await, ["APPROVER_MISSING"]);
        assert_eq!(refused(story.approve(gone).await), "FORBIDDEN");
        assert_eq!(refused(story.delegate(gone, None, &story.desk.approver).await), "FORBIDDEN");
        let seen = app.get(&format!("/approvals/{secret}")).await;
        assert!(seen.says("does not wait for you any more") && !seen.says("EUR 72,000"), "{}", seen.text());
        let decided = decide(&app, &secret, &page, "approve", &[]).await;
        assert_eq!((decided.status, story.states().await[1].1), (303, Asked));
        story.delegate(&story.desk.recruiter, Some(gone), &story.desk.approver).await.unwrap();
        assert_eq!(story.work(&story.desk.recruiter).await, Vec::<String>::new());
        story.approve(&story.desk.approver).await.unwrap();
        app.check_invariants().await;
    }

    async fn an_approver_is_reminded_once_after_a_day(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        story.approve(&story.finance[0]).await.unwrap();
        app.clock.pass(TimeDelta::hours(25));
        while sweep(&app).step().await.unwrap() > 0 {}
        app.clock.pass(TimeDelta::hours(25));
        while sweep(&app).step().await.unwrap() > 0 {}
        let mut reminded = Vec::new();
        for one in story.finance.iter().chain([&story.chief]) {
            reminded.push(story.letters(LetterKind::ApprovalReminded, one).await);
        }
        assert_eq!(reminded, [0, 1, 1, 0]);
        app.check_invariants().await;
    }

    async fn the_page_shows_the_terms_and_takes_a_yes(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        let by = &story.finance[0];
        let secret = story.link(by).await;
        let path = format!("/approvals/{secret}");
        for _ in 0..3 {
            app.get(&path).await;
            app.head(&path).await;
        }
        let page = app.get(&path).await;
        for words in ["An offer to Ada", "EUR 72,000 per year", "Wrote the clearest review", "is asked later"] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        let blind = app.post(&path, &[("step", "approve"), ("termsHash", page.hidden("termsHash"))]).await;
        assert_eq!(blind.status, 422);
        assert_eq!(story.states().await[0], (0, Asked));
        let other = app.post(&path, &[("step", "approve"), ("nonce", page.hidden("nonce")), ("termsHash", "x")]).await;
        assert!(other.says("The terms have changed"), "{}", other.text());
        let done = decide(&app, &secret, &page, "approve", &[]).await;
        assert_eq!(done.status, 303);
        assert!(app.get(&path).await.says("You have approved this offer"));
        decide(&app, &secret, &page, "reject", &[("reason", "Never mind.")]).await;
        assert_eq!(story.states().await[0], (0, Approved));
        app.check_invariants().await;
    }

    async fn the_page_takes_a_no_with_a_reason_and_a_deputy(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        let (first, second) = (story.link(&story.finance[0]).await, story.link(&story.finance[1]).await);
        let page = app.get(&format!("/approvals/{first}")).await;
        let nobody = decide(&app, &first, &page, "delegate", &[("toId", "")]).await;
        assert_eq!(nobody.status, 422);
        let deputy = user(&story.chief).to_string();
        assert_eq!(decide(&app, &first, &page, "delegate", &[("toId", &deputy)]).await.status, 303);
        assert!(app.get(&format!("/approvals/{first}")).await.says("Somebody else decides"));
        let page = app.get(&format!("/approvals/{second}")).await;
        let silent = decide(&app, &second, &page, "reject", &[("reason", " ")]).await;
        assert!(silent.says("nothing has been decided yet"), "{}", silent.text());
        assert_eq!(decide(&app, &second, &page, "reject", &[("reason", "Above the band.")]).await.status, 303);
        assert!(app.get(&format!("/approvals/{second}")).await.says("You have not approved this offer"));
        assert_eq!(app.offer(story.offer.id).await.status, OfferStatus::Draft);
        app.check_invariants().await;
    }

    async fn a_link_reaches_its_own_offer_alone(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        let (by, offer) = (user(&story.finance[0]), story.offer.id);
        let link = Viewer::Approver { user: by, offer, application: story.offer.application };
        assert_eq!(offers(&link).approving(), Some(offer));
        let query = "query($id: ID!) { offer(id: $id) { id terms { title } versions { approvalRequests { status \
                     title } } } offers { nodes { id } } applications { nodes { id } } postings { nodes { title } } }";
        let answer = app.ask(&link, query, json!({ "id": offer.to_string() })).await;
        let data = &answer["data"];
        assert_eq!(data["offer"]["terms"]["title"], "Backend Developer");
        assert_eq!(data["offer"]["versions"][0]["approvalRequests"].as_array().unwrap().len(), 4);
        assert_eq!(data["offers"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(data["applications"]["nodes"], json!([]));
        story.approve(&link).await.unwrap();
        assert_eq!(story.states().await[0], (0, Approved));
        app.check_invariants().await;
    }

    async fn a_plan_takes_groups_and_says_what_is_wrong_with_them(app: TestApp) {
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let approver = app.staff(Role::Approver, Reach::Organisation).await;
        let create = |groups: Value| {
            json!({ "input": { "name": "Chain", "approval": "CHAIN", "approvalGroups": groups,
                "references": { "least": 0, "managers": 0 }, "stages": [{ "key": "offer", "title": "Offer",
                "steps": [{ "key": "offer", "title": "Offer", "kind": "OFFER", "participant": "APPROVER" }] }] } })
        };
        let query = "mutation($input: PlanCreateInput!) { planCreate(input: $input) { plan { approval \
                     approvalGroups { title needed approvers { id } } } userErrors { code field } } }";
        let one = json!({ "title": "Finance", "needed": 1, "approverIds": [user(&approver).to_string()] });
        let made = app.ask(&admin, query, create(json!([one, { "title": "Head", "needed": 2 }]))).await;
        let plan = &made["data"]["planCreate"]["plan"];
        assert_eq!(plan["approval"], "CHAIN", "{made}");
        assert_eq!(plan["approvalGroups"][0]["approvers"][0]["id"], user(&approver).to_string());
        let wrong = json!([{ "title": "", "needed": 2, "approverIds": [user(&admin).to_string()] }]);
        let refused = app.ask(&admin, query, create(wrong)).await;
        let errors = refused["data"]["planCreate"]["userErrors"].as_array().unwrap();
        assert_eq!(errors.len(), 2, "{refused}");
        let wrong = json!([{ "title": "Any", "needed": 1, "approverIds": [user(&admin).to_string()] }]);
        let refused = app.ask(&admin, query, create(wrong)).await;
        let error = &refused["data"]["planCreate"]["userErrors"][0];
        assert_eq!(error["field"], json!(["approvalGroups", "0", "approverIds", "0"]), "{refused}");
        let empty = app.ask(&admin, query, create(json!([]))).await;
        assert_eq!(empty["data"]["planCreate"]["userErrors"][0]["code"], "REQUIRED", "{empty}");
    }

    async fn two_who_approve_at_once_both_count(app: TestApp) {
        let story = Story::begin(&app).await;
        story.submit().await.unwrap();
        let [first, second, third] = &story.finance[..] else { unreachable!() };
        let ended = tokio::join!(story.approve(first), story.approve(second), story.approve(third));
        let counted = [ended.0.is_ok(), ended.1.is_ok(), ended.2.is_ok()].iter().filter(|ok| **ok).count();
        assert_eq!(counted, 2, "the third is not needed any more: {ended:?}");
        assert_eq!(story.letters(LetterKind::ApprovalRequested, &story.chief).await, 1);
        app.check_invariants().await;
    }
}

/// Sends what the page of an approver holds, with what was filled in.
async fn decide(app: &TestApp, secret: &str, page: &Seen, step: &str, more: &[(&str, &str)]) -> Seen {
    let mut fields =
        vec![("step", step), ("nonce", page.hidden("nonce")), ("termsHash", page.hidden("termsHash"))];
    fields.extend(more);
    app.post(&format!("/approvals/{secret}"), &fields).await
}
