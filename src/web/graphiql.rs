//! The GraphQL explorer: the files of the npm package, served by us, so that it asks nobody else for anything.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpResponse, http::header::HeaderValue};
use askama::Template;
use serde_json::{Value, json};

use super::App;
use super::asset::{self, EXPLORER};
use super::page::{Trouble, shown};

/// Our own scripts only. The package sets `style` attributes, and has its pictures inside its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The queries in its tabs, with their variables.
pub const EXAMPLES: [(&str, Option<&str>); 5] = [
    (include_str!("../../assets/graphiql/examples/1_jobs.graphql"), None),
    (include_str!("../../assets/graphiql/examples/2_process.graphql"), None),
    (
        include_str!("../../assets/graphiql/examples/3_apply.graphql"),
        Some(include_str!("../../assets/graphiql/examples/3_apply.json")),
    ),
    (include_str!("../../assets/graphiql/examples/4_board.graphql"), None),
    (include_str!("../../assets/graphiql/examples/5_viewer.graphql"), None),
];

#[derive(Template)]
#[template(path = "pages/graphiql.html")]
struct ExplorerPage<'a> {
    organisation: &'a str,
    style: String,
    own_style: String,
    scripts: Vec<String>,
    examples: String,
}

/// `GET /graphiql`, where the settings allow it.
pub(super) async fn page(app: Data<App>) -> Result<HttpResponse, Trouble> {
    if !app.settings.graphiql {
        return Err(Trouble::NotFound);
    }
    let tab = |(query, variables): &(&str, Option<&str>)| json!({ "query": query, "variables": variables });
    let examples: Value = EXAMPLES.iter().map(tab).collect();
    let [style, own_style, scripts @ ..] = EXPLORER.map(asset::path);
    let page = ExplorerPage {
        organisation: &app.shared.site.name,
        style,
        own_style,
        scripts: scripts.to_vec(),
        // Nothing in it can end the element it stands in.
        examples: examples.to_string().replace('<', "\\u003c"),
    };
    let mut answer = shown(StatusCode::OK, &page)?;
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(answer)
}
