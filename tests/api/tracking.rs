//! What feeds mark addresses with, and which board those who apply are said to have come from.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::application::{Submission, submit};
use vacantia::actions::channel_setting::{Update, update};
use vacantia::actions::posting::{Changes, update as edit};
use vacantia::domain::application::Source;
use vacantia::domain::feed::Channel;
use vacantia::domain::id::PostingId;
use vacantia::domain::viewer::Viewer;
use vacantia::storage::report::Wanted;

use actix_web::http::header;

use crate::app::TestApp;
use crate::channel_setting::{marked, of};
use crate::newsstand::Stand;

/// The address of a posting in a feed: what stands in the element.
async fn link(stand: &Stand<'_>, file: &str, element: &str) -> String {
    let feed = stand.get(&format!("/feeds/{file}")).await;
    let rest = feed.text().split_once(&format!("<{element}>")).unwrap().1.to_owned();
    let text = rest.split_once(&format!("</{element}>")).unwrap().0;
    let text = text.trim_start_matches("<![CDATA[").trim_end_matches("]]>").replace("&amp;", "&");
    text.strip_prefix("https://jobs.example.com").unwrap().to_owned()
}

/// Somebody follows the address to the form and sends it.
async fn applies_by(app: &TestApp, address: &str, name: &str) {
    let page = app.get(address).await;
    assert_eq!(page.status, 200, "{address}");
    let form = page.body.split("class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = form.replace("&#38;", "&").replace("&amp;", "&");
    let page = app.get(&form).await;
    let mut fields = vec![("nonce", page.hidden("nonce")), ("name", name)];
    let email = format!("{}@example.org", name.to_lowercase());
    fields.push(("email", &email));
    if page.body.contains("name=\"source\"") {
        fields.push(("source", page.hidden("source")));
    }
    let path = form.split('?').next().unwrap();
    let sent = app.post(path, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
}

/// Where applications came from, as the report counts them.
async fn origins(app: &TestApp) -> Vec<(Source, Option<Channel>, u64)> {
    let sources = app.report(&Wanted::default()).await.tally.sources;
    sources.into_iter().map(|((source, channel), tally)| (source, channel, tally.applications)).collect()
}

/// Where somebody came from who applies by GraphQL with this mark.
async fn came(
    app: &TestApp,
    posting: PostingId,
    name: &str,
    mark: &str,
    source: Option<Source>,
) -> (Source, Option<Channel>) {
    let sent = Submission { tracking_source: Some(mark.to_owned()), source, ..app.submission(posting, name) };
    let id = submit(app.act(&Viewer::Anonymous), sent).await.unwrap();
    let application = app.application(id).await;
    (application.source, application.channel)
}

both! {
    async fn who_applies_by_the_link_in_a_feed_came_from_its_board(app: TestApp) {
        app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let indeed = link(&stand, "indeed.xml", "url").await;
        assert!(indeed.ends_with("?source=Indeed"), "{indeed}");
        applies_by(&app, &indeed, "Ada").await;
        assert_eq!(origins(&app).await, [(Source::Board, Some(Channel::Indeed), 1)]);
        let query = "{ report { sources { source channel applications } } }";
        let told = app.ask(&app.recruiter().await, query, Value::Null).await["data"]["report"]["sources"].clone();
        assert_eq!(told, json!([{ "source": "BOARD", "channel": "INDEED", "applications": 1 }]));

        let adzuna = link(&stand, "adzuna.xml", "url").await;
        assert!(adzuna.contains("?utm_source=adzuna&entry="), "{adzuna}");
        applies_by(&app, &adzuna, "Bo").await;
        let rss = stand.get("/feeds/rss.xml").await;
        assert!(rss.text().contains("Backend Developer") && !rss.text().contains("source="), "that is no board's: {}", rss.text());
        update(app.system(), marked(Channel::Indeed, "sync.2")).await.unwrap();
        assert!(stand.built().await);
        let newer = link(&stand, "indeed.xml", "url").await;
        assert!(newer.ends_with("?source=sync.2"), "{newer}");
        applies_by(&app, &newer, "Cy").await;
        applies_by(&app, &indeed, "Di").await;
        let path = newer.split('?').next().unwrap();
        for (query, name) in [("", "Eve"), ("?source=monster", "Fay"), ("?source=%3Cscript%3E&source=x", "Gil")] {
            let page = app.get(&format!("{path}{query}")).await;
            assert!(!page.body.contains("monster") && !page.body.contains("source="), "{query}");
            applies_by(&app, &format!("{path}{query}"), name).await;
        }
        assert_eq!(origins(&app).await, [
            (Source::Careers, None, 3), (Source::Board, Some(Channel::Indeed), 3), (Source::Board, Some(Channel::Adzuna), 1),
        ]);
    }

    async fn a_mark_is_kept_on_the_way_to_the_form(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let old = link(&stand, "jooble.xml", "link").await;
        let changes = Changes { title: Some("Data Developer".into()), ..Changes::default() };
        edit(app.system(), posted.id, None, changes).await.unwrap();
        let moved = app.get(&old).await;
        assert!(moved.status == 301 && moved.header("location").ends_with("?source=jooble"), "{}", moved.header("location"));
        let form = old.replace("?source", "/apply?source");
        assert!(app.get(&form).await.header("location").ends_with("/apply?source=jooble"));
        let form = moved.header("location").strip_prefix("https://jobs.example.com").unwrap().replace('?', "/apply?");
        let page = app.get(&form).await;
        assert_eq!(page.hidden("source"), "jooble");
        let fields = [("nonce", page.hidden("nonce")), ("name", ""), ("email", "ada@example.org"), ("source", "jooble")];
        let wrong = app.post(form.split('?').next().unwrap(), &fields).await;
        assert_eq!((wrong.status, wrong.hidden("source")), (422, "jooble"), "a form that comes back keeps it");
        let fields = fields.map(|(name, value)| (name, if name == "source" { "<b>" } else { value }));
        let wrong = app.post(form.split('?').next().unwrap(), &fields).await;
        assert!(!wrong.body.contains("name=\"source\""), "what no channel has is not kept");
    }

    async fn an_application_by_graphql_says_by_which_mark_it_came(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        assert_eq!(came(&app, posted.id, "Ada", "Jooble", None).await, (Source::Board, Some(Channel::Jooble)));
        assert_eq!(came(&app, posted.id, "Bo", "jooble", Some(Source::Board)).await, (Source::Board, Some(Channel::Jooble)));
        assert_eq!(came(&app, posted.id, "Cy", "jooble", Some(Source::Careers)).await, (Source::Careers, None), "something else is said");
        assert_eq!(came(&app, posted.id, "Di", "nobody", None).await, (Source::Careers, None));
        let query = "{ applications(first: 9) { nodes { source channel candidate { name } } } }";
        let told = app.ask(&app.recruiter().await, query, Value::Null).await["data"]["applications"]["nodes"].clone();
        assert!(told.as_array().unwrap().contains(&json!({ "source": "BOARD", "channel": "JOOBLE", "candidate": { "name": "Ada" } })), "{told}");
    }

    async fn linkedin_is_told_the_company_that_its_channel_is_set_to(app: TestApp) {
        app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let before = stand.get("/feeds/linkedin.xml").await;
        assert!(!before.text().contains("<companyId>"), "{}", before.text());
        assert!(before.text().contains("/apply?source=linkedin]]>"), "{}", before.text());
        app.clock.pass(TimeDelta::minutes(1));
        update(app.system(), Update { company_id: Some(Some("42".into())), ..of(Channel::Linkedin) }).await.unwrap();
        let others = stand.get("/feeds/rss.xml").await.header(header::ETAG).to_owned();
        stand.built().await;
        let after = stand.get("/feeds/linkedin.xml").await;
        assert!(after.text().contains("<companyId><![CDATA[42]]></companyId>"), "{}", after.text());
        assert_eq!(after.header(header::LAST_MODIFIED), "Fri, 15 Jan 2027 08:01:00 GMT", "when it was set");
        assert_eq!(stand.get("/feeds/rss.xml").await.header(header::ETAG), others, "the others stay as they were");
    }
}
