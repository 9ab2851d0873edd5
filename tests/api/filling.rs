//! A database with something of everything in it, for what goes out and comes back.

use sea_orm::{ConnectionTrait, Statement, Value};
use vacantia::actions::application::{self, GoBack};

use crate::app::TestApp;
use crate::offering::short;

/// What texts have to survive.
pub const HOSTILE: &[&str] = &[
    "",
    "null",
    "\\u0000 \\n \\\\ \"quoted\" 'single' `tick`",
    "\u{1}\u{8}\u{b}\u{1b}[31m\u{7f}\u{85}\u{feff}\r\n\t",
    "\u{2028}\u{2029}\u{202e}desrever\u{202c}\u{200f}",
    "]]></script><!-- &amp; &#0; -->",
    "日本語 Zoë O\u{308} 👩‍👩‍👧‍👦 \u{10ffff}\u{fffd}",
    "'; DROP TABLE team; --",
    "{\"type\":\"end\"}\n{\"type\":\"team\"}",
];

/// Of every noun at least one record, and every text that somebody else chose as hostile as it can be.
pub async fn fill(app: &TestApp) {
    let desk = app.desk().await;
    let posted =
        app.posting("Backend").hiring("Create", 3).hiring("Plan", 1).with_stages(short()).open().await;
    app.posting("Frontend").hiring("Verify", 2).open().await;
    desk.hired(&posted, "Zoe OHara").await;
    let sent = desk.sent(&posted, "Ada").await;
    let moved = app.application(sent.application).await;
    let (revision, to, reason) = (moved.revision, "review".to_owned(), "Again.".to_owned());
    let back = GoBack { application: moved.id, revision, to, reason };
    application::go_back(app.act(&desk.recruiter), back).await.unwrap();
    let mut keyed = app.submission(posted.id, "Bea");
    keyed.preferred_teams = vec![posted.teams[1].team, posted.teams[0].team];
    keyed.idempotency_key = Some("once \u{202e}é".into());
    application::submit(app.act(&desk.recruiter), keyed).await.unwrap();
    for (place, text) in HOSTILE.iter().enumerate() {
        app.apply(posted.id, &format!("Candidate {place}")).await;
        let name = format!("Candidate {place}");
        set(app, "UPDATE candidate SET name = $1 WHERE name = $2", [(*text).into(), name.as_str().into()])
            .await;
    }
    let brought = "INSERT INTO application_transfer (application_id, revision, from_posting_id, to_posting_id, from_plan_id, \
                   from_plan_version, from_stage, to_stage, reason, transferred_by, transferred_at) SELECT a.id, 9, p.id, \
                   a.posting_id, a.plan_id, a.plan_version, 1, 0, 'r', 'system', $1 FROM application a JOIN posting p ON p.id <> a.posting_id LIMIT 1";
    set(app, brought, [app.now().into()]).await;
    let long = HOSTILE.concat().repeat(400);
    for column in [
        "justification SET body",
        "application_return SET reason",
        "application_transfer SET reason",
        "offer_decision SET user_agent",
        "offer_decision SET name",
    ] {
        set(app, &format!("UPDATE {column} = $1"), [long.as_str().into()]).await;
    }
    let document =
        format!("{{ \"ü\" : [1,\n\r\n 12345678901234567890, 1e400, {}] }}", serde_json::json!(long));
    set(app, "UPDATE plan SET definition = $1 WHERE name <> $2", [document.into(), "none".into()]).await;
    let every_byte: Vec<u8> = (0..=255).collect();
    set(app, "UPDATE email_message SET raw = $1 WHERE raw IS NOT NULL", [every_byte.into()]).await;
    attempt(app).await;
    let ping = "INSERT INTO ping (id, kind, target, urls, state, attempts, run_at, fence, created_at, done_at, last_code, last_reply) \
                VALUES ('ping_00000000000000000000000000', 'indexnow', 'https://engine.example.com/', $1, 'failed', 12, $2, 12, $2, $2, \
                403, $3)";
    let pages = "[\"https://jobs.example.com/jobs/a\",\n \"\\ud800\"]";
    set(app, ping, [pages.into(), app.now().into(), HOSTILE[5].into()]).await;
    let user = "INSERT INTO api_token (id, user_id, name, secret_hash, scopes, last_four, created_at, expires_at) \
                SELECT 'tok_00000000000000000000000000', id, 'k', 'h', 'read', 'abcd', $1, $1 FROM user_account LIMIT 1";
    set(app, user, [app.now().into()]).await;
    let source = "INSERT INTO posting_source (posting_id, system, board, external_id, record, digest, imported_at) \
                  SELECT id, 'lever', $1, $1, '{\"text\": \"\\u0000\\ud800\"}', 'd', $2 FROM posting LIMIT 1";
    set(app, source, [HOSTILE[6].into(), app.now().into()]).await;
    let listed = "INSERT INTO feed_change (posting_id, place, listed_by, number, changed_at, left_at, listed_title) \
                  SELECT id, 0, 1, 9007199254740993, $1, $1, $2 FROM posting LIMIT 1";
    set(app, listed, [app.now().into(), HOSTILE[4].into()]).await;
    set(app, "INSERT INTO feed_edition (channel, fingerprint) VALUES ($1, 'f')", ["rss".into()]).await;
    let channel = "INSERT INTO channel_setting (channel, enabled, private, key_hash, key_created_at, company_id, \
                   tracking_source, changed_at, revision) VALUES ('linkedin', $1, $2, 'h', $3, '12', 'ours', $3, 2)";
    set(app, channel, [false.into(), true.into(), app.now().into()]).await;
    let fetch =
        "INSERT INTO feed_fetch (channel, at, who, status, key_used_at) VALUES ('linkedin', $1, $2, 304, $1)";
    set(app, fetch, [app.now().into(), HOSTILE[3].into()]).await;
    set(app, "UPDATE application SET channel = $1 WHERE revision > 1", ["indeed".into()]).await;
    let interview = "INSERT INTO interview (id, application_id, step_id, round, state, starts_at, ends_at, zone, place, uid, \
                     sequence, arranged_at, created_at, created_by, revision) \
                     SELECT 'intv_00000000000000000000000000', application_id, id, 1, 'held', $2, $2, 'Europe/Berlin', $1, \
                     $1, 3, $2, $2, 'system', 2 FROM application_step LIMIT 1";
    set(app, interview, [HOSTILE[5].into(), app.now().into()]).await;
    let comes = "INSERT INTO interview_participant (interview_id, user_id, shadow, response, added_at) \
                 SELECT 'intv_00000000000000000000000000', id, $1, 'tentative', $2 FROM user_account LIMIT 1";
    set(app, comes, [true.into(), app.now().into()]).await;
    set(
        app,
        "UPDATE application SET referrer_id = (SELECT id FROM user_account LIMIT 1) WHERE revision > $1",
        [0.into()],
    )
    .await;
    let answer = "INSERT INTO answer (id, application_id, position, question_key, question_label, question_kind, value) \
                  SELECT 'ans_00000000000000000000000000', id, 1, 'k', $1, 'prose', $1 FROM application LIMIT 1";
    set(app, answer, [long.as_str().into()]).await;
    let step = "UPDATE application_step SET kit = $1 WHERE key = (SELECT min(key) FROM application_step)";
    set(app, step, ["{\"purpose\": \"\\ud800\"}".into()]).await;
    let code = "INSERT INTO offer_code (offer_id, version, code_hash, sent_at, tries, codes) \
                SELECT id, 1, 'h', $1, 5, 10 FROM offer LIMIT 1";
    set(app, code, [app.now().into()]).await;
    let document = "INSERT INTO offer_document (offer_id, version, made_at, sha256, size, content, unprintable) \
                    SELECT id, 1, $1, 'h', 3, $2, NULL FROM offer LIMIT 1";
    set(app, document, [app.now().into(), vec![0_u8, 255, 10].into()]).await;
    let unprintable = "INSERT INTO offer_document (offer_id, version, made_at, unprintable) SELECT id, 2, $1, $2 FROM offer LIMIT 1";
    set(app, unprintable, [app.now().into(), HOSTILE[4].into()]).await;
    set(app, "UPDATE offer_decision SET code_sent_at = $1", [app.now().into()]).await;
    let words = "INSERT INTO letter_template (kind, language, version, subject, body, saved_at) \
                 VALUES ('offer', 'pt-BR', 1, $1, $2, $3)";
    set(app, words, [HOSTILE[4].into(), long.as_str().into(), app.now().into()]).await;
    let reply = "INSERT INTO saved_reply (id, owner_id, name, name_key, subject, body, saved_at, revision) \
                 SELECT 'reply_00000000000000000000000000', min(id), $1, 'key', $2, $1, $3, 2 FROM user_account";
    set(app, reply, [HOSTILE[3].into(), HOSTILE[4].into(), app.now().into()]).await;
    let written = "UPDATE email_message SET template_language = 'pt-BR', template_version = $1";
    set(app, written, [1.into()]).await;
    set(app, "UPDATE application SET language = $1", ["pt-BR".into()]).await;
    set(app, "UPDATE offer SET send_at = $1, send_until = $1", [app.now().into()]).await;
    set(app, "UPDATE application SET preference_since = $1 WHERE revision > 1", [app.now().into()]).await;
    let form = "INSERT INTO form (id, application_id, step_id, round, questions, due_at, remind_at, sent_at, sent_by) \
                SELECT 'form_00000000000000000000000000', application_id, id, 1, $1, $2, $2, $2, 'system' \
                FROM application_step LIMIT 1";
    set(app, form, ["{\"questions\": []}".into(), app.now().into()]).await;
    let answer = "INSERT INTO form_answer (id, form_id, position, question_key, question_label, question_kind, value) \
                  SELECT 'ans_00000000000000000000000001', id, 1, 'k', $1, 'prose', $1 FROM form LIMIT 1";
    set(app, answer, [long.as_str().into()]).await;
    let card = "INSERT INTO scorecard (id, application_id, step_id, round, author_id, version, revision, attributes, pros, \
                saved_at) SELECT 'card_00000000000000000000000000', s.application_id, s.id, 1, u.id, 1, 1, \
                '{\"attributes\": []}', $1, $2 FROM application_step s, user_account u LIMIT 1";
    set(app, card, [HOSTILE[2].into(), app.now().into()]).await;
    let asked = "INSERT INTO scorecard_request (step_id, round, user_id, application_id, due_at, requested_at) \
                 SELECT step_id, 1, author_id, application_id, $1, $1 FROM scorecard";
    set(app, asked, [app.now().into()]).await;
    offer_times(app).await;
    note(app, &long).await;
    chain(app).await;
    come_in(app, &long).await;
    refer(app, &long).await;
}

