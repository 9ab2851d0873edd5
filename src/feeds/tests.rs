//! Whole documents, and what stands against postings.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::dialect::{DateStyle, Dialect, Element, Expansion, Format, Order};
use super::fact::Fact;
use super::html::WIDE;
use super::item::is_legal;
use super::rendition::Rendition;
use super::writer::{Departed, Matter};
use super::{FeedItem, fixture, grammar, readiness, writer};
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::feed::{Advertised, Channel, FeedStatus, Severity};
use crate::domain::posting::PostingStatus;

fn built(channel: Channel, postings: &[Advertised]) -> String {
    let items: Vec<FeedItem> = postings.iter().map(fixture::item).collect();
    let (site, now) = (fixture::site(), fixture::now());
    let matter = Matter::of(&site, &items, now);
    let (bytes, _) = writer::write(Dialect::of(channel), matter, Some(now)).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn codes(
    channel: Channel,
    posting: &Advertised,
) -> (FeedStatus, Vec<(Severity, &'static str, &'static str)>) {
    let readiness = readiness(channel, &ChannelSetting::UNSET, &fixture::item(posting));
    (
        readiness.status,
        readiness.issues.iter().map(|issue| (issue.severity, issue.code, issue.field)).collect(),
    )
}

/// What members of this name hold, wherever they are.
fn members(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            // As the document has it: what is its own before what is in it.
            found.extend(object.get(name).and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| members(value, name, found));
        }
        Value::Array(values) => values.iter().for_each(|value| members(value, name, found)),
        _ => {}
    }
}

/// The text of an element's every occurrence.
fn texts(document: &str, name: &str) -> Vec<String> {
    if document.starts_with('{') {
        let mut found = Vec::new();
        members(&serde_json::from_str(document).unwrap(), name, &mut found);
        return found;
    }
    let mut reader = Reader::from_str(document);
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                inside = start.name().as_ref() == name;
                if inside {
                    found.push(String::new());
                }
            }
            Event::Empty(empty) if empty.name().as_ref() == name => found.push(String::new()),
            Event::End(_) => inside = false,
            Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text.xml10_content()),
            Event::CData(text) if inside => found.last_mut().unwrap().push_str(&text.xml10_content()),
            Event::GeneralRef(name) if inside => {
                let text = quick_xml::escape::unescape(&format!("&{};", &*name)).unwrap().into_owned();
                found.last_mut().unwrap().push_str(&text);
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// # Panics
/// When the committed file differs: read the difference, then run the test with `VACANTIA_UPDATE=1`.
fn committed(path: &str, text: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/feeds").join(path);
    if std::env::var_os("VACANTIA_UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(known == text, "schema/feeds/{path} has drifted: VACANTIA_UPDATE=1 cargo test --lib feeds::");
}

#[test]
fn tables_and_examples_are_as_committed() {
    for channel in Channel::ALL {
        let dialect = Dialect::of(*channel);
        committed(&format!("{channel}/README.md"), &grammar::markdown(dialect));
        committed(&format!("{channel}/{}", grammar::grammar_file(dialect)), &grammar::grammar(dialect));
        committed(
            &format!("{channel}/{}", grammar::example_file(dialect)),
            &built(*channel, &[fixture::onsite(), fixture::remote()]),
        );
    }
}

/// A further board of the same family is one more table.
static TIGHT: Dialect = Dialect {
    channel: Channel::Indeed,
    name: "A strict board",
    board: "A strict board",
    format: Format::Xml,
    media_type: "application/xml; charset=utf-8",
    frame: &[("jobs", &[])],
    head: &[],
    entry: "job",
    elements: &[Element {
        name: "headline",
        holds: Fact::Title,
        missing: Some(Severity::Block),
        even_empty: false,
        length: Some((5, 17)),
        cdata: true,
        rule: "Short.",
        source: "https://example.com",
    }],
    gone: None,
    unwritten: &[],
    expansion: Expansion::Posting,
    order: Order::OldestFirst,
    dates: DateStyle::Iso8601,
    tags: &WIDE,
    url_mark: None,
    periods: &[],
    checks: &[],
    wants_all: false,
};

#[test]
fn a_length_that_a_channel_gives_is_kept() {
    let stand = |title: &str| {
        let mut posting = fixture::remote();
        posting.posting.content.title = title.into();
        let item = fixture::item(&posting);
        let readiness = Rendition::new(&TIGHT, &ChannelSetting::UNSET, &item).readiness();
        readiness.issues.first().map(|issue| (issue.code, issue.message.clone()))
    };
    assert_eq!(stand("Backend Developer"), None, "17 characters");
    let long = "the title is longer than the 17 characters A strict board takes: it has 18";
    assert_eq!(stand("Backend Developers"), Some(("TOO_LONG", long.to_owned())));
    let short = "the title is shorter than the 5 characters A strict board asks for: it has 4";
    assert_eq!(stand("Cook"), Some(("TOO_SHORT", short.to_owned())));
}

/// The name of the element in which a channel tells a fact.
fn element_of(channel: Channel, fact: Fact) -> &'static str {
    let mut elements = Dialect::of(channel).elements.iter();
    elements.find(|element| element.holds == fact).unwrap().own_name()
}

fn description_of(channel: Channel) -> &'static str {
    let is_text = |element: &&Element| matches!(element.holds, Fact::Description | Fact::DescriptionAsHtml);
    Dialect::of(channel).elements.iter().find(is_text).unwrap().own_name()
}

