//! Feeds over HTTP: validators, codings, and what is answered while there is nothing.

use std::io::Read;

use actix_web::http::header;
use actix_web::test::TestRequest;
use vacantia::actions::posting::{Changes, update};
use vacantia::domain::feed::Channel;
use vacantia::feeds::snapshot::Coding;
use vacantia::storage;

use crate::app::TestApp;
use crate::newsstand::{Answer, Stand, text};

both! {
    async fn a_feed_that_was_never_built_is_unavailable_and_never_empty(app: TestApp) {
        let stand = Stand::new(&app);
        for path in ["/feeds/rss.xml", "/feeds/indeed.xml", "/feeds/indeed/report.json"] {
            let answer = stand.get(path).await;
            assert_eq!((answer.status, answer.header(header::RETRY_AFTER)), (503, "10"), "{path}");
            assert!(!answer.text().contains('<'), "{path}: {}", answer.text());
        }
        let page = stand.get("/feeds").await;
        assert!(page.status == 200 && page.text().contains("Not built yet"));
        assert_eq!(stand.get("/feeds/monster.xml").await.status, 404);
    }
}

#[actix_web::test]
async fn validators_and_codings_hold_together() {
    let database = crate::harness::Database::new(storage::Kind::Sqlite).unwrap();
    let app = TestApp::new(database).await;
    app.advertised("Backend Developer").await;
    let mut stand = Stand::new(&app);
    stand.built().await;
    let path = "/feeds/indeed.xml";
    let request = |headers: &[(header::HeaderName, &str)]| {
        let plain = TestRequest::get().uri(path);
        headers.iter().fold(plain, |request, (name, value)| request.insert_header((name.clone(), *value)))
    };
    let (accept, known, since) = (header::ACCEPT_ENCODING, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE);

    let plain = stand.ask(request(&[])).await;
    let gzip = stand.ask(request(&[(accept.clone(), "gzip, br;q=0.9")])).await;
    let brotli = stand.ask(request(&[(accept.clone(), "gzip, deflate, br")])).await;
    let unpacked = |mut reader: Box<dyn Read + '_>| {
        let mut unpacked = Vec::new();
        reader.read_to_end(&mut unpacked).unwrap();
        unpacked
    };
    assert_eq!(unpacked(Box::new(flate2::read::GzDecoder::new(&*gzip.body))), plain.body);
    assert_eq!(unpacked(Box::new(brotli::Decompressor::new(&*brotli.body, 4_096))), plain.body);
    let codings = [&plain, &gzip, &brotli].map(|answer| answer.header(header::CONTENT_ENCODING));
    assert_eq!(codings, ["", "gzip", "br"]);
    let [tag, gzip_tag, brotli_tag] =
        [&plain, &gzip, &brotli].map(|answer| answer.header(header::ETAG).to_owned());
    for (tag, ending) in [(&tag, ".id\""), (&gzip_tag, ".gz\""), (&brotli_tag, ".br\"")] {
        assert!(tag.ends_with(ending) && !tag.starts_with("W/"), "{tag}");
    }
    assert_eq!(plain.header(header::CONTENT_TYPE), "application/xml; charset=utf-8");
    let date = plain.header(header::LAST_MODIFIED).to_owned();
    assert_eq!(date, "Fri, 15 Jan 2027 08:00:00 GMT");

    for (coding, whole) in [("identity", &plain), ("gzip", &gzip), ("br", &brotli)] {
        let head = TestRequest::with_uri(path).method(actix_web::http::Method::HEAD);
        let head = stand.ask(head.insert_header((accept.clone(), coding))).await;
        let told = |answer: &Answer| {
            // A request's id is its own.
            let is_of_document = |(name, _): &(&header::HeaderName, _)| name.as_str() != "x-request-id";
            let mut headers: Vec<String> =
                answer.headers.iter().filter(is_of_document).map(|header| format!("{header:?}")).collect();
            headers.sort();
            (answer.status, headers)
        };
        assert_eq!(told(&head), told(whole), "HEAD says what GET says");
        assert!(head.body.is_empty());
    }

    let (early, late) = ("Fri, 15 Jan 2027 07:59:59 GMT", "Fri, 15 Jan 2027 08:00:01 GMT");
    let weak = format!("W/{tag}");
    let several = format!("\"other\", {tag}");
    let cases: &[(&[(header::HeaderName, &str)], u16)] = &[
        (&[(known.clone(), &tag)], 304),
        (&[(known.clone(), &weak)], 304),
        (&[(known.clone(), &several)], 304),
        (&[(known.clone(), "*")], 304),
        (&[(known.clone(), "\"other\"")], 200),
        (&[(known.clone(), &gzip_tag)], 200),
        (&[(known.clone(), &gzip_tag), (accept.clone(), "gzip")], 304),
        (&[(known.clone(), &tag), (accept.clone(), "gzip")], 200),
        (&[(known.clone(), &brotli_tag), (accept.clone(), "br, gzip")], 304),
        (&[(known.clone(), &brotli_tag), (accept.clone(), "gzip")], 200),
        (&[(known.clone(), &gzip_tag), (accept.clone(), "br")], 200),
        (&[(since.clone(), &date)], 304),
        (&[(since.clone(), late)], 304),
        (&[(since.clone(), early)], 200),
        (&[(since.clone(), "yesterday")], 200),
        (&[(known.clone(), "\"other\""), (since.clone(), late)], 200),
        (&[(known.clone(), &tag), (since.clone(), early)], 304),
        (&[(accept.clone(), "identity;q=0")], 406),
    ];
    for (headers, status) in cases {
        let answer = stand.ask(request(headers)).await;
        assert_eq!(answer.status, *status, "{headers:?}");
        if *status == 406 {
            continue;
        }
        assert_eq!(answer.header(header::VARY), "Accept-Encoding", "{headers:?}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "public, max-age=300", "{headers:?}");
        assert_eq!(answer.header(header::LAST_MODIFIED), date, "{headers:?}");
        assert!(
            [&tag, &gzip_tag, &brotli_tag].contains(&&answer.header(header::ETAG).to_owned()),
            "{headers:?}"
        );
        assert_eq!(answer.body.is_empty(), *status == 304, "{headers:?}");
    }
    let post = stand.ask(TestRequest::post().uri(path)).await;
    assert_eq!((post.status, post.header(header::ALLOW)), (405, "GET, HEAD"));
}

