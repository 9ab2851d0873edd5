//! The page of an offer that waits for approval, for an approver who holds its link: no account is needed.
//!
//! Looking changes nothing; a decision carries a number that only the page has, so no program that looks into mails decides.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::fields::{Fault, Fields};
use super::page::{Frame, Trouble, moment, sent_on, shown_privately};
use super::sheet::{Choice, Field, Sheet};
use super::{App, nonce};
use crate::actions::offer::{self, Approve, Delegate, Reject};
use crate::domain::approval::{ApprovalRequest, Chain, RequestState};
use crate::domain::id::UserId;
use crate::domain::link::Purpose;
use crate::domain::offer::{Offer, OfferVersion};
use crate::domain::policy::application::{applications, reasons};
use crate::domain::policy::offer::offers;
use crate::domain::terms::{Terms, TermsHash};
use crate::domain::user::User;
use crate::domain::viewer::{Role, Viewer};
use crate::storage::{self, Failure, approval, candidate, justification, link, offer_version, user};

/// What a secret opens.
struct Opened {
    viewer: Viewer,
    user: UserId,
    offer: Offer,
    version: OfferVersion,
    chain: Chain,
    /// Whether the link works no more.
    revoked: bool,
}

async fn open(app: &App, secret: &str) -> Result<Opened, Trouble> {
    let store = &app.shared.store;
    let link = link::find(store, secret).await?.ok_or(Trouble::NotFound)?;
    let Purpose::Approval { offer, version, user, application } = link.purpose else {
        return Err(Trouble::NotFound);
    };
    let found =
        storage::offer::find(store, &offers(&Viewer::System), offer).await?.ok_or(Trouble::NotFound)?;
    let version = offer_version::get(store, offer, version).await?;
    let chain = approval::chain(store, &version).await?;
    let viewer = Viewer::Approver { user, offer, application };
    let revoked = link.revoked_at.is_some();
    Ok(Opened { viewer, user, offer: found, version, chain, revoked })
}

impl Opened {
    /// What the holder of the link is asked, or was.
    fn request(&self) -> Option<&ApprovalRequest> {
        let own = || self.chain.requests.iter().filter(|one| one.approver == self.user);
        own().find(|one| one.state == RequestState::Asked).or_else(|| own().next_back())
    }

    fn is_open(&self) -> bool {
        !self.revoked && self.offer.version == self.version.number && self.chain.asked(self.user).is_some()
    }
}

