//! Mail that comes in, over HTTP and on both databases: what each report, answer and reply does, once, and what strangers can't.

mod hostile;
mod sent;

use std::sync::Arc;

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use vacantia::actions::application::{self, Decline, Notice};
use vacantia::domain::Viewer;
use vacantia::domain::id::{ApplicationId, EmailMessageId};
use vacantia::domain::interview::Response;
use vacantia::domain::mailing::{Inbound, Mailing};
use vacantia::domain::site::Site;
use vacantia::mail::inbound::LARGEST;
use vacantia::mail::seal::Sealed;

use crate::app::TestApp;
use crate::meeting::id;
use crate::offering::short;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn inbound() -> Inbound {
    Inbound { domain: "in.example.com".into(), secret: SECRET.into(), former: None }
}

/// The same app, to whose domain mail comes back.
pub fn receiving(mut app: TestApp) -> TestApp {
    let mailing = Mailing { inbound: Some(inbound()), ..Mailing::default() };
    app.site = Arc::new(Site { mailing, ..(*app.site).clone() });
    app
}

fn request(raw: impl Into<Vec<u8>>) -> TestRequest {
    let authorization = ("authorization", format!("Bearer {SECRET}"));
    TestRequest::post().uri("/inbound/mail").insert_header(authorization).set_payload(raw.into())
}

/// What became of a mail.
async fn post(app: &TestApp, raw: impl Into<Vec<u8>>) -> String {
    let seen = app.send(request(raw)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let answer: Value = serde_json::from_str(&seen.body).unwrap();
    answer["outcome"].as_str().unwrap().to_owned()
}

fn report(to: &str, action: &str, status: &str, diagnostic: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: {to}\r\nSubject: Undelivered\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
         Final-Recipient: rfc822; somebody@example.net\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; {diagnostic}\r\n\r\n--b--\r\n"
    )
}

fn reply(application: ApplicationId, from: &str, more: &str, text: &str) -> String {
    let to = Sealed::Reply(application).address(&inbound());
    format!(
        "From: Somebody <{from}>\r\nTo: Example Works <{to}>\r\nSubject: Re: Hello\r\n{more}\r\n{text}\r\n"
    )
}

async fn mail(app: &TestApp, application: ApplicationId) -> EmailMessageId {
    let sql = format!(
        "SELECT id AS text FROM email_message WHERE application_id = '{application}' ORDER BY created_at, id"
    );
    app.texts(&sql).await.remove(0).parse().unwrap()
}

fn path(mail: EmailMessageId) -> String {
    Sealed::Bounce(mail).address(&inbound())
}

async fn leave(app: &TestApp, mail: EmailMessageId, state: &str) {
    app.beside(&format!(
        "UPDATE email_message SET state = '{state}', transmit_fence = 1 WHERE id = '{mail}'"
    ))
    .await;
}

async fn state(app: &TestApp, mail: EmailMessageId) -> String {
    app.texts(&format!("SELECT state AS text FROM email_message WHERE id = '{mail}'")).await.remove(0)
}

async fn events(app: &TestApp, kind: &str) -> usize {
    app.texts(&format!("SELECT kind AS text FROM event WHERE kind = '{kind}'")).await.len()
}

