//! Reports as tables: `GET /reports/{name}.csv`, for those who read them over GraphQL.

pub mod table;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, NaiveTime, SubsecRound as _, TimeZone as _, Utc};
use serde::Deserialize;

use super::App;
use super::page::Trouble;
use super::viewer::{named, nameless};
use crate::domain::Refusal;
use crate::domain::policy::report::reports;
use crate::domain::report::Table;
use crate::domain::site::Site;
use crate::storage::report::{self, Wanted};

/// What was asked for, as it came.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    #[serde(default)]
    posting: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
}

impl Query {
    fn parse(&self, site: &Site) -> Result<Wanted, Refusal> {
        Wanted {
            posting: given("posting", &self.posting, "a posting's id", |text| text.parse().ok())?,
            team: given("team", &self.team, "a team's id", |text| text.parse().ok())?,
            from: given("from", &self.from, INSTANT, |text| instant(text, site))?,
            until: given("until", &self.until, INSTANT, |text| instant(text, site))?,
        }
        .checked()
    }
}

/// What an instant looks like.
const INSTANT: &str = "a day such as 2027-01-15 or a timestamp such as 2027-01-15T08:00:00Z";

fn given<T>(
    field: &str,
    text: &str,
    expected: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    match text.trim() {
        "" => Ok(None),
        text => read(text).map(Some).ok_or_else(|| Refusal::invalid(field, expected)),
    }
}

/// The instant that a text tells, or the beginning of the day in the organisation's zone.
#[must_use]
pub fn instant(text: &str, site: &Site) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc).trunc_subsecs(6));
    }
    let midnight = text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN);
    Some(site.zone.from_local_datetime(&midnight).earliest()?.with_timezone(&Utc))
}

/// `GET /reports/{name}.csv`: with a token, by the same policy as GraphQL's `report`.
pub(super) async fn csv(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let Some(asks) = named(&app, &request).await? else { return Ok(nameless("Reports")) };
    let scope = reports(&asks);
    let table = name.parse::<Table>().map_err(|_| Trouble::NotFound)?;
    if scope.is_nothing() {
        return Err(Trouble::NotFound);
    }
    let query = web::Query::<Query>::from_query(request.query_string()).map_err(|_| Trouble::Unreadable)?;
    let wanted = match query.parse(&app.shared.site) {
        Ok(wanted) => wanted,
        Err(refusal) => {
            let text = format!("{}: {refusal}\n", refusal.field().unwrap_or("query"));
            return Ok(plain(StatusCode::BAD_REQUEST, text));
        }
    };
    let now = app.shared.clock.now();
    let store = &app.shared.store;
    let read = report::read(store, &scope, &wanted, now).await?;
    let rows = table::rows(store, &asks, now, table, &read).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{table}.csv\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(table::csv(&rows)))
}

fn plain(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}
