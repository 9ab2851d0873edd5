//! What is read of many applications at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::asking::Asking;
use super::batch::{Load, alike, nested_read};
use super::team::{Team, TeamById};
use crate::domain;
use crate::domain::application::{Application, Why};
use crate::domain::id::{ApplicationId, PostingTeamId, StepId, TeamId};
use crate::domain::policy::application as policy;
use crate::domain::policy::organisation::events;
use crate::domain::step::StepState;
use crate::storage::event::Recorded;
use crate::storage::{self, Fault, Page, Part};

/// The team behind a posting's hiring for it, if the viewer sees it.
pub(super) async fn team(asking: &Asking, of: PostingTeamId) -> async_graphql::Result<Option<Team>> {
    let Some(team) = asking.load::<TeamOfPostingTeam>(of).await? else { return Ok(None) };
    Ok(asking.load::<TeamById>(team).await?.map(Team))
}

/// Steps of an application, as whoever knows the application like this may know them.
pub(super) async fn steps(
    asking: &Asking,
    known: &Application,
) -> async_graphql::Result<Vec<domain::step::ApplicationStep>> {
    let steps = asking.load_all::<StepsOfApplication>(known.id).await?;
    if known.active().is_err() {
        return Ok(steps.to_vec());
    }
    let ended = steps.iter().filter(|step| step.state == StepState::Cancelled);
    let happened = try_join_all(ended.map(|step| asking.load::<Happened>(step.id))).await?;
    let happened = happened.into_iter().flatten().collect();
    Ok(steps.iter().cloned().map(|step| step.under_way(&happened)).collect())
}

fn shared<K: Hash + Eq, V>(found: HashMap<K, Vec<V>>) -> HashMap<K, Arc<Vec<V>>> {
    found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect()
}

nested_read! {
    /// Applications by their ids.
    pub(super) ApplicationById(asking, keys: ApplicationId) -> Application {
        let found = storage::application::of_ids(asking.store(), &policy::applications(&asking.viewer), &keys).await?;
        Ok(found.into_iter().map(|application| (application.id, application)).collect())
    }
}
nested_read! {
    /// Answers of applications.
    pub(super) AnswersOfApplication(asking, keys: ApplicationId) -> Arc<Vec<domain::question::Answer>> {
        let scope = policy::answers(&asking.viewer);
        storage::answer::of_applications(asking.store(), &scope, &keys).await.map(shared)
    }
}
nested_read! {
    /// Steps of applications.
    pub(super) StepsOfApplication(asking, keys: ApplicationId) -> Arc<Vec<domain::step::ApplicationStep>> {
        let scope = policy::applications(&asking.viewer);
        storage::step::of_applications(asking.store(), &scope, &keys).await.map(shared)
    }
}
nested_read! {
    /// Steps whose meetings took place or whose answers are in.
    Happened(asking, keys: StepId) -> StepId {
        Ok(storage::step::happened(asking.store(), &keys).await?.into_iter().map(|step| (step, step)).collect())
    }
}
nested_read! {
    /// Allotments of applications.
    pub(super) AllotmentsOfApplication(asking, keys: ApplicationId) -> Arc<Vec<domain::allotment::Allotment>> {
        let scope = policy::applications(&asking.viewer);
        storage::allotment::of_applications(asking.store(), &scope, &keys).await.map(shared)
    }
}
nested_read! {
    /// Preferred teams of applications.
    pub(super) PreferredTeams(asking, keys: ApplicationId) -> Arc<Vec<TeamId>> {
        let scope = policy::applications(&asking.viewer);
        storage::allotment::preferred(asking.store(), &scope, &keys).await.map(shared)
    }
}
nested_read! {
    /// Which team a posting's hiring is for.
    TeamOfPostingTeam(asking, keys: PostingTeamId) -> TeamId {
        let found = storage::posting_team::of(asking.store(), &keys).await?;
        Ok(found.into_iter().map(|(id, entry)| (id, entry.team)).collect())
    }
}
nested_read! {
    /// Why applications ended.
    pub(super) WhyEnded(asking, keys: ApplicationId) -> Why {
        storage::application::reasons(asking.store(), &policy::reasons(&asking.viewer), &keys).await
    }
}
nested_read! {
    /// Why to hire.
    pub(super) JustificationOfApplication(asking, keys: ApplicationId) -> domain::justification::Justification {
        storage::justification::of_applications(asking.store(), &policy::reasons(&asking.viewer), &keys).await
    }
}
nested_read! {
    /// What policy is asked about applications that the viewer sees.
    pub(super) SubjectOfApplication(asking, keys: ApplicationId) -> domain::policy::Subject {
        storage::application::subjects(asking.store(), &keys, asking.viewer.user()).await
    }
}
nested_read! {
    /// What applicants said of themselves with their applications.
    pub(super) SubmittedContactOf(asking, keys: ApplicationId) -> domain::candidate::Applicant {
        storage::candidate::as_submitted(asking.store(), &policy::contacts(&asking.viewer), &keys).await
    }
}
nested_read! {
    /// Ways back of applications.
    pub(super) ReturnsOfApplication(asking, keys: ApplicationId) -> Arc<Vec<domain::application::Return>> {
        let scope = policy::reasons(&asking.viewer);
        storage::stage_return::of_applications(asking.store(), &scope, &keys).await.map(shared)
    }
}

nested_read! {
    /// Transfers of applications.
    pub(super) TransfersOfApplication(asking, keys: ApplicationId) -> Arc<Vec<domain::transfer::Transfer>> {
        let scope = policy::reasons(&asking.viewer);
        storage::transfer::of_applications(asking.store(), &scope, &keys).await.map(shared)
    }
}

/// Events of applications, page by page.
pub(super) struct EventsOfApplication;

impl Load for EventsOfApplication {
    type Key = (ApplicationId, Page);
    type Value = Part<Recorded>;

    async fn load(asking: &Asking, keys: Vec<Self::Key>) -> Result<HashMap<Self::Key, Self::Value>, Fault> {
        let scope = events(&asking.viewer);
        let mut found = HashMap::new();
        for (page, applications) in alike(keys) {
            let parts = storage::event::of_applications(asking.store(), &scope, &applications, &page).await?;
            found.extend(parts.into_iter().map(|(id, part)| ((id, page.clone()), part)));
        }
        Ok(found)
    }
}
