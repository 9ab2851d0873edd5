//! Which other sites' pages may read answers of `/graphql`.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;

use crate::graphql_http::{Answer, Desk, query};

const OURS: &str = "https://jobs.example.com";
const THEIRS: &str = "https://evil.example.net";

fn from(origin: &'static str, request: TestRequest) -> TestRequest {
    request.insert_header((header::ORIGIN, origin))
}

fn preflight(origin: &'static str) -> TestRequest {
    let request = TestRequest::default().method(Method::OPTIONS).uri("/graphql");
    from(origin, request)
        .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, "POST"))
        .insert_header((header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type"))
}

fn allowed(answer: &Answer) -> &str {
    answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN)
}

#[actix_web::test]
async fn nobody_is_allowed_by_default() {
    let desk = Desk::new(&[]).await;
    let answer = desk.call(preflight(OURS)).await;
    assert_eq!((answer.status, allowed(&answer)), (405, ""));
    let answer = desk.call(from(OURS, query("{hello}"))).await;
    assert_eq!((answer.status, allowed(&answer)), (200, ""));
}

#[actix_web::test]
async fn listed_origins_may_read_and_send_tokens() {
    let desk = Desk::new(&["https://other.example.com", OURS]).await;
    let answer = desk.call(preflight(OURS)).await;
    assert_eq!((answer.status, allowed(&answer)), (204, OURS));
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_METHODS), "GET, HEAD, POST");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS), "authorization, content-type");
    assert_eq!(answer.header(header::ACCESS_CONTROL_MAX_AGE), "7200");
    assert_eq!(answer.header(header::VARY), "Origin");
    let answer = desk.call(from(OURS, query("{hello}"))).await;
    assert_eq!((answer.status, allowed(&answer)), (200, OURS));
    let refused = desk.call(from(OURS, query("{"))).await;
    assert_eq!(allowed(&refused), OURS);
}

#[actix_web::test]
async fn other_origins_get_answers_that_say_nothing_of_them() {
    let desk = Desk::new(&[OURS]).await;
    for origin in [THEIRS, "null", "https://jobs.example.com.evil.example.net", "http://jobs.example.com"] {
        assert_eq!(desk.call(preflight(origin)).await.status, 405, "{origin}");
        let answer = desk.call(from(origin, query("{hello}"))).await;
        assert_eq!((answer.status, allowed(&answer)), (200, ""), "{origin}");
        let vary: Vec<_> = answer.headers.get_all(header::VARY).collect();
        assert_eq!(vary, ["Accept", "Origin"], "caches must tell origins apart");
    }
}

#[actix_web::test]
async fn everybody_may_be_allowed_but_never_with_cookies() {
    let desk = Desk::new(&["*"]).await;
    for request in [preflight(THEIRS), from(THEIRS, query("{hello}"))] {
        let answer = desk.call(request).await;
        assert!(answer.status < 300);
        assert_eq!(allowed(&answer), "*");
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "");
    }
    let answer = desk.call(query("{hello}")).await;
    assert_eq!(allowed(&answer), "");
}