async fn offer_times(app: &TestApp) {
    let slots = "INSERT INTO slots (id, application_id, step_id, round, state, zone, remind_at, offered_at, offered_by, \
                 declined_at, note) SELECT 'slots_00000000000000000000000000', application_id, id, 1, 'open', 'Europe/Berlin', \
                 $2, $2, 'system', $2, $1 FROM application_step LIMIT 1";
    set(app, slots, [HOSTILE[4].into(), app.now().into()]).await;
    let slot = "INSERT INTO slot (id, slots_id, starts_at, ends_at) \
                SELECT 'slot_00000000000000000000000000', id, $1, $1 FROM slots";
    set(app, slot, [app.now().into()]).await;
    let comes = "INSERT INTO slot_participant (slots_id, user_id, shadow, position) \
                 SELECT s.id, u.id, $1, 0 FROM slots s, user_account u LIMIT 1";
    set(app, comes, [true.into()]).await;
}

async fn chain(app: &TestApp) {
    let request = "INSERT INTO approval_request (id, offer_id, version, round, position, title, needed, approver_id, state, \
                   asked_at, reminded_at, ended_at, in_place_of) SELECT 'apreq_00000000000000000000000000', f.id, 1, 1, 3, \
                   $1, 1, u.id, 'released', $2, $2, $2, u.id FROM offer f, user_account u LIMIT 1";
    set(app, request, [HOSTILE[5].into(), app.now().into()]).await;
}