/// Gives a document to the readers of `tests/conformance/feeds`, if they asked for it.
fn shown(name: &str, document: &str) {
    if let Some(folder) = std::env::var_os("VACANTIA_FEED_FILES") {
        std::fs::write(std::path::Path::new(&folder).join(name), document).unwrap();
    }
}

#[test]
fn hostile_text_in_every_field_stays_text() {
    for channel in Channel::ALL {
        let document = built(*channel, &[fixture::hostile()]);
        shown(&format!("hostile-{}", channel.file()), &document);
        assert!(document.chars().all(is_legal), "{channel}");
        let titles = texts(&document, element_of(*channel, Fact::Title));
        let title = titles.last().unwrap();
        assert!(title.starts_with("]]> <![CDATA[ &amp; &lt; &nbsp; &bogus; </script>"), "{channel}: {title}");
        assert!(title.contains("\u{202E}ltr \u{5E9}") && title.contains("🎉 e\u{301}"), "{channel}: {title}");
        let text = texts(&document, description_of(*channel)).pop().unwrap();
        assert!(
            text.len() > 100_000 && !text.contains("<script") && !text.contains("alert(1)</a>"),
            "{channel}"
        );
        assert!(!text.contains("javascript:") && !text.contains("data:text"), "{channel}");
        assert!(text.contains("]]&gt; a long text"), "{channel}");
        let (status, issues) = codes(*channel, &fixture::hostile());
        assert_eq!(status, FeedStatus::Listed, "{channel}: {issues:?}");
        assert!(issues.contains(&(Severity::Warn, "CHARACTERS_REMOVED", "title")), "{issues:?}");
    }
}

#[test]
fn whoever_left_is_spoken_of_for_a_while_where_the_format_can() {
    let (site, now) = (fixture::site(), fixture::now());
    let left = |days: i64| Departed {
        tag: format!("tag:jobs.example.com,2027-01-11:{days}"),
        at: (now - chrono::TimeDelta::days(days)).with_timezone(&site.zone),
    };
    let departed = [left(1), left(29), left(30)];
    for channel in Channel::ALL {
        let matter = Matter { departed: &departed, ..Matter::of(&site, &[], now) };
        let (bytes, fared) = writer::write(Dialect::of(*channel), matter, Some(now)).unwrap();
        let document = String::from_utf8(bytes).unwrap();
        let spoken = document.matches("at:deleted-entry ref=").count();
        assert_eq!((spoken, fared.len()), (if *channel == Channel::Atom { 2 } else { 0 }, 0), "{document}");
        shown(&format!("departed-{}", channel.file()), &document);
    }
}

#[test]
fn entries_stand_as_postings_came_and_for_readers_the_last_stands_first() {
    for (channel, is_for_readers) in [
        (Channel::Rss, true),
        (Channel::Atom, true),
        (Channel::JsonFeed, true),
        (Channel::Indeed, false),
        (Channel::Linkedin, false),
    ] {
        let document = built(channel, &[fixture::onsite(), fixture::remote()]);
        let at = |posting: Advertised| document.find(&posting.posting.content.title).unwrap();
        assert_eq!(at(fixture::remote()) < at(fixture::onsite()), is_for_readers, "{channel}");
    }
}

#[test]
fn every_place_is_an_entry_whose_reference_survives_reordering() {
    let mut posting = fixture::onsite();
    let before = texts(&built(Channel::Indeed, &[posting.clone()]), "referencenumber");
    assert_eq!(before, ["01hzzzzzzzzzzzzzzzzzzzzzz2-b9x0w4tz", "01hzzzzzzzzzzzzzzzzzzzzzz2-k3h7p2qa"]);
    posting.posting.content.locations.reverse();
    assert_eq!(texts(&built(Channel::Indeed, &[posting]), "referencenumber"), before);
    let document = built(Channel::Indeed, &[fixture::remote()]);
    assert_eq!(
        texts(&document, "referencenumber"),
        ["01hzzzzzzzzzzzzzzzzzzzzzz1-remotede", "01hzzzzzzzzzzzzzzzzzzzzzz1-remotept"]
    );
    assert_eq!(texts(&document, "city"), ["Remote", "Remote"]);
    assert_eq!(
        (texts(&document, "state"), texts(&document, "country")),
        (vec![String::new(); 2], vec!["DE".into(), "PT".into()])
    );
}

