//! Every table and column there is. What a table refers to stands before it.

use super::cell::Sort;
use super::{Field, Form, Noun};
use crate::domain::country::Country;
use crate::domain::id::{
    AllotmentId, AnswerId, ApplicationId, ApprovalId, ApprovalRequestId, CandidateId, ChangeId,
    EmailMessageId, FormId, GrantId, InterviewId, LinkId, MessageId, NoteId, OfferId, OpeningId, PingId,
    PlanId, PostingId, PostingTeamId, ReferenceId, ReferenceRequestId, SavedReplyId, ScorecardId, SlotId,
    SlotsId, StepId, TeamId, TokenId, UserId,
};
use crate::domain::{
    application, approval, email, event, feed, interview, link, message, offer, opening, ping, place, plan,
    posting, posting_source, question, reference, scorecard, slot, step, viewer,
};

const TEXT: Form = plain(Sort::Text);
const INTEGER: Form = plain(Sort::Integer);
const LONG: Form = plain(Sort::Long);
const FLAG: Form = plain(Sort::Flag);
const INSTANT: Form = plain(Sort::Instant);
const BYTES: Form = plain(Sort::Bytes);
const DOCUMENT: Form = plain(Sort::Document);

const fn plain(sort: Sort) -> Form {
    Form { sort, optional: false }
}

/// Text of one of the domain's types.
const fn word<T: std::str::FromStr>() -> Form {
    fn is_one<T: std::str::FromStr>(text: &str) -> bool {
        text.parse::<T>().is_ok()
    }
    plain(Sort::Word(is_one::<T>))
}

/// As `form`, or nothing.
const fn perhaps(form: Form) -> Form {
    Form { optional: true, ..form }
}

macro_rules! nouns {
    ($($name:literal = $table:ident by $($key:ident),+ { $($column:ident: $form:expr),+ $(,)? })+) => {
        /// Every kind of record, in the order of the file.
        pub static NOUNS: &[Noun] = &[$(Noun {
            name: $name,
            table: stringify!($table),
            key: &[$(stringify!($key)),+],
            fields: &[$(Field { column: stringify!($column), form: $form }),+],
        }),+];
    };
}

