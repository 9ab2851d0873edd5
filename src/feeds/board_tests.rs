//! What each job board asks for, and what is said to recruiters about it.

use super::dialect::Dialect;
use super::fixture::{self, item};
use super::writer::Matter;
use super::{FeedItem, readiness, writer};
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::feed::{Advertised, Channel, FeedStatus, Severity};
use crate::domain::money::PayInterval;
use crate::domain::place::Workplace;
use crate::domain::posting::{EmploymentType, Section};

const BLOCK: Severity = Severity::Block;
const WARN: Severity = Severity::Warn;

fn built(channel: Channel, postings: &[Advertised]) -> String {
    let items: Vec<FeedItem> = postings.iter().map(item).collect();
    let (site, now) = (fixture::site(), fixture::now());
    let matter = Matter::of(&site, &items, now);
    let (bytes, _) = writer::write(Dialect::of(channel), matter, Some(now)).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What weighs at least a warning, with its words.
fn heavy(channel: Channel, posting: &Advertised) -> Vec<(Severity, &'static str, String)> {
    let issues = readiness(channel, &ChannelSetting::UNSET, &item(posting)).issues;
    let heavy = issues.into_iter().filter(|issue| issue.severity != Severity::Info);
    heavy.map(|issue| (issue.severity, issue.code, issue.message)).collect()
}

fn codes(channel: Channel, posting: &Advertised) -> Vec<(Severity, &'static str)> {
    heavy(channel, posting).into_iter().map(|(severity, code, _)| (severity, code)).collect()
}

fn saying(body: &str) -> Advertised {
    let mut posting = fixture::onsite();
    posting.posting.content.sections = vec![Section { heading: String::new(), body: body.into() }];
    posting.posting.content.requirements.clear();
    posting.posting.content.links.clear();
    posting
}

fn paid(min: i64, max: i64, interval: PayInterval) -> Advertised {
    let mut posting = fixture::onsite();
    let mut range = fixture::pay(None, min, max, "USD");
    range.interval = interval;
    posting.posting.content.pay_ranges = vec![range];
    posting
}

fn employed(employment: EmploymentType) -> Advertised {
    let mut posting = fixture::onsite();
    posting.posting.content.employment_type = employment;
    posting
}

#[test]
fn a_text_that_is_too_short_says_for_whom_and_by_how_much() {
    for (channel, least, board) in [
        (Channel::Linkedin, 100, "LinkedIn"),
        (Channel::Adzuna, 100, "Adzuna"),
        (Channel::Talent, 50, "Talent.com"),
        (Channel::Trovit, 30, "Trovit"),
    ] {
        let short = saying(&"*x*".repeat(least - 1));
        let limit = format!("the description is shorter than the {least} characters {board} asks for");
        let told = (BLOCK, "TOO_SHORT", format!("{limit}: it has {}", least - 1));
        assert!(heavy(channel, &short).contains(&told), "{:?}", heavy(channel, &short));
        assert!(!built(channel, &[short]).contains("Harbour"), "withheld");
        let enough = saying(&"x".repeat(least));
        assert_ne!(readiness(channel, &ChannelSetting::UNSET, &item(&enough)).status, FeedStatus::Withheld);
    }
    assert_eq!(codes(Channel::Jooble, &saying("Short.")), []);
}

#[test]
fn what_a_board_has_no_word_for_is_left_out_and_said() {
    let temporary = employed(EmploymentType::Temporary);
    let told = (WARN, "NO_WORD", "LinkedIn has no word for temporary work, so it is left out".to_owned());
    assert!(
        heavy(Channel::Linkedin, &temporary).contains(&told),
        "{:?}",
        heavy(Channel::Linkedin, &temporary)
    );
    let feed = built(Channel::Linkedin, &[temporary]);
    assert!(feed.contains("<job>") && !feed.contains("<jobtype>"));

    let adzuna = |employment| built(Channel::Adzuna, &[employed(employment)]);
    assert!(adzuna(EmploymentType::PartTime).contains("<contract_time>part_time</contract_time>"));
    assert!(!adzuna(EmploymentType::PartTime).contains("contract_type"), "nobody said that it is permanent");
    assert!(adzuna(EmploymentType::Temporary).contains("<contract_type>contract</contract_type>"));
    assert!(!adzuna(EmploymentType::Intern).contains("<contract"));
    assert_eq!(codes(Channel::Adzuna, &employed(EmploymentType::Temporary)), []);
    assert_eq!(codes(Channel::Adzuna, &employed(EmploymentType::Intern)), [(WARN, "NO_WORD")]);

    let mut hybrid = fixture::onsite();
    hybrid.posting.content.workplace = Workplace::Hybrid;
    let told = "Talent.com has no word for work that is partly remote, so it is left out".to_owned();
    assert_eq!(heavy(Channel::Talent, &hybrid), [(WARN, "NO_WORD", told)]);
    hybrid.posting.content.workplace = Workplace::Onsite;
    assert_eq!(codes(Channel::Indeed, &hybrid), [(WARN, "ENTITY_LEFT")], "silence says it");
}

#[test]
fn pay_is_told_whole_or_not_at_all() {
    let hourly = paid(1_850, 2_399, PayInterval::Hour);
    let feed = built(Channel::Linkedin, std::slice::from_ref(&hourly));
    let (least, most) = ("<amount><![CDATA[18]]></amount>", "<amount><![CDATA[23]]></amount>");
    assert!(feed.contains(least) && feed.contains(most) && feed.contains("HOURLY"), "{feed}");
    assert!(codes(Channel::Linkedin, &hourly).contains(&(WARN, "PAY_ROUNDED")));
    let whole = paid(1_800, 2_300, PayInterval::Hour);
    assert!(!codes(Channel::Linkedin, &whole).contains(&(WARN, "PAY_ROUNDED")));
    let feed = built(Channel::Adzuna, &[hourly]);
    assert!(
        feed.contains("<salary_min>18.50</salary_min>") && feed.contains("<salary_frequency>hour<"),
        "{feed}"
    );

    let weekly = paid(90_000, 95_000, PayInterval::Week);
    let told = (WARN, "NO_WORD", "Adzuna has no word for pay by the week, so it is left out".to_owned());
    assert_eq!(heavy(Channel::Adzuna, &weekly), [told]);
    assert!(!built(Channel::Adzuna, &[weekly]).contains("salary"), "a number without its time would mislead");
}

#[test]
fn remote_work_is_told_by_country_where_a_board_takes_that() {
    let remote = fixture::remote();
    for (channel, place) in [
        (Channel::Linkedin, "<location><![CDATA[Portugal]]></location>"),
        (Channel::Adzuna, "<location>Portugal</location>"),
        (Channel::Jooble, "<region><![CDATA[Portugal]]></region>"),
        (Channel::Jobrapido, "<location><![CDATA[Portugal]]></location>"),
        (Channel::Careerjet, "<country><![CDATA[Portugal]]></country>"),
    ] {
        let feed = built(channel, std::slice::from_ref(&remote));
        assert!(feed.contains(place) && !feed.contains("city>"), "{channel}: {feed}");
    }
    assert!(codes(Channel::Linkedin, &remote).contains(&(WARN, "REMOTE_WITHOUT_CITY")));
    assert_eq!(codes(Channel::Adzuna, &remote), [(WARN, "COUNTRY_NOT_SERVED")], "Portugal");
    for (channel, entry) in [(Channel::Ziprecruiter, "<job>"), (Channel::Talent, "<job>")] {
        assert!(codes(channel, &remote).contains(&(BLOCK, "REMOTE_NOT_TAKEN")), "{channel}");
        assert!(!built(channel, std::slice::from_ref(&remote)).contains(entry), "{channel}");
    }
    assert!(built(Channel::Trovit, &[remote]).contains("<ad>"), "it asks for no place");
}

#[test]
fn a_place_is_complete_or_withheld() {
    let at = |region: Option<&str>, code: Option<&str>| {
        let mut posting = fixture::onsite();
        let location = &mut posting.posting.content.locations[0];
        (location.region, location.postal_code) = (region.map(Into::into), code.map(Into::into));
        posting.posting.content.locations.truncate(1);
        posting
    };
    let zip = |posting: Advertised| built(Channel::Ziprecruiter, &[posting]);
    assert!(zip(at(Some("ME"), None)).contains("<city>"));
    let coded = zip(at(None, Some("04101")));
    assert!(
        coded.contains("<postalcode>") && !coded.contains("<city>"),
        "no city without its state: {coded}"
    );
    assert_eq!(codes(Channel::Ziprecruiter, &at(None, None)), [(BLOCK, "PLACE_INCOMPLETE")]);
    let told =
        "Portland, United States: Talent.com asks for the state or region (<state>), and there is none";
    let issues = heavy(Channel::Talent, &at(None, None));
    assert_eq!(issues[0].2, told);
}

#[test]
fn linkedin_is_told_how_many_and_whose_jobs_they_are() {
    let both = [fixture::onsite(), fixture::remote(), saying("Short.")];
    let feed = built(Channel::Linkedin, &both);
    assert!(
        feed.contains("<expectedJobCount>4</expectedJobCount>"),
        "what is withheld is not expected: {feed}"
    );
    assert_eq!(feed.matches("<companyId><![CDATA[1234567]]></companyId>").count(), 4);
    let mut site = fixture::site();
    site.linkedin_company = None;
    let item = FeedItem::project(&both[0], &site, fixture::now());
    let issues = readiness(Channel::Linkedin, &ChannelSetting::UNSET, &item).issues;
    assert!(
        issues.iter().any(|issue| issue.code == "COMPANY_ID_MISSING" && issue.severity == WARN),
        "{issues:?}"
    );
    assert!(issues.iter().any(|issue| issue.code == "APPLY_URL_NOT_WWW"), "{issues:?}");
    let mut elsewhere = both[0].clone();
    elsewhere.posting.apply_url = Some("https://www.example.com/apply".into());
    assert!(!codes(Channel::Linkedin, &elsewhere).contains(&(WARN, "APPLY_URL_NOT_WWW")));
}

#[test]
fn addresses_and_ids_are_where_a_board_looks_for_them() {
    let adzuna = built(Channel::Adzuna, &[fixture::onsite()]);
    let addresses: Vec<&str> =
        adzuna.split("<url>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(
        addresses,
        [
            "https://jobs.example.com/jobs/harbour-engineer-x1?utm_source=adzuna&amp;entry=01hzzzzzzzzzzzzzzzzzzzzzz2-b9x0w4tz",
            "https://jobs.example.com/jobs/harbour-engineer-x1?utm_source=adzuna&amp;entry=01hzzzzzzzzzzzzzzzzzzzzzz2-k3h7p2qa",
        ]
    );
    let jooble = built(Channel::Jooble, &[fixture::onsite()]);
    assert!(jooble.contains(r#"<job id="01hzzzzzzzzzzzzzzzzzzzzzz2-b9x0w4tz">"#), "{jooble}");
    assert!(jooble.contains("<pubdate><![CDATA[11.01.2027]]></pubdate>"), "the day on the page: {jooble}");
    let jobrapido = built(Channel::Jobrapido, &[fixture::onsite()]);
    assert!(jobrapido.contains("<source>\n <jobs>\n  <job>"), "{jobrapido}");
    let careerjet = built(Channel::Careerjet, &[fixture::onsite()]);
    assert_eq!(careerjet.matches("<location>").count(), 2, "{careerjet}");
}

#[test]
fn every_code_is_explained() {
    let page = include_str!("../../schema/feeds/README.md");
    let own = [
        "NO_VACANCIES",
        "PLACE_MISSING",
        "CHARACTERS_REMOVED",
        "REQUIRED_MISSING",
        "RECOMMENDED_MISSING",
        "NO_WORD",
        "REMOTE_NOT_TAKEN",
        "TOO_SHORT",
        "TOO_LONG",
    ];
    let checks = Channel::ALL.iter().flat_map(|channel| Dialect::of(*channel).checks);
    for code in own.into_iter().chain(checks.map(|check| check.code)) {
        assert!(page.contains(&format!("| `{code}` |")), "{code} is not on the page");
    }
}

#[test]
fn a_mark_stands_where_the_board_looks_for_one() {
    let ours = ChannelSetting { tracking_source: Some("ours".into()), ..ChannelSetting::UNSET };
    let mut elsewhere = fixture::onsite();
    elsewhere.posting.apply_url = Some("https://www.example.net/apply?job=1".into());
    let marked = |channel: Channel, setting: &ChannelSetting, posting: &Advertised| {
        let (site, now, items) = (fixture::site(), fixture::now(), [item(posting)]);
        let matter = Matter { setting, ..Matter::of(&site, &items, now) };
        let (bytes, _) = writer::write(Dialect::of(channel), matter, Some(now)).unwrap();
        String::from_utf8(bytes).unwrap().replace("&amp;", "&").replace("\\/", "/")
    };
    let page = "https://jobs.example.com/jobs/harbour-engineer-x1";
    for (channel, setting, address) in [
        (Channel::Indeed, &ChannelSetting::UNSET, format!("{page}?source=Indeed]")),
        (Channel::Indeed, &ours, format!("{page}?source=ours]")),
        (Channel::Adzuna, &ChannelSetting::UNSET, format!("{page}?utm_source=adzuna&entry=")),
        (Channel::Adzuna, &ours, format!("{page}?utm_source=ours&entry=")),
        (Channel::Linkedin, &ChannelSetting::UNSET, format!("{page}/apply?source=linkedin]")),
        (Channel::Rss, &ChannelSetting::UNSET, format!("<link>{page}<")),
        (Channel::Rss, &ours, format!("<link>{page}?source=ours<")),
        (Channel::Atom, &ours, format!("href=\"{page}?source=ours\"")),
        (Channel::JsonFeed, &ours, format!("\"{page}?source=ours\"")),
    ] {
        let document = marked(channel, setting, &fixture::onsite());
        assert!(document.contains(&address), "{channel}: {address} is not in {document}");
    }
    let document = marked(Channel::Linkedin, &ours, &elsewhere);
    assert!(document.contains("https://www.example.net/apply?job=1]"), "somebody else's address: {document}");
}

#[test]
fn a_channel_that_is_off_lists_nothing_and_says_so() {
    let off = ChannelSetting { enabled: false, ..ChannelSetting::UNSET };
    for channel in Channel::ALL {
        let readiness = readiness(*channel, &off, &item(&fixture::onsite()));
        assert_ne!(readiness.status, FeedStatus::Listed, "{channel}");
        assert!(
            readiness
                .issues
                .iter()
                .any(|issue| issue.code == "CHANNEL_OFF" && issue.severity == Severity::Info)
        );
    }
}

#[test]
fn a_new_title_is_told_to_those_who_publish_on_linkedin() {
    let posting = fixture::onsite();
    let listed_as = |title: &str| Advertised { listed_title: Some(title.into()), ..posting.clone() };
    let kept = |advertised: &Advertised| codes(Channel::Linkedin, advertised).contains(&(WARN, "TITLE_KEPT"));
    assert!(!kept(&posting), "it is not listed yet");
    assert!(!kept(&listed_as(&posting.posting.content.title)));
    assert!(kept(&listed_as("Another")));
}
