//! Who works there, each with a token of their own.

use vacantia::actions::{token, user};
use vacantia::domain::viewer::{Grant, Reach, Role, TokenScope};

use crate::app::TestApp;

/// What a request proves itself with: nothing, a token, or the secret of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(Option<String>);

impl Token {
    pub const NONE: Self = Self(None);

    pub fn of_link(secret: &str) -> Self {
        Self(Some(secret.to_owned()))
    }

    pub fn secret(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A member of staff.
#[derive(Debug, Clone)]
pub struct Colleague {
    pub id: String,
    pub token: Token,
}

/// All of them.
pub struct Staff {
    pub recruiters: Vec<Colleague>,
    pub managers: Vec<Colleague>,
    pub interviewers: Vec<Colleague>,
    pub vp: Colleague,
    pub ceo: Colleague,
    pub approver: Colleague,
}

impl Staff {
    /// They are there before the month begins: nobody is hired into staff through GraphQL.
    pub async fn new(app: &TestApp) -> Self {
        let hire = async |name: &str, title: &str, role: Role| {
            let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
            let grants = vec![Grant { role, reach: Reach::Organisation }];
            let input = user::Create { email, name: name.into(), title: Some(title.into()), grants };
            let owner = user::create(app.system(), input).await.unwrap().id;
            let (name, scopes) = ("Browser".into(), vec![TokenScope::Write]);
            let input = token::Create { owner, name, scopes, expires_at: None };
            let secret = token::create(app.system(), input).await.unwrap().secret;
            Colleague { id: owner.to_string(), token: Token(Some(secret)) }
        };
        let mut interviewers = Vec::new();
        for name in ["Iva Stone", "Jan Field", "Kim Brook", "Lou Marsh"] {
            interviewers.push(hire(name, "Developer", Role::Interviewer).await);
        }
        Self {
            recruiters: vec![
                hire("Rhea Vale", "Recruiter", Role::Recruiter).await,
                hire("Sol Ridge", "Recruiter", Role::Recruiter).await,
            ],
            managers: vec![
                hire("Mara Glen", "Engineering Manager", Role::HiringManager).await,
                hire("Nils Cove", "Engineering Manager", Role::HiringManager).await,
            ],
            interviewers,
            vp: hire("Vera Peak", "VP of Engineering", Role::Interviewer).await,
            ceo: hire("Cora Bay", "CEO", Role::Interviewer).await,
            approver: hire("Arno Dell", "Finance", Role::Approver).await,
        }
    }

    /// Whoever drives the process.
    pub fn recruiter(&self) -> &Token {
        &self.recruiters[0].token
    }

    /// Everybody who meets candidates.
    pub fn all(&self) -> impl Iterator<Item = &Colleague> {
        let many = [&self.recruiters, &self.managers, &self.interviewers];
        many.into_iter().flatten().chain([&self.vp, &self.ceo])
    }
}