nouns! {
    "team" = team by id {
        id: word::<TeamId>(), name: TEXT, name_key: TEXT, created_at: INSTANT, revision: INTEGER,
    }
    "user" = user_account by id {
        id: word::<UserId>(), email: TEXT, email_key: TEXT, name: TEXT, title: perhaps(TEXT), created_at: INSTANT,
    }
    "grant" = role_grant by id {
        id: word::<GrantId>(), user_id: word::<UserId>(), role: word::<viewer::Role>(),
        posting_id: perhaps(word::<PostingId>()), team_id: perhaps(word::<TeamId>()), created_at: INSTANT,
    }
    "token" = api_token by id {
        id: word::<TokenId>(), user_id: word::<UserId>(), name: TEXT, secret_hash: TEXT, scopes: TEXT, last_four: TEXT,
        created_at: INSTANT, expires_at: INSTANT, revoked_at: perhaps(INSTANT),
    }
    "plan" = plan by id, version {
        id: word::<PlanId>(), version: INTEGER, name: TEXT, definition: DOCUMENT, created_at: INSTANT,
    }
    "posting" = posting by id {
        id: word::<PostingId>(), slug: TEXT, slug_key: TEXT, status: word::<posting::PostingStatus>(), listed: FLAG,
        title: TEXT, title_key: TEXT, workplace: word::<place::Workplace>(), content: DOCUMENT,
        plan_id: word::<PlanId>(), plan_version: INTEGER, lead_id: perhaps(word::<UserId>()),
        published_at: perhaps(INSTANT), reopened_at: perhaps(INSTANT), expires_at: perhaps(INSTANT),
        close_reason: perhaps(word::<posting::CloseReason>()), created_at: INSTANT, updated_at: INSTANT,
        revision: INTEGER, apply_url: perhaps(TEXT),
    }
    "postingSource" = posting_source by posting_id {
        posting_id: word::<PostingId>(), system: word::<posting_source::SourceSystem>(), board: TEXT,
        external_id: TEXT, record: DOCUMENT, digest: TEXT, imported_at: INSTANT, missing_since: perhaps(INSTANT),
    }
    "postingCountry" = posting_country by posting_id, country {
        posting_id: word::<PostingId>(), country: word::<Country>(),
    }
    "postingTeam" = posting_team by id {
        id: word::<PostingTeamId>(), posting_id: word::<PostingId>(), team_id: word::<TeamId>(), rank: INTEGER,
        manager_id: perhaps(word::<UserId>()),
    }
    "opening" = opening by id {
        id: word::<OpeningId>(), posting_team_id: word::<PostingTeamId>(), state: word::<opening::OpeningState>(),
        kind: word::<opening::OpeningKind>(), offer_id: perhaps(word::<OfferId>()),
        application_id: perhaps(word::<ApplicationId>()), created_at: INSTANT,
    }
    "candidate" = candidate by id {
        id: word::<CandidateId>(), name: TEXT, created_at: INSTANT,
    }
    "candidateContact" = candidate_contact by candidate_id {
        candidate_id: word::<CandidateId>(), email: TEXT, email_key: TEXT, phone: perhaps(TEXT),
        undeliverable_since: perhaps(INSTANT),
    }
    "application" = application by id {
        id: word::<ApplicationId>(), posting_id: word::<PostingId>(), candidate_id: word::<CandidateId>(),
        plan_id: word::<PlanId>(), plan_version: INTEGER, status: word::<application::ApplicationStatus>(),
        stage: INTEGER, revision: INTEGER, applied_at: INSTANT, source: word::<application::Source>(), repeated: FLAG,
        outcome_side: perhaps(word::<application::Side>()), outcome_reason: perhaps(TEXT), outcome_by: perhaps(TEXT),
        outcome_at: perhaps(INSTANT), outcome_told_from: perhaps(INSTANT), needs_decision_since: perhaps(INSTANT),
        referrer_id: perhaps(word::<UserId>()), preference_since: perhaps(INSTANT),
        channel: perhaps(word::<feed::Channel>()), language: perhaps(TEXT),
    }
    "applicationContact" = application_contact by application_id {
        application_id: word::<ApplicationId>(), name: TEXT, email: TEXT, phone: perhaps(TEXT),
    }
    "answer" = answer by id {
        id: word::<AnswerId>(), application_id: word::<ApplicationId>(), position: INTEGER, question_key: TEXT,
        question_label: TEXT, question_kind: word::<question::QuestionType>(), value: TEXT,
    }
    "step" = application_step by id {
        id: word::<StepId>(), application_id: word::<ApplicationId>(), stage: INTEGER, position: INTEGER, key: TEXT,
        title: TEXT, kind: word::<plan::StepKind>(), required: FLAG, participant: word::<plan::Participant>(),
        least_people: INTEGER, minutes: perhaps(INTEGER), kit: perhaps(DOCUMENT), state: word::<step::StepState>(), round: INTEGER,
        reason: perhaps(TEXT), moved_by: perhaps(TEXT), moved_at: perhaps(INSTANT),
    }
    "stageReturn" = application_return by application_id, revision {
        application_id: word::<ApplicationId>(), revision: INTEGER, from_stage: INTEGER, to_stage: INTEGER,
        reason: TEXT, returned_by: TEXT, returned_at: INSTANT,
    }
    "transfer" = application_transfer by application_id, revision {
        application_id: word::<ApplicationId>(), revision: INTEGER, from_posting_id: word::<PostingId>(),
        to_posting_id: word::<PostingId>(), from_plan_id: word::<PlanId>(), from_plan_version: INTEGER,
        from_stage: INTEGER, to_stage: INTEGER, reason: TEXT, transferred_by: TEXT, transferred_at: INSTANT,
    }
    "allotment" = allotment by id {
        id: word::<AllotmentId>(), application_id: word::<ApplicationId>(), posting_team_id: word::<PostingTeamId>(),
        allotted_by: TEXT, since: INSTANT, until: perhaps(INSTANT),
    }
    "preferredTeam" = preferred_team by application_id, rank {
        application_id: word::<ApplicationId>(), rank: INTEGER, posting_team_id: word::<PostingTeamId>(),
    }
    "justification" = justification by application_id {
        application_id: word::<ApplicationId>(), body: TEXT, author_id: word::<UserId>(), updated_at: INSTANT,
    }
    "note" = note by id {
        id: word::<NoteId>(), application_id: word::<ApplicationId>(), author_id: word::<UserId>(), body: TEXT,
        created_at: INSTANT,
    }
    "noteMention" = note_mention by note_id, user_id {
        note_id: word::<NoteId>(), user_id: word::<UserId>(), read_at: perhaps(INSTANT),
    }
    "tag" = tag by name_key {
        name_key: TEXT, name: TEXT,
    }
    "applicationTag" = application_tag by application_id, name_key {
        application_id: word::<ApplicationId>(), name_key: TEXT,
    }
    "form" = form by id {
        id: word::<FormId>(), application_id: word::<ApplicationId>(), step_id: word::<StepId>(), round: INTEGER,
        note: perhaps(TEXT), questions: DOCUMENT, due_at: INSTANT, remind_at: INSTANT, sent_at: INSTANT, sent_by: TEXT,
        reminded_at: perhaps(INSTANT), answered_at: perhaps(INSTANT), replaced_at: perhaps(INSTANT),
    }
    "formAnswer" = form_answer by id {
        id: word::<AnswerId>(), form_id: word::<FormId>(), position: INTEGER, question_key: TEXT, question_label: TEXT,
        question_kind: word::<question::QuestionType>(), value: TEXT,
    }
    "scorecard" = scorecard by id {
        id: word::<ScorecardId>(), application_id: word::<ApplicationId>(), step_id: word::<StepId>(), round: INTEGER,
        author_id: word::<UserId>(), version: INTEGER, revision: INTEGER,
        recommendation: perhaps(word::<scorecard::Rating>()), attributes: DOCUMENT, takeaways: perhaps(TEXT),
        pros: perhaps(TEXT), cons: perhaps(TEXT), note_for_others: perhaps(TEXT), private_note: perhaps(TEXT),
        saved_at: INSTANT, submitted_at: perhaps(INSTANT),
    }
    "scorecardRequest" = scorecard_request by step_id, round, user_id {
        step_id: word::<StepId>(), round: INTEGER, user_id: word::<UserId>(), application_id: word::<ApplicationId>(),
        due_at: INSTANT, requested_at: INSTANT, reminded_at: perhaps(INSTANT),
    }
    "interview" = interview by id {
        id: word::<InterviewId>(), application_id: word::<ApplicationId>(), step_id: word::<StepId>(), round: INTEGER,
        state: word::<interview::InterviewState>(), starts_at: INSTANT, ends_at: INSTANT, zone: TEXT,
        place: perhaps(TEXT), video_link: perhaps(TEXT), uid: TEXT, sequence: INTEGER,
        missing: perhaps(word::<interview::Missing>()), reason: perhaps(TEXT), arranged_at: INSTANT,
        created_at: INSTANT, created_by: TEXT, revision: INTEGER,
    }
    "interviewParticipant" = interview_participant by interview_id, user_id {
        interview_id: word::<InterviewId>(), user_id: word::<UserId>(), shadow: FLAG,
        response: word::<interview::Response>(), added_at: INSTANT, removed_at: perhaps(INSTANT),
    }
    "slots" = slots by id {
        id: word::<SlotsId>(), application_id: word::<ApplicationId>(), step_id: word::<StepId>(), round: INTEGER,
        state: word::<slot::SlotsState>(), zone: TEXT, place: perhaps(TEXT), video_link: perhaps(TEXT),
        remind_at: INSTANT, offered_at: INSTANT, offered_by: TEXT, reminded_at: perhaps(INSTANT),
        declined_at: perhaps(INSTANT), note: perhaps(TEXT), ended_at: perhaps(INSTANT),
    }
    "slot" = slot by id {
        id: word::<SlotId>(), slots_id: word::<SlotsId>(), starts_at: INSTANT, ends_at: INSTANT,
        interview_id: perhaps(word::<InterviewId>()),
    }
    "slotParticipant" = slot_participant by slots_id, user_id {
        slots_id: word::<SlotsId>(), user_id: word::<UserId>(), shadow: FLAG, position: INTEGER,
    }
    "referenceRequest" = reference_request by id {
        id: word::<ReferenceRequestId>(), application_id: word::<ApplicationId>(), step_id: word::<StepId>(),
        round: INTEGER, wanted: INTEGER, note: perhaps(TEXT), questions: DOCUMENT, due_at: INSTANT, remind_at: INSTANT,
        sent_at: INSTANT, sent_by: TEXT, reminded_at: perhaps(INSTANT), replaced_at: perhaps(INSTANT),
    }
    "reference" = reference by id {
        id: word::<ReferenceId>(), request_id: word::<ReferenceRequestId>(), application_id: word::<ApplicationId>(),
        step_id: word::<StepId>(), name: TEXT, email: TEXT, email_key: TEXT, relation: word::<reference::Relation>(),
        state: word::<reference::ReferenceState>(), nominated_by: TEXT, agreement: TEXT, requested_at: INSTANT,
        due_at: INSTANT, remind_at: INSTANT, reminded_at: perhaps(INSTANT), ended_at: perhaps(INSTANT),
        consent: perhaps(TEXT), recommendation: perhaps(word::<reference::Recommendation>()), reason: perhaps(TEXT),
    }
    "referenceAnswer" = reference_answer by id {
        id: word::<AnswerId>(), reference_id: word::<ReferenceId>(), position: INTEGER, question_key: TEXT,
        question_label: TEXT, question_kind: word::<question::QuestionType>(), value: TEXT,
    }
    "offer" = offer by id {
        id: word::<OfferId>(), application_id: word::<ApplicationId>(), candidate_id: word::<CandidateId>(),
        posting_id: word::<PostingId>(), posting_team_id: word::<PostingTeamId>(),
        opening_id: perhaps(word::<OpeningId>()), status: word::<offer::OfferStatus>(), version: INTEGER,
        sent_version: perhaps(INTEGER), expires_at: INSTANT, send_at: perhaps(INSTANT), send_until: perhaps(INSTANT), remind_at: perhaps(INSTANT), sent_at: perhaps(INSTANT),
        first_viewed_at: perhaps(INSTANT), decided_at: perhaps(INSTANT), undone_at: perhaps(INSTANT),
        reason: perhaps(TEXT), created_at: INSTANT, revision: INTEGER,
    }
    // The terms stay a text: the hash is of these very bytes.
    "offerVersion" = offer_version by offer_id, number {
        offer_id: word::<OfferId>(), number: INTEGER, status: word::<offer::VersionStatus>(), terms: TEXT,
        terms_hash: TEXT, drafted_by: word::<UserId>(), released_at: perhaps(INSTANT),
    }
    "approval" = offer_approval by id {
        id: word::<ApprovalId>(), offer_id: word::<OfferId>(), version: INTEGER, approver_id: word::<UserId>(),
        decision: word::<offer::Decision>(), terms_hash: TEXT, reason: perhaps(TEXT), decided_at: INSTANT,
    }
    "approvalRequest" = approval_request by id {
        id: word::<ApprovalRequestId>(), offer_id: word::<OfferId>(), version: INTEGER, round: INTEGER,
        position: INTEGER, title: TEXT, needed: INTEGER, approver_id: word::<UserId>(), state: word::<approval::RequestState>(),
        asked_at: perhaps(INSTANT), reminded_at: perhaps(INSTANT), ended_at: perhaps(INSTANT),
        in_place_of: perhaps(word::<UserId>()),
    }
    "decision" = offer_decision by offer_id {
        offer_id: word::<OfferId>(), version: INTEGER, decision: word::<offer::Decision>(), terms_hash: TEXT,
        typed_name: perhaps(TEXT), consent: perhaps(TEXT), nonce_hash: perhaps(TEXT),
        link_id: perhaps(word::<LinkId>()), ip: perhaps(TEXT), user_agent: perhaps(TEXT), reason: perhaps(TEXT),
        decided_at: INSTANT, name: perhaps(TEXT), code_sent_at: perhaps(INSTANT),
    }
    "offerDocument" = offer_document by offer_id, version {
        offer_id: word::<OfferId>(), version: INTEGER, made_at: INSTANT, sha256: perhaps(TEXT), size: perhaps(INTEGER),
        content: perhaps(BYTES), unprintable: perhaps(TEXT),
    }
    "offerCode" = offer_code by offer_id {
        offer_id: word::<OfferId>(), version: INTEGER, code_hash: TEXT, sent_at: INSTANT, tries: INTEGER, codes: INTEGER,
    }
    "link" = link by id {
        id: word::<LinkId>(), purpose: word::<link::LinkKind>(), secret_hash: TEXT, candidate_id: word::<CandidateId>(),
        application_id: word::<ApplicationId>(), offer_id: perhaps(word::<OfferId>()), version: perhaps(INTEGER),
        step_id: perhaps(word::<StepId>()), user_id: perhaps(word::<UserId>()),
        reference_id: perhaps(word::<ReferenceId>()), slots_id: perhaps(word::<SlotsId>()),
        created_at: INSTANT, revoked_at: perhaps(INSTANT),
    }
    "letterTemplate" = letter_template by kind, language, version {
        kind: word::<email::LetterKind>(), language: TEXT, version: INTEGER, subject: perhaps(TEXT), body: perhaps(TEXT),
        saved_by: perhaps(word::<UserId>()), saved_at: INSTANT,
    }
    "savedReply" = saved_reply by id {
        id: word::<SavedReplyId>(), owner_id: perhaps(word::<UserId>()), name: TEXT, name_key: TEXT, subject: perhaps(TEXT),
        body: TEXT, saved_by: perhaps(word::<UserId>()), saved_at: INSTANT, revision: INTEGER,
    }
    "emailMessage" = email_message by id {
        id: word::<EmailMessageId>(), kind: word::<email::LetterKind>(), dedupe_key: TEXT, message_id: TEXT,
        posting_id: word::<PostingId>(), application_id: word::<ApplicationId>(),
        offer_id: perhaps(word::<OfferId>()), version: perhaps(INTEGER), candidate_id: word::<CandidateId>(),
        user_id: perhaps(word::<UserId>()), reference_id: perhaps(word::<ReferenceId>()), envelope_from: TEXT, envelope_to: TEXT, raw: perhaps(BYTES), raw_sha256: TEXT,
        state: word::<email::EmailState>(), attempts: INTEGER, run_at: INSTANT, expires_at: perhaps(INSTANT),
        fence: INTEGER, lease_owner: perhaps(TEXT), lease_until: perhaps(INSTANT), transmit_fence: perhaps(INTEGER),
        transmit_started_at: perhaps(INSTANT), held: FLAG, duplicate_possible: FLAG, created_at: INSTANT,
        sent_at: perhaps(INSTANT), last_phase: perhaps(TEXT), last_code: perhaps(INTEGER), last_reply: perhaps(TEXT),
        replaced_at: perhaps(INSTANT), template_language: perhaps(TEXT), template_version: perhaps(INTEGER),
    }
    "emailAttempt" = email_attempt by email_message_id, fence {
        email_message_id: word::<EmailMessageId>(), fence: INTEGER, worker: TEXT, started_at: INSTANT,
        ended_at: perhaps(INSTANT), phase: perhaps(TEXT), outcome: perhaps(TEXT), code: perhaps(INTEGER),
        enhanced: perhaps(TEXT), reply: perhaps(TEXT),
    }
    "inboundMail" = inbound_mail by sha256 {
        sha256: TEXT, received_at: INSTANT,
    }
    "message" = message by id {
        id: word::<MessageId>(), application_id: word::<ApplicationId>(), sha256: TEXT, message_id: perhaps(TEXT),
        sender: perhaps(TEXT), from_candidate: FLAG, automatic: FLAG, subject: TEXT, body: TEXT, attachments: DOCUMENT,
        attachment_count: INTEGER, interview_id: perhaps(word::<InterviewId>()),
        response: perhaps(word::<interview::Response>()), received_at: INSTANT, read_at: perhaps(INSTANT),
        read_by: perhaps(word::<UserId>()), author_id: perhaps(word::<UserId>()), email_id: perhaps(word::<EmailMessageId>()),
        offer_id: perhaps(word::<OfferId>()), version: perhaps(INTEGER), question: perhaps(word::<message::QuestionKind>()),
    }
    "ping" = ping by id {
        id: word::<PingId>(), kind: word::<ping::PingKind>(), target: TEXT, urls: DOCUMENT,
        state: word::<ping::PingState>(), attempts: INTEGER, run_at: INSTANT, fence: INTEGER,
        lease_owner: perhaps(TEXT), lease_until: perhaps(INSTANT), created_at: INSTANT, done_at: perhaps(INSTANT),
        last_code: perhaps(INTEGER), last_reply: perhaps(TEXT),
    }
    "feedGeneration" = feed_generation by id {
        id: INTEGER, number: LONG,
    }
    "feedEdition" = feed_edition by channel {
        channel: TEXT, fingerprint: TEXT, last_modified: perhaps(INSTANT),
    }
    "channelSetting" = channel_setting by channel {
        channel: TEXT, enabled: FLAG, private: FLAG, key_hash: perhaps(TEXT), key_created_at: perhaps(INSTANT),
        company_id: perhaps(TEXT), tracking_source: perhaps(TEXT), changed_at: INSTANT, revision: INTEGER,
    }
    "feedFetch" = feed_fetch by channel {
        channel: TEXT, at: INSTANT, who: TEXT, status: INTEGER, key_used_at: perhaps(INSTANT),
    }
    "feedChange" = feed_change by posting_id {
        posting_id: word::<PostingId>(), place: LONG, listed_by: LONG, number: LONG, changed_at: INSTANT,
        left_at: perhaps(INSTANT), listed_title: perhaps(TEXT),
    }
    "feedHead" = feed_head by id {
        id: INTEGER, number: LONG, places: LONG,
    }
    "event" = event by seq {
        seq: LONG, change_id: word::<ChangeId>(), kind: word::<event::EventKind>(), actor: TEXT, at: INSTANT,
        posting_id: perhaps(word::<PostingId>()), application_id: perhaps(word::<ApplicationId>()),
        offer_id: perhaps(word::<OfferId>()), facts: DOCUMENT, hash: perhaps(TEXT),
    }
    // By time first, since that is how it is indexed in byte order.
    "idempotency" = idempotency by created_at, viewer, mutation, key {
        viewer: TEXT, mutation: TEXT, key: TEXT, request_hash: TEXT, outcome: DOCUMENT, created_at: INSTANT,
    }
}