async fn work(app: &TestApp, viewer: &Viewer) -> Vec<String> {
    let answer = app
        .ask(viewer, "{ work { nodes { kind emailMessage { status } message { text } } } }", json!({}))
        .await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let nodes = answer["data"]["work"]["nodes"].as_array().unwrap().iter();
    let mut kinds: Vec<_> = nodes.map(|node| node["kind"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

const MESSAGES: &str = "query($id: ID!) { application(id: $id) { messages(last: 100) { nodes { id from fromCandidate automatic subject \
    text attachments attachmentCount response readAt readBy { id } application { id } } } } }";

async fn messages(app: &TestApp, viewer: &Viewer, id: ApplicationId) -> Vec<Value> {
    let answer = app.ask(viewer, MESSAGES, json!({ "id": id.to_string() })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["application"]["messages"]["nodes"].as_array().cloned().unwrap_or_default()
}

/// The codes that a mutation is refused with.
async fn codes(app: &TestApp, viewer: &Viewer, mutation: &str, input: Value) -> Vec<String> {
    let name = mutation[..1].to_uppercase() + &mutation[1..];
    let query =
        format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
    let answer = app.ask(viewer, &query, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let errors = answer["data"][mutation]["userErrors"].as_array().unwrap().iter();
    errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn letters_say_where_they_come_back(app: TestApp) {
        let app = receiving(app);
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Ada").await;
        let about = sent.application;
        let first = mail(&app, about).await;
        let paths = format!("SELECT envelope_from AS text FROM email_message WHERE id = '{first}'");
        assert_eq!(app.texts(&paths).await, [path(first)]);
        let mails = app.mails().await;
        let (received, offer) = (&mails[0], mails.last().unwrap());
        let back = Sealed::Reply(about).address(&inbound());
        for mail in [received, offer] {
            assert!(mail.header("Reply-To").unwrap().contains(&back), "{:?}", mail.header("Reply-To"));
        }
        assert_eq!(received.header("Feedback-ID"), Some("applicationReceived:example-works:jobs.example.com:vacantia"));
        assert_eq!((received.header("In-Reply-To"), received.header("References")), (None, None));
        for header in ["In-Reply-To", "References"] {
            assert_eq!(offer.header(header), received.header("Message-ID"));
        }
    }

    async fn without_a_domain_nothing_is_taken_in(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await.id;
        assert_eq!(app.send(request("From: a@b.example\r\n\r\nHello")).await.status, 404);
        assert_eq!(app.texts("SELECT envelope_from AS text FROM email_message").await, ["jobs@example.com"]);
        assert!(app.mails().await[0].header("Reply-To").unwrap().contains("people@example.com"), "{ada}");
    }

    async fn only_whoever_shows_the_secret_hands_over_mail(app: TestApp) {
        let app = receiving(app);
        let mail = "From: a@b.example\r\n\r\nHello";
        for authorization in ["", "Bearer x", &format!("Basic {SECRET}"), &format!("Bearer {SECRET}0")] {
            let request = TestRequest::post().uri("/inbound/mail").set_payload(mail);
            let seen = app.send(request.insert_header(("authorization", authorization))).await;
            assert_eq!((seen.status, seen.header("www-authenticate")), (401, "Bearer"), "{authorization}");
        }
        let seen = app.send(TestRequest::get().uri("/inbound/mail")).await;
        assert!(seen.status == 404 || seen.status == 405, "{}", seen.status);
        assert_eq!(app.send(request(vec![b'a'; LARGEST + 1])).await.status, 413);
        assert_eq!(post(&app, mail).await, "ignored");
    }

    async fn what_comes_back_is_seen_and_not_sent_there_again(app: TestApp) {
        let app = receiving(app);
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let first = mail(&app, ada.id).await;
        let raw = report(&path(first), "failed", "5.1.1", "550 5.1.1 <ada@example.org>: no such user");
        assert_eq!((post(&app, raw.clone()).await, state(&app, first).await), ("ignored".into(), "queued".into()));
        leave(&app, first, "sent").await;
        assert_eq!(post(&app, raw.clone()).await, "bounced");
        assert_eq!(post(&app, raw.clone()).await, "repeated");
        // The same report by another way is another body, and says nothing new.
        assert_eq!(post(&app, format!("Received: by x\r\n{raw}")).await, "ignored");
        assert_eq!(state(&app, first).await, "bounced");
        let told = app.texts(&format!("SELECT last_reply AS text FROM email_message WHERE id = '{first}'")).await;
        assert_eq!(told, ["5.1.1 550 5.1.1 <ada@example.org>: no such user"]);
        assert_eq!((events(&app, "emailUpdated").await, events(&app, "candidateUndeliverable").await), (1, 1));
        assert_eq!(work(&app, &recruiter).await, ["ADDRESS_DEAD", "EMAIL_FAILED"]);

        // Another letter would come back too.
        let decline = Decline { application: ada.id, revision: None, reason: "x".into(), note: None, notice: Notice::Mail };
        application::decline(app.act(&recruiter), decline).await.unwrap();
        let omitted = app.texts("SELECT facts AS text FROM event WHERE kind = 'emailOmitted'").await;
        assert!(omitted.len() == 1 && omitted[0].contains("addressDead"), "{omitted:?}");
        assert_eq!(app.texts("SELECT id AS text FROM email_message").await.len(), 1);

        let query = "query($id: ID!) { candidate(id: $id) { contact { email undeliverableSince } } }";
        let contact = app.ask(&recruiter, query, json!({ "id": ada.candidate.to_string() })).await;
        assert!(contact["data"]["candidate"]["contact"]["undeliverableSince"].is_string(), "{contact}");
        let update = json!({ "candidateId": ada.candidate.to_string(), "email": "ada@new.example.org" });
        assert!(codes(&app, &recruiter, "candidateUpdate", update).await.is_empty());
        let contact = app.ask(&recruiter, query, json!({ "id": ada.candidate.to_string() })).await;
        let now = json!({ "email": "ada@new.example.org", "undeliverableSince": null });
        assert_eq!(contact["data"]["candidate"]["contact"], now);
        app.apply(posted.id, "Bo").await;
        let taken = app.texts("SELECT email AS text FROM candidate_contact WHERE email <> 'ada@new.example.org'").await;
        let update = json!({ "candidateId": ada.candidate.to_string(), "email": taken[0].to_uppercase() });
        assert_eq!(codes(&app, &recruiter, "candidateUpdate", update).await, ["TAKEN"]);

        let dismiss = json!({ "emailMessageId": first.to_string() });
        for _ in 0..2 {
            assert!(codes(&app, &recruiter, "emailMessageDismiss", dismiss.clone()).await.is_empty());
        }
        assert_eq!(events(&app, "emailDismissed").await, 1);
        assert!(work(&app, &recruiter).await.is_empty());
    }

    async fn other_failures_leave_the_address_alone(app: TestApp) {
        let app = receiving(app);
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        for (name, code) in [("Ada", "5.2.2"), ("Bo", "5.7.1"), ("Cy", "4.4.7")] {
            let first = mail(&app, app.apply(posted.id, name).await.id).await;
            leave(&app, first, "transmitting").await;
            assert_eq!(post(&app, report(&path(first), "failed", code, "no")).await, "bounced", "{code}");
        }
        assert_eq!(work(&app, &recruiter).await, ["EMAIL_FAILED"; 3]);
        assert_eq!(events(&app, "candidateUndeliverable").await, 0);
    }

    async fn what_is_late_or_arrived_is_noted(app: TestApp) {
        let app = receiving(app);
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let sent = desk.sent(&posted, "Ada").await;
        let about = format!("SELECT id AS text FROM email_message WHERE offer_id = '{}' AND kind = 'offer'", sent.id);
        let offer: EmailMessageId = app.texts(&about).await.remove(0).parse().unwrap();
        leave(&app, offer, "unknown").await;
        assert_eq!(post(&app, report(&path(offer), "delayed", "4.4.1", "busy")).await, "delayed");
        assert_eq!((state(&app, offer).await.as_str(), events(&app, "emailDelayed").await), ("unknown", 1));
        assert_eq!(post(&app, report(&path(offer), "relayed", "2.1.9", "250 ok")).await, "delivered");
        assert_eq!((state(&app, offer).await.as_str(), events(&app, "offerDelivered").await), ("sent", 1));
        assert_eq!(post(&app, report(&path(offer), "delivered", "2.1.5", "250 ok")).await, "ignored");
        // It came back after all, which is the last word.
        assert_eq!(post(&app, report(&path(offer), "failed", "5.4.7", "expired")).await, "bounced");
        let other = mail(&app, app.apply(posted.id, "Bo").await.id).await;
        leave(&app, other, "unknown").await;
        assert_eq!(post(&app, report(&path(other), "failed", "5.0.0", "")).await, "bounced");
        assert_eq!(post(&app, report(&path(other), "delivered", "2.0.0", "")).await, "ignored");
    }

    async fn nobody_makes_up_a_return_path(app: TestApp) {
        let app = receiving(app);
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await.id;
        let first = mail(&app, ada).await;
        leave(&app, first, "sent").await;
        let absent = EmailMessageId::new(app.now(), &*app.chance);
        let forged = path(first).replace("@in", "0@in");
        let elsewhere = path(first).replace("in.example.com", "example.com");
        let others = Sealed::Bounce(first).address(&Inbound { secret: "x".into(), ..inbound() });
        let replies = Sealed::Reply(ada).address(&inbound());
        for to in [forged, elsewhere, others, replies, path(absent), "jobs@example.com".into(), String::new()] {
            assert_eq!(post(&app, report(&to, "failed", "5.1.1", "x")).await, "ignored", "{to}");
        }
        // What is no report does nothing there either.
        assert_eq!(post(&app, format!("From: a@b.example\r\nTo: {}\r\n\r\nI am away.", path(first))).await, "ignored");
        assert_eq!((state(&app, first).await.as_str(), events(&app, "emailUpdated").await), ("sent", 0));
        assert!(app.texts("SELECT sha256 AS text FROM inbound_mail").await.is_empty());
    }

    async fn what_candidates_write_waits_for_somebody_to_read_it(app: TestApp) {
        let app = receiving(app);
        let (recruiter, admin) = (app.recruiter().await, app.desk().await.approver);
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let own = app.texts("SELECT email AS text FROM candidate_contact").await.remove(0);
        let raw = reply(ada.id, &own.to_uppercase(), "Message-ID: <1@example.org>\r\n", "When do we talk?\0\u{202e}");
        let (one, other) = tokio::join!(post(&app, raw.clone()), post(&app, raw.clone()));
        assert_eq!(std::collections::BTreeSet::from([one.as_str(), other.as_str()]), ["kept", "repeated"].into());
        let html = "Content-Type: multipart/mixed; boundary=x\r\n";
        let parts = "--x\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>Gr\u{fc}n</p><script>x()</script><div>oder <b>blau</b></div>\
                     \r\n--x\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--x--\r\n";
        let raw: Vec<u8> = reply(ada.id, "eve@evil.example", html, parts).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(post(&app, raw).await, "kept");
        let found = messages(&app, &recruiter, ada.id).await;
        assert_eq!(found.len(), 2);
        let theirs = found.iter().find(|message| message["fromCandidate"] == true).unwrap();
        assert_eq!((&theirs["text"], &theirs["automatic"], &theirs["subject"]), (&json!("When do we talk?"), &json!(false), &json!("Re: Hello")));
        let others = found.iter().find(|message| message["fromCandidate"] == false).unwrap();
        assert_eq!((&others["from"], &others["text"]), (&json!("eve@evil.example"), &json!("Grün\n\noder blau")));
        assert_eq!((&others["attachments"], &others["attachmentCount"]), (&json!(["a.pdf"]), &json!(1)));

        let applicant = Viewer::Applicant { application: ada.id, candidate: ada.candidate };
        for stranger in [&applicant, &admin, &Viewer::Anonymous] {
            assert!(messages(&app, stranger, ada.id).await.is_empty());
            let read = json!({ "messageId": theirs["id"] });
            assert_eq!(codes(&app, stranger, "messageRead", read).await, ["NOT_FOUND"]);
        }
        assert_eq!(work(&app, &recruiter).await, ["REPLY_TO_READ", "REPLY_TO_READ"]);
        for message in [theirs, theirs, others] {
            assert!(codes(&app, &recruiter, "messageRead", json!({ "messageId": message["id"] })).await.is_empty());
        }
        assert_eq!((work(&app, &recruiter).await.len(), events(&app, "messageRead").await), (0, 2));
        let read = messages(&app, &recruiter, ada.id).await;
        assert!(read.iter().all(|message| message["readBy"]["id"] == json!(recruiter.user().unwrap().to_string())));
    }

    async fn what_machines_write_is_kept_and_asks_nobody(app: TestApp) {
        let app = receiving(app);
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await.id;
        for header in ["Auto-Submitted: auto-replied (vacation)", "auto-submitted: auto-generated; x=y", "Precedence: bulk", "PRECEDENCE: List", "Return-Path: <>"] {
            assert_eq!(post(&app, reply(ada, "a@b.example", &format!("{header}\r\n"), "I am away.")).await, "kept", "{header}");
        }
        assert_eq!(post(&app, reply(ada, "a@b.example", "Auto-Submitted: no\r\nPrecedence: normal\r\nReturn-Path: <a@b.example>\r\n", "Hello")).await, "kept");
        let found = messages(&app, &recruiter, ada).await;
        let automatic = found.iter().filter(|message| message["automatic"] == true && message["readAt"].is_string());
        assert_eq!((found.len(), automatic.count(), work(&app, &recruiter).await.len()), (6, 5, 1));
    }

    async fn an_answer_to_an_invitation_is_noted_for_colleagues_and_read_for_candidates(app: TestApp) {
        let app = receiving(app);
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let interview = meet.set(&[&bob]).await;
        let bobs = app.texts(&format!("SELECT email AS text FROM user_account WHERE id = '{}'", id(&bob))).await.remove(0);
        let adas = app.texts(&format!("SELECT email AS text FROM candidate_contact WHERE candidate_id = '{}'", meet.ada.candidate)).await.remove(0);
        let answer = |who: &str, partstat: &str, uid: &str, sequence: i32| {
            format!(
                "From: {who}\r\nTo: jobs@example.com\r\nSubject: {partstat}\r\nMIME-Version: 1.0\r\n\
                 Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--c\r\n\
                 Content-Type: text/calendar; method=REPLY; charset=UTF-8\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n\
                 METHOD:REPLY\r\nBEGIN:VEVENT\r\nDTSTAMP:20270115T080000Z\r\nSEQUENCE:{sequence}\r\nUID:{uid}\r\n\
                 ATTENDEE;CN=\"Bob: B\";PARTSTAT={partstat}:MAILTO:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n\r\n--c--\r\n",
                who.to_uppercase()
            )
        };
        assert_eq!(post(&app, answer(&bobs, "TENTATIVE", &interview.uid, 0)).await, "responded");
        assert_eq!(app.people(interview.id).await[0].response, Response::Tentative);
        assert_eq!(post(&app, answer(&bobs, "ACCEPTED", &interview.uid, 0)).await, "responded");
        assert_eq!(app.people(interview.id).await[0].response, Response::Accepted);
        assert_eq!(post(&app, answer(&adas, "ACCEPTED", &interview.uid, 0)).await, "responded");
        assert_eq!(post(&app, answer(&adas, "DECLINED", &interview.uid, 0)).await, "responded");
        for (who, uid, sequence) in [("eve@evil.example", interview.uid.as_str(), 0), (&bobs, "x@y.example", 0), (&bobs, &interview.uid, -1)] {
            assert_eq!(post(&app, answer(who, "DECLINED", uid, sequence)).await, "ignored", "{who} {uid} {sequence}");
        }
        let recruiter = app.recruiter().await;
        let found = messages(&app, &recruiter, meet.ada.id).await;
        let told: Vec<_> = found.iter().map(|message| (message["response"].as_str().unwrap(), message["readAt"].is_null())).collect();
        assert!(told.contains(&("ACCEPTED", false)) && told.contains(&("DECLINED", true)) && told.len() == 2, "{told:?}");
        assert!(work(&app, &recruiter).await.contains(&"REPLY_TO_READ".to_owned()));
        // Nothing follows by itself.
        assert_eq!(app.people(interview.id).await[0].response, Response::Accepted);
        assert_eq!(app.texts("SELECT state AS text FROM interview").await, ["scheduled"]);
    }
}