#[derive(Template)]
#[template(path = "pages/approval.html")]
struct ApprovalPage {
    frame: Frame,
    address: String,
    heading: String,
    drafter: String,
    until: String,
    terms: Terms,
    justification: Option<String>,
    chain: Vec<(String, String, &'static str)>,
    terms_hash: String,
    nonce: String,
    notice: Option<&'static str>,
    faults: Vec<(String, String)>,
    reason: Field,
    to: Field,
}

#[derive(Template)]
#[template(path = "pages/approval_closed.html")]
struct ClosedPage {
    frame: Frame,
    heading: &'static str,
    said: String,
}

/// `GET /approvals/{secret}`.
pub async fn page(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Trouble> {
    let opened = open(&app, &secret).await?;
    if opened.is_open() {
        return shown(&app, &secret, &opened, &Tried::default(), StatusCode::OK).await;
    }
    shown_privately(StatusCode::OK, &closed(&app, &opened))
}

fn closed(app: &App, opened: &Opened) -> ClosedPage {
    let site = &app.shared.site;
    let request = opened.request();
    let day = request.and_then(|one| one.ended_at).map(|at| moment(site, at)).unwrap_or_default();
    let (heading, said) = match request.map(|one| one.state) {
        Some(RequestState::Approved) => ("You have approved this offer", format!("We have had your yes since {day}.")),
        Some(RequestState::Rejected) => {
            ("You have not approved this offer", format!("We have had your no since {day}. It went back to whoever drafted it."))
        }
        Some(RequestState::Delegated) => {
            ("Somebody else decides in your place", format!("That was said on {day}. Nothing is left for you to do."))
        }
        _ => (
            "This offer does not wait for you any more",
            "Enough others have decided, or its terms have changed since. If they need you again, another mail says so."
                .to_owned(),
        ),
    };
    ClosedPage { frame: Frame::of(site, heading), heading, said }
}

/// What was sent with a page that is shown again.
#[derive(Default)]
struct Tried {
    fields: Option<Fields>,
    faults: Vec<Fault>,
    notice: Option<&'static str>,
}

async fn shown(
    app: &App,
    secret: &str,
    opened: &Opened,
    tried: &Tried,
    status: StatusCode,
) -> Result<HttpResponse, Trouble> {
    let (store, site) = (&app.shared.store, &app.shared.site);
    let all = &applications(&Viewer::System);
    let person = candidate::find(store, all, opened.offer.candidate).await?;
    let application = opened.offer.application;
    let why = justification::of_applications(store, &reasons(&Viewer::System), &[application]).await?;
    let approvers = user::with_role(store, Role::Approver).await?;
    let mut known = opened.chain.people();
    known.push(opened.version.drafted_by);
    let people = user::of(store, &known).await?;
    let name = |id: &UserId| people.get(id).map(|one| one.name.clone()).unwrap_or_default();
    let none = Fields::of(Vec::new());
    let sheet = Sheet { fields: tried.fields.as_ref().unwrap_or(&none), faults: &tried.faults };
    let heading = format!("An offer to {}", person.map(|person| person.name).unwrap_or_default());
    let reason = sheet.field("reason", "Why not?", "prose", true);
    let to = deputies(&sheet, opened, &approvers);
    let wrong = [&reason, &to].into_iter().filter(|field| field.fault.is_some());
    let page = ApprovalPage {
        faults: wrong.map(|field| (field.name.clone(), field.label.clone())).collect(),
        frame: Frame::of(site, &heading),
        address: format!("/approvals/{secret}"),
        drafter: name(&opened.version.drafted_by),
        until: moment(site, opened.offer.expires_at),
        terms: opened.version.terms.clone(),
        justification: why.get(&application).map(|why| why.text.clone()),
        chain: standing(&opened.chain, name),
        terms_hash: opened.version.terms_hash.0.clone(),
        nonce: nonce::new(secret, app.shared.clock.now(), &*app.shared.chance),
        notice: tried.notice,
        heading,
        reason,
        to,
    };
    shown_privately(status, &page)
}

/// Whom the holder of the link may name in their place.
fn deputies(sheet: &Sheet<'_>, opened: &Opened, approvers: &[User]) -> Field {
    let base = sheet.field("toId", "Who decides instead?", "choice", true);
    let others = approvers.iter().filter(|one| one.id != opened.user);
    let choice = |one: &User| Choice {
        value: one.id.to_string(),
        label: one.name.clone(),
        chosen: base.value == one.id.to_string(),
    };
    Field { options: others.map(choice).collect(), ..base }
}

/// Everybody who is to approve, with the group and how it stands.
fn standing(chain: &Chain, name: impl Fn(&UserId) -> String) -> Vec<(String, String, &'static str)> {
    let said = |state| match state {
        RequestState::Waiting => "is asked later",
        RequestState::Asked => "is asked now",
        RequestState::Approved => "has approved",
        RequestState::Rejected => "has not approved",
        RequestState::Delegated => "left it to somebody else",
        RequestState::Released => "is not needed any more",
    };
    chain.requests.iter().map(|one| (one.title.clone(), name(&one.approver), said(one.state))).collect()
}

/// `POST /approvals/{secret}`: `step` says what is decided.
pub async fn act(
    app: Data<App>,
    secret: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Trouble> {
    let fields = Fields::read(&request, &app.shared.site, body).await?;
    let opened = open(&app, &secret).await?;
    let address = format!("/approvals/{}", *secret);
    if !opened.is_open() {
        // Its page says why.
        return Ok(sent_on(&address));
    }
    if !nonce::holds(&secret, fields.get("nonce"), app.shared.clock.now()) {
        let notice = Some("This page had been open for long. Please confirm once more.");
        let tried = Tried { notice, fields: Some(fields), faults: Vec::new() };
        return shown(&app, &secret, &opened, &tried, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let refusal = match decided(&app, &opened, &fields).await {
        Ok(()) => return Ok(sent_on(&address)),
        Err(Failure::Fault(fault)) => return Err(fault.into()),
        Err(Failure::Refused(refusal)) => refusal,
    };
    let (faults, notice) = match Fault::of(&refusal) {
        faults if faults.is_empty() => (faults, said(&refusal)),
        faults => (faults, None),
    };
    if faults.is_empty() && notice.is_none() {
        // It was decided, changed or taken back meanwhile: its page says which.
        return Ok(sent_on(&address));
    }
    let tried = Tried { faults, notice, fields: Some(fields) };
    shown(&app, &secret, &opened, &tried, StatusCode::UNPROCESSABLE_ENTITY).await
}

fn said(refusal: &crate::domain::Refusal) -> Option<&'static str> {
    match refusal.code() {
        "APPROVER_REQUIRED" => Some(
            "Somebody other than whoever drafted the offer has to approve it, and has to be one who approves offers.",
        ),
        "TERMS_CHANGED" => Some("The terms have changed since you opened this page. Please read them again."),
        _ => None,
    }
}

async fn decided(app: &App, opened: &Opened, fields: &Fields) -> Result<(), Failure> {
    let (by, offer) = (app.act(&opened.viewer), opened.offer.id);
    let terms_hash = TermsHash(fields.get("termsHash").to_owned());
    match fields.get("step") {
        "approve" => offer::approve(by, Approve { offer, terms_hash }).await?,
        "reject" => {
            let reason = fields.get("reason").to_owned();
            offer::reject(by, Reject { offer, terms_hash, reason }).await?
        }
        "delegate" => {
            let wrong = |_| crate::domain::Refusal::required("toId");
            let to = fields.get("toId").parse().map_err(wrong)?;
            offer::delegate(by, Delegate { offer, from: None, to }).await?
        }
        _ => return Ok(()),
    };
    Ok(())
}