#[test]
fn only_what_anybody_may_see_is_in_a_feed() {
    let draft = |change: fn(&mut Advertised)| {
        let mut posting = fixture::onsite();
        change(&mut posting);
        posting
    };
    let hidden = [
        draft(|it| it.posting.status = PostingStatus::Paused),
        draft(|it| it.posting.status = PostingStatus::Closed),
        draft(|it| it.posting.listed = false),
        draft(|it| it.posting.expires_at = Some(fixture::now())),
    ];
    for channel in Channel::ALL {
        let empty = built(*channel, &hidden);
        shown(&format!("empty-{}", channel.file()), &empty);
        assert!(!empty.contains("Harbour Engineer"), "{channel}");
        assert!(texts(&empty, Dialect::of(*channel).entry).is_empty(), "{channel}");
        assert_eq!(codes(*channel, &hidden[0]).0, FeedStatus::Ready);
    }
}

#[test]
fn a_draft_is_ready_before_it_has_a_publication_date() {
    let mut draft = fixture::onsite();
    draft.posting.status = PostingStatus::Draft;
    draft.posting.published_at = None;
    for channel in Channel::ALL {
        let (status, issues) = codes(*channel, &draft);
        assert_eq!(status, FeedStatus::Ready, "{channel}: {issues:?}");
    }
}

#[test]
fn what_stands_against_a_posting_is_said() {
    let mut filled = fixture::remote();
    filled.teams.iter_mut().for_each(|team| team.vacancies = 0);
    let blocked = (Severity::Block, "NO_VACANCIES", "teams");
    assert!(codes(Channel::Rss, &filled).1.contains(&blocked));
    assert_eq!(codes(Channel::Indeed, &filled).0, FeedStatus::Withheld);

    let mut nowhere = fixture::onsite();
    nowhere.posting.content.locations.clear();
    assert_eq!(codes(Channel::Indeed, &nowhere).1[0], (Severity::Block, "PLACE_MISSING", "locations"));

    let mut stateless = fixture::onsite();
    stateless.posting.content.locations[0].region = None;
    let readiness = readiness(Channel::Indeed, &ChannelSetting::UNSET, &fixture::item(&stateless));
    assert_eq!((readiness.status, readiness.issues[0].code), (FeedStatus::Withheld, "STATE_MISSING"));
    assert!(readiness.issues[0].message.starts_with("Portland, United States"), "{:?}", readiness.issues[0]);
    assert!(!built(Channel::Indeed, &[stateless.clone()]).contains("Harbour"));
    assert!(built(Channel::Rss, &[stateless]).contains("Harbour"), "withheld from that channel only");

    let mut mute = fixture::remote();
    mute.posting.content.sections.clear();
    assert_eq!(codes(Channel::Indeed, &mute).1[0], (Severity::Block, "REQUIRED_MISSING", "sections"));
}

#[test]
fn indeed_is_warned_about_before_it_complains() {
    let warned = |posting: &Advertised| -> Vec<&str> {
        let issues = codes(Channel::Indeed, posting).1;
        issues
            .into_iter()
            .filter(|(severity, ..)| *severity == Severity::Warn)
            .map(|(_, code, _)| code)
            .collect()
    };
    assert_eq!(warned(&fixture::remote()), Vec::<&str>::new());
    for title in
        ["Backend Developer - Hiring for Multiple Teams", "Engineer, $90k", "Remote Engineer", "Cook!"]
    {
        let mut posting = fixture::remote();
        posting.posting.content.title = title.into();
        assert_eq!(warned(&posting), ["TITLE_NOT_PLAIN"], "{title}");
    }
    let mut posting = fixture::onsite();
    posting.posting.content.title = "Engineer in Hamburg".into();
    posting.posting.content.pay_ranges = vec![fixture::pay(None, 1, 2, "SEK")];
    posting.posting.content.locations[1].region = None;
    assert_eq!(warned(&posting), ["RECOMMENDED_MISSING", "TITLE_NOT_PLAIN", "ENTITY_LEFT", "CURRENCY_SIGN"]);
}

#[test]
fn every_rule_names_its_source() {
    for channel in Channel::ALL {
        let dialect = Dialect::of(*channel);
        let sources = dialect.elements.iter().map(|element| element.source);
        for source in sources.chain(dialect.checks.iter().map(|check| check.source)) {
            let outside = source.starts_with("https://") || source.starts_with("http://");
            assert!(outside || source.starts_with("schema/feeds/"), "{source}");
        }
    }
}
