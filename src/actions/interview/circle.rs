//! Those who are written to about a meeting, and what they are written. Nobody's mail names another's address.

use url::Url;

use super::super::Act;
use super::super::letter::{About, Addressee, addressee, colleagues, prepare_invitation, role};
use crate::domain::application::Application;
use crate::domain::email::NewEmail;
use crate::domain::id::UserId;
use crate::domain::interview::{Interview, Meeting, Participant};
use crate::domain::mailing::MailGroup;
use crate::domain::step::ApplicationStep;
use crate::domain::user::User;
use crate::mail::invite::{self, Invite, Method};
use crate::mail::letter::{
    Appointment, Facts, Host, InterviewAssigned, InterviewCancelled, InterviewScheduled, InterviewUnassigned,
    News, Reader,
};
use crate::mail::line::Line;
use crate::storage::Failure;

/// Those who are written to about a meeting.
pub(super) struct Circle {
    about: About,
    role: Line,
    title: Line,
    candidate: Addressee,
    people: Vec<Person>,
}

struct Person {
    one: Participant,
    addressee: Addressee,
    host: Host,
}

impl Circle {
    /// The candidate, and these people.
    pub(super) async fn of(
        act: Act<'_>,
        application: &Application,
        step: &ApplicationStep,
        people: &[Participant],
    ) -> Result<Self, Failure> {
        let users: Vec<UserId> = people.iter().map(|one| one.user).collect();
        let mut known = colleagues(act.store, application.candidate, application.id, &users).await?;
        let person = |one: &Participant| {
            let (addressee, user) = known.remove(&one.user)?;
            let host = host_of(&user);
            Some(Person { one: one.clone(), addressee, host })
        };
        Ok(Self {
            about: About { posting: application.posting, application: application.id, offer: None },
            role: role(act, application.posting).await?,
            title: Line::cut(&step.title, 80),
            candidate: addressee(act.store, application.candidate, application.id).await?,
            people: people.iter().filter_map(person).collect(),
        })
    }

    /// Those who come, as they are told to all.
    fn hosts(&self) -> Vec<Host> {
        let coming = self.people.iter().filter(|person| person.one.removed_at.is_none());
        coming.map(|person| person.host.clone()).collect()
    }

    /// To the candidate, and to those who come and are picked.
    pub(super) fn invitations(
        &self,
        act: Act<'_>,
        interview: &Interview,
        news: News,
        picked: impl Fn(&Participant) -> bool,
    ) -> Result<Vec<NewEmail>, Failure> {
        let facts = InterviewScheduled {
            reader: Reader::new(&self.candidate.name),
            role: self.role.clone(),
            title: self.title.clone(),
            news,
            appointment: appointment(&interview.meeting),
            hosts: self.hosts(),
            contact: Line::new(act.site.contact_email.as_str()),
        };
        let mut mails = vec![self.write(act, interview, Method::Request, None, &facts)?];
        for person in
            self.people.iter().filter(|person| person.one.removed_at.is_none() && picked(&person.one))
        {
            // Whoever is new to it learns of it for the first time.
            let is_new = news == News::Changed && person.one.added_at == interview.arranged_at;
            let facts = InterviewAssigned {
                reader: Reader::new(&person.addressee.name),
                role: self.role.clone(),
                title: self.title.clone(),
                candidate: Line::cut(&self.candidate.name, 80),
                news: if is_new { News::Set } else { news },
                appointment: appointment(&interview.meeting),
                hosts: self.hosts(),
                shadow: person.one.shadow,
            };
            mails.push(self.write(act, interview, Method::Request, Some(person), &facts)?);
        }
        Ok(mails)
    }

    /// To those who were to come and are picked.
    pub(super) fn cancellations(
        &self,
        act: Act<'_>,
        interview: &Interview,
        without_reader: bool,
        picked: impl Fn(&Participant) -> bool,
    ) -> Result<Vec<NewEmail>, Failure> {
        let picked = self.people.iter().filter(|person| picked(&person.one));
        let mail = |person: &Person| {
            let facts = InterviewUnassigned {
                reader: Reader::new(&person.addressee.name),
                role: self.role.clone(),
                title: self.title.clone(),
                candidate: Line::cut(&self.candidate.name, 80),
                appointment: appointment(&interview.meeting),
                without_reader,
            };
            self.write(act, interview, Method::Cancel, Some(person), &facts)
        };
        picked.map(mail).collect()
    }

    /// To the candidate.
    pub(super) fn cancellation(&self, act: Act<'_>, interview: &Interview) -> Result<NewEmail, Failure> {
        let facts = InterviewCancelled {
            reader: Reader::new(&self.candidate.name),
            role: self.role.clone(),
            title: self.title.clone(),
            appointment: appointment(&interview.meeting),
        };
        self.write(act, interview, Method::Cancel, None, &facts)
    }

    /// What takes the meeting out of the candidate's calendar, for a letter that tells them something else as well.
    pub(super) fn withdrawal(&self, act: Act<'_>, interview: &Interview) -> Result<Invite, Failure> {
        self.invite(act, interview, Method::Cancel, None)
    }

    fn write(
        &self,
        act: Act<'_>,
        interview: &Interview,
        method: Method,
        person: Option<&Person>,
        facts: &impl Facts,
    ) -> Result<NewEmail, Failure> {
        let invite = self.invite(act, interview, method, person)?;
        let to = person.map_or(&self.candidate, |person| &person.addressee);
        let whom = person.map_or_else(|| "candidate".to_owned(), |person| person.one.user.short());
        let name = format!("{}.{}", interview.id.short(), interview.sequence);
        prepare_invitation(act, to, self.about, &format!("interview-{name}-{whom}"), facts, (&name, invite))
    }

    fn invite(
        &self,
        act: Act<'_>,
        interview: &Interview,
        method: Method,
        person: Option<&Person>,
    ) -> Result<Invite, Failure> {
        let with = match person {
            Some(_) => self.candidate.name.as_str(),
            None => act.site.name.as_str(),
        };
        let meeting = &interview.meeting;
        let places = meeting.place.as_deref().or(meeting.video_link.as_deref());
        let call = meeting.video_link.as_ref().map(|link| Line::cut(&format!("Video call: {link}"), 2_100));
        let hosts = self.hosts().into_iter().map(|host| Line::new(&host.shown()));
        let told = invite::Meeting {
            uid: &interview.uid,
            sequence: interview.sequence,
            starts_at: meeting.starts_at,
            ends_at: meeting.ends_at,
            written_at: act.clock.now(),
            summary: Line::new(&format!("{}: {with}", self.title)),
            description: std::iter::once(self.role.clone()).chain(call).chain(hosts).collect(),
            location: places.map(|place| Line::cut(place, 2_100)),
            organizer: act.site.sender(MailGroup::Interviews).as_str(),
            optional: person.is_some_and(|person| person.one.shadow),
        };
        let to = person.map_or(&self.candidate, |person| &person.addressee);
        to.invite(&told, method)
    }
}

/// Somebody of ours, as candidates are told of them.
pub(in crate::actions) fn host_of(user: &User) -> Host {
    let title = user.title.as_deref().map(|title| Line::cut(title, 80));
    Host { name: Line::cut(&user.name, 80), title }
}

/// When and where a meeting is, as letters tell it.
pub(in crate::actions) fn appointment(meeting: &Meeting) -> Appointment {
    Appointment {
        starts_at: meeting.starts_at,
        ends_at: meeting.ends_at,
        zone: meeting.zone,
        place: meeting.place.as_deref().map(Line::new),
        video_link: meeting.video_link.as_deref().and_then(|link| Url::parse(link).ok()),
    }
}