async fn note(app: &TestApp, long: &str) {
    let note = "INSERT INTO note (id, application_id, author_id, body, created_at) \
                SELECT 'note_00000000000000000000000000', a.id, u.id, $1, $2 FROM application a, user_account u LIMIT 1";
    set(app, note, [long.into(), app.now().into()]).await;
    let mention =
        "INSERT INTO note_mention (note_id, user_id) SELECT n.id, n.author_id FROM note n WHERE n.body <> $1";
    set(app, mention, ["none".into()]).await;
    let tag = "INSERT INTO tag (name_key, name) VALUES ($1, $2)";
    set(app, tag, [HOSTILE[6].into(), HOSTILE[4].into()]).await;
    let tagged =
        "INSERT INTO application_tag (application_id, name_key) SELECT a.id, $1 FROM application a LIMIT 1";
    set(app, tagged, [HOSTILE[6].into()]).await;
}

async fn come_in(app: &TestApp, long: &str) {
    let mail = "INSERT INTO inbound_mail (sha256, received_at) VALUES ($1, $2)";
    set(app, mail, ["ba7816bf".into(), app.now().into()]).await;
    let message = "INSERT INTO message (id, application_id, sha256, message_id, sender, from_candidate, automatic, subject, body, \
                   attachments, attachment_count, interview_id, response, received_at, read_at, read_by, author_id, email_id) \
                   SELECT 'msg_00000000000000000000000000', i.application_id, 'ba7816bf', $1, $1, $4, $5, $1, $2, \
                   '[\"\\ud800\"]', 7, i.id, 'tentative', $3, $3, u.id, u.id, e.id \
                   FROM interview i, user_account u, email_message e LIMIT 1";
    let values = [HOSTILE[3].into(), long.into(), app.now().into(), true.into(), false.into()];
    set(app, message, values).await;
    set(app, "UPDATE candidate_contact SET undeliverable_since = $1", [app.now().into()]).await;
}

