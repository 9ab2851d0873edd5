//! Changes of applications.

use async_graphql::{Context, Object};

use super::application_input::{
    ApplicationAdvanceInput, ApplicationAdvancePayload, ApplicationAllotInput, ApplicationAllotPayload,
    ApplicationDeclineInput, ApplicationDeclinePayload, ApplicationKeepInput, ApplicationKeepPayload,
    ApplicationPreferTeamsInput, ApplicationPreferTeamsPayload, ApplicationReceipt,
    ApplicationReinstateInput, ApplicationReinstatePayload, ApplicationReturnInput, ApplicationReturnPayload,
    ApplicationSubmitInput, ApplicationSubmitPayload, ApplicationTransferInput, ApplicationTransferPayload,
    ApplicationWithdrawInput, ApplicationWithdrawPayload, JustificationSaveInput, JustificationSavePayload,
    notice, notice_at, teams,
};
use super::asking::asking;
use super::error::id;
use super::payload::answer;
use crate::actions;
use crate::actions::application::{Advance, Decline, GoBack, Onward, Withdraw};

/// Changes of applications.
#[derive(Debug, Default)]
pub struct ApplicationMutation;

#[Object]
impl ApplicationMutation {
    /// Applies to a posting that takes applications. Anyone may; a repeat is answered like a first time and mailed.
    async fn application_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who applies, to what, with which answers.")] input: ApplicationSubmitInput,
    ) -> async_graphql::Result<Option<ApplicationSubmitPayload>> {
        let asking = asking(ctx);
        let ended = async {
            let application = actions::application::submit(asking.act(), input.parse()?).await?;
            let application_id = asking.viewer.staff().map(|_| application.into());
            Ok(ApplicationReceipt { received_at: asking.now().into(), application_id })
        };
        answer(ended.await)
    }

    /// Moves an application to the next stage, through a complete gate.
    async fn application_advance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, from which stage.")] input: ApplicationAdvanceInput,
    ) -> async_graphql::Result<Option<ApplicationAdvancePayload>> {
        let ended = async {
            let advance = Advance {
                application: id(&input.application_id, "application")?,
                stage: input.stage,
                revision: input.expected_revision,
                pass_over: input.pass_over,
            };
            actions::application::advance(asking(ctx).act(), advance).await
        };
        answer(ended.await)
    }

    /// Decides that an application goes on where it is, though its posting or the person was filled meanwhile.
    async fn application_keep(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application.")] input: ApplicationKeepInput,
    ) -> async_graphql::Result<Option<ApplicationKeepPayload>> {
        let ended = async {
            let application = id(&input.application_id, "application")?;
            actions::application::keep(asking(ctx).act(), application, input.expected_revision).await
        };
        answer(ended.await)
    }

    /// Moves an application back to an earlier stage.
    async fn application_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, to which stage, and why.")] input: ApplicationReturnInput,
    ) -> async_graphql::Result<Option<ApplicationReturnPayload>> {
        let ended = async {
            let back = GoBack {
                application: id(&input.application_id, "application")?,
                revision: input.expected_revision,
                to: input.to_stage,
                reason: input.reason,
            };
            actions::application::go_back(asking(ctx).act(), back).await
        };
        answer(ended.await)
    }

    /// Ends an application by our decision: its steps end, a live offer is taken back, its seat is freed, the candidate
    /// gets one mail, at once or at a later hour.
    async fn application_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, and why.")] input: ApplicationDeclineInput,
    ) -> async_graphql::Result<Option<ApplicationDeclinePayload>> {
        let ended = async {
            let decline = Decline {
                application: id(&input.application_id, "application")?,
                revision: input.expected_revision,
                reason: input.reason,
                note: input.note,
                notice: notice_at(input.omit_mail, input.mail_at)?,
            };
            actions::application::decline(asking(ctx).act(), decline).await
        };
        answer(ended.await)
    }

    /// Ends an application by the candidate's decision, told by themselves or through a recruiter.
    async fn application_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, and why.")] input: ApplicationWithdrawInput,
    ) -> async_graphql::Result<Option<ApplicationWithdrawPayload>> {
        let ended = async {
            let withdraw = Withdraw {
                application: id(&input.application_id, "application")?,
                revision: input.expected_revision,
                reason: input.reason,
                notice: notice(input.omit_mail),
            };
            actions::application::withdraw(asking(ctx).act(), withdraw).await
        };
        answer(ended.await)
    }

    /// Takes up a declined or withdrawn application again, in the stage it ended in.
    async fn application_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application.")] input: ApplicationReinstateInput,
    ) -> async_graphql::Result<Option<ApplicationReinstatePayload>> {
        let ended = async {
            let application = id(&input.application_id, "application")?;
            actions::application::reinstate(asking(ctx).act(), application, input.expected_revision).await
        };
        answer(ended.await)
    }

    /// Brings an application to another posting with all its history: its steps are laid into that posting's plan, what was
    /// done stays done, and it goes on where the gates of that plan let it.
    async fn application_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, to which posting, and why.")] input: ApplicationTransferInput,
    ) -> async_graphql::Result<Option<ApplicationTransferPayload>> {
        let ended = async {
            let onward = Onward {
                application: id(&input.application_id, "application")?,
                revision: input.expected_revision,
                posting: id(&input.posting_id, "posting")?,
                reason: input.reason,
                note: input.note,
                omit_mail: input.omit_mail.map(Into::into),
            };
            actions::application::transfer(asking(ctx).act(), onward).await
        };
        answer(ended.await)
    }

    /// Allots an application to a team of its posting, also to a full one.
    async fn application_allot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, to which team.")] input: ApplicationAllotInput,
    ) -> async_graphql::Result<Option<ApplicationAllotPayload>> {
        let ended = async {
            let (application, team) =
                (id(&input.application_id, "application")?, id(&input.team_id, "team")?);
            actions::allotment::allot(asking(ctx).act(), application, team, input.expected_revision).await
        };
        answer(ended.await)
    }

    /// States which teams the candidate would prefer, until an offer is live.
    async fn application_prefer_teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application, which teams.")] input: ApplicationPreferTeamsInput,
    ) -> async_graphql::Result<Option<ApplicationPreferTeamsPayload>> {
        let ended = async {
            let application = id(&input.application_id, "application")?;
            let teams = teams("teams", &input.teams)?;
            actions::allotment::prefer_teams(asking(ctx).act(), application, &teams, input.expected_revision)
                .await
        };
        answer(ended.await)
    }

    /// Writes, or writes anew, why to hire.
    async fn justification_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which application, and why.")] input: JustificationSaveInput,
    ) -> async_graphql::Result<Option<JustificationSavePayload>> {
        let ended = async {
            let application = id(&input.application_id, "application")?;
            actions::justification::save(asking(ctx).act(), application, &input.text).await
        };
        answer(ended.await)
    }
}