both! {
    async fn a_document_has_a_name_of_its_own_under_which_a_part_of_it_can_be_asked_for(app: TestApp) {
        let posted = app.advertised("Backend Developer").await;
        let mut stand = Stand::new(&app);
        stand.built().await;
        let now = stand.get("/feeds/rss.xml").await;
        let own = now.header(header::CONTENT_LOCATION).to_owned();
        let whole = stand.get(&own).await;
        assert_eq!((whole.status, &whole.body), (200, &now.body));
        assert_eq!(whole.header(header::ETAG), now.header(header::ETAG));
        assert_eq!(whole.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(whole.header(header::ACCEPT_RANGES), "bytes");

        let (tag, size) = (whole.header(header::ETAG).to_owned(), whole.body.len());
        let part = async |headers: &[(header::HeaderName, &str)]| {
            let request = TestRequest::get().uri(&own);
            let request = headers.iter().fold(request, |request, header| request.insert_header(header.clone()));
            stand.ask(request).await
        };
        for (wanted, first, last) in [
            ("bytes=0-9", 0, 9),
            ("bytes=100-", 100, size - 1),
            ("bytes=-7", size - 7, size - 1),
            ("bytes=50-999999999", 50, size - 1),
        ] {
            let answer = part(&[(header::RANGE, wanted)]).await;
            assert_eq!((answer.status, &answer.body[..]), (206, &whole.body[first..=last]), "{wanted}");
            assert_eq!(answer.header(header::CONTENT_RANGE), format!("bytes {first}-{last}/{size}"));
            assert_eq!(answer.header(header::ETAG), tag);
        }
        let beyond = part(&[(header::RANGE, &format!("bytes={size}-"))]).await;
        assert_eq!((beyond.status, beyond.header(header::CONTENT_RANGE)), (416, &*format!("bytes */{size}")));
        let resumed = part(&[(header::RANGE, "bytes=9-"), (header::IF_RANGE, &tag)]).await;
        assert_eq!(resumed.status, 206);
        // Of several parts, of another document and of what is no range, the whole is the answer.
        for headers in [
            &[(header::RANGE, "bytes=0-1,5-6")][..],
            &[(header::RANGE, "lines=0-1")],
            &[(header::RANGE, "bytes=9-"), (header::IF_RANGE, "\"other.id\"")],
            &[(header::RANGE, "bytes=9-"), (header::IF_RANGE, whole.header(header::LAST_MODIFIED))],
        ] {
            assert_eq!(part(headers).await.status, 200, "{headers:?}");
        }
        let gzip = part(&[(header::RANGE, "bytes=0-1"), (header::ACCEPT_ENCODING, "gzip")]).await;
        assert_eq!((gzip.status, &gzip.body[..]), (206, &[0x1f, 0x8b][..]), "bytes of what is sent");
        let tomorrow = stand.ask(TestRequest::get().uri("/feeds/rss.xml").insert_header((header::RANGE, "bytes=0-9"))).await;
        assert_eq!(tomorrow.status, 200, "its bytes are others tomorrow");

        for title in ["One", "Two"] {
            assert_eq!(stand.get(&own).await.status, 200, "for those who are still reading");
            let changes = Changes { title: Some(title.into()), ..Changes::default() };
            update(app.system(), posted.id, None, changes).await.unwrap();
            stand.built().await;
        }
        for gone in [&*own, "/feeds/rss/.xml", "/feeds/rss/x.json", "/feeds/monster/x.xml", "/feeds/rss/report.xml"] {
            assert_eq!(stand.get(gone).await.status, 404, "{gone}");
        }
    }

    async fn a_document_too_large_for_memory_is_sent_as_it_is_read(app: TestApp) {
        for number in 0..36 {
            let posted = app.advertised(&format!("Job {number}")).await;
            let section = text("The work", &format!("Every lock {number}. ").repeat(500));
            let sections = Some(section.into_iter().cycle().take(5).collect());
            update(app.system(), posted.id, None, Changes { sections, ..Changes::default() }).await.unwrap();
        }
        let mut stand = Stand::new(&app);
        stand.built().await;
        let document = stand.shelf.current(Channel::Rss).unwrap().document(Coding::Identity).clone();
        assert!(document.length() > 1_200_000 && document.small().is_none(), "{}", document.length());
        let bytes = document.read(0, usize::MAX).unwrap();
        let whole = stand.get("/feeds/rss.xml").await;
        assert!(whole.body == bytes && whole.text().ends_with("</rss>\n"));
        let own = TestRequest::get().uri(whole.header(header::CONTENT_LOCATION));
        let part = stand.ask(own.insert_header((header::RANGE, "bytes=1000-900000"))).await;
        assert!(part.status == 206 && part.body == bytes[1_000..=900_000]);
    }
}