async fn refer(app: &TestApp, long: &str) {
    let request = "INSERT INTO reference_request (id, application_id, step_id, round, wanted, questions, due_at, remind_at, \
                   sent_at, sent_by) SELECT 'refreq_00000000000000000000000000', application_id, id, 1, 2, $1, $2, $2, $2, \
                   'system' FROM application_step LIMIT 1";
    set(app, request, ["{\"questions\": []}".into(), app.now().into()]).await;
    let reference = "INSERT INTO reference (id, request_id, application_id, step_id, name, email, email_key, relation, state, \
                     nominated_by, agreement, requested_at, due_at, remind_at, ended_at, consent, recommendation) \
                     SELECT 'ref_00000000000000000000000000', id, application_id, step_id, $1, $1, $1, 'report', \
                     'complete', 'system', 'nominate-1', $2, $2, $2, $2, 'refer-1', 'withReservations' \
                     FROM reference_request";
    set(app, reference, [HOSTILE[1].into(), app.now().into()]).await;
    let answer = "INSERT INTO reference_answer (id, reference_id, position, question_key, question_label, question_kind, \
                  value) SELECT 'ans_00000000000000000000000002', id, 1, 'k', $1, 'prose', $1 FROM reference";
    set(app, answer, [long.into()]).await;
}

async fn attempt(app: &TestApp) {
    let sql = "INSERT INTO email_attempt (email_message_id, fence, worker, started_at, reply) \
               SELECT id, 7, 'w', $1, $2 FROM email_message LIMIT 1";
    // To the microsecond, as the clock gives it.
    let at = app.now() + chrono::TimeDelta::microseconds(123_456);
    set(app, sql, [at.into(), HOSTILE[3].into()]).await;
}

pub async fn set<const N: usize>(app: &TestApp, sql: &str, values: [Value; N]) {
    let beside = app.database.beside().await;
    let statement = Statement::from_sql_and_values(beside.get_database_backend(), sql, values);
    assert!(beside.execute_raw(statement).await.unwrap().rows_affected() > 0, "{sql}");
}
