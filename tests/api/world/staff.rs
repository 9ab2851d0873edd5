//! Who works there.

use vacantia::actions::{token, user};
use vacantia::domain::Viewer;
use vacantia::domain::id::{TokenId, UserId};
use vacantia::domain::viewer::{Grant, Reach, Role, Staff, TokenScope};

use super::postings::Postings;
use super::{Founder, Who};

/// The users behind the viewers, and those who only work.
pub struct Team {
    pub admin: UserId,
    pub recruiter: UserId,
    pub posting_recruiter: UserId,
    pub manager: UserId,
    pub interviewer: UserId,
    pub approver: UserId,
    /// Approves what the approver is not asked about.
    pub chief: UserId,
    pub newcomer: UserId,
}

const EVERYWHERE: Reach = Reach::Organisation;

pub fn everywhere(user: UserId, role: Role) -> Viewer {
    staff(user, role, EVERYWHERE, &[TokenScope::Write])
}

fn staff(user: UserId, role: Role, reach: Reach, scopes: &[TokenScope]) -> Viewer {
    Viewer::Staff(Staff { user, grants: vec![Grant { role, reach }], scopes: scopes.to_vec() })
}

impl Founder {
    pub(super) async fn staff(&mut self) -> Team {
        let team = Team {
            admin: self.person("admin", Some(Role::Admin)).await,
            recruiter: self.person("recruiter", Some(Role::Recruiter)).await,
            posting_recruiter: self.person("posting recruiter", None).await,
            manager: self.person("manager", None).await,
            interviewer: self.person("interviewer", None).await,
            approver: self.person("approver", Some(Role::Approver)).await,
            chief: self.person("chief", Some(Role::Approver)).await,
            newcomer: self.person("newcomer", None).await,
        };
        let admin = [TokenScope::Write, TokenScope::Admin];
        self.scene.viewers = vec![
            (Who::Anyone, Viewer::Anonymous),
            (Who::Recruiter, everywhere(team.recruiter, Role::Recruiter)),
            (Who::Approver, everywhere(team.approver, Role::Approver)),
            (Who::Admin, staff(team.admin, Role::Admin, EVERYWHERE, &admin)),
            (Who::Reader, staff(team.recruiter, Role::Recruiter, EVERYWHERE, &[TokenScope::Read])),
        ];
        let newcomer = Staff { user: team.newcomer, grants: Vec::new(), scopes: vec![TokenScope::Write] };
        self.scene.viewers.push((Who::Newcomer, Viewer::Staff(newcomer)));
        team
    }

    /// Somebody with a token.
    async fn person(&mut self, who: &str, role: Option<Role>) -> UserId {
        self.pass();
        let new = user::Create {
            email: self.email(&format!("user {who} email")),
            name: self.word(&format!("user {who} name")),
            title: Some(self.word(&format!("user {who} title"))),
            grants: role.map(|role| Grant { role, reach: EVERYWHERE }).into_iter().collect(),
        };
        let id = user::create(self.app.system(), new).await.unwrap().id;
        self.call(&format!("user {who}"), id);
        self.token(id, &format!("token {who}")).await;
        let ended = self.token(id, &format!("token ended {who}")).await;
        token::revoke(self.app.system(), ended).await.unwrap();
        id
    }

    async fn token(&mut self, owner: UserId, label: &str) -> TokenId {
        let name = self.word(label);
        let new = token::Create { owner, name, scopes: vec![TokenScope::Write], expires_at: None };
        let id = token::create(self.app.system(), new).await.unwrap().token.id;
        self.call(label, id);
        id
    }

    /// The roles that hold somewhere only.
    pub(super) async fn grants(&mut self, team: &Team, postings: &Postings) {
        let open = Reach::Posting(postings.open);
        for (who, id, role, reach) in [
            (Who::PostingRecruiter, team.posting_recruiter, Role::Recruiter, open),
            (Who::HiringManager, team.manager, Role::HiringManager, Reach::Team(postings.xenon)),
            (Who::Interviewer, team.interviewer, Role::Interviewer, open),
        ] {
            user::grant(self.app.system(), id, Grant { role, reach }).await.unwrap();
            self.scene.viewers.push((who, staff(id, role, reach, &[TokenScope::Write])));
        }
    }
}
