//! A board, record by record.

use std::collections::{HashMap, HashSet};

use serde_json::value::RawValue;

use super::{BoardOptions, Line, Missing, Report};
use crate::actions::Act;
use crate::actions::import::{self, Board, Outcome};
use crate::boards::{self, Job, Note};
use crate::cli::progress::Progress;
use crate::domain::Refusal;
use crate::domain::id::{PlanId, PostingId, TeamId};
use crate::domain::posting::{PlanVersion, PostingStatus};
use crate::domain::posting_source::SourceSystem;
use crate::storage::{Failure, posting_source};

/// A board on its way in.
pub struct Intake<'a> {
    act: Act<'a>,
    options: &'a BoardOptions,
    board: Board,
    teams: HashMap<String, TeamId>,
    /// Where each id of the file stands.
    ids: HashMap<String, usize>,
    /// Where each apply link of the file stands.
    links: HashMap<String, usize>,
    /// What is kept as the file has it, by the system's ids.
    taken: HashSet<String>,
    /// Whether a record is there of which nobody can say which posting it is.
    nameless: bool,
    report: Report,
}

impl<'a> Intake<'a> {
    /// Ready to take a board in.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn new(act: Act<'a>, system: SourceSystem, options: &'a BoardOptions) -> anyhow::Result<Self> {
        let plan = match import::plan(act).await? {
            Some(plan) => plan,
            // Kept nowhere.
            None if options.dry_run => {
                PlanVersion { plan: PlanId::new(act.clock.now(), act.chance), number: 1 }
            }
            None => import::first_plan(act).await?.version,
        };
        let board = Board { system, name: options.board.clone(), plan, careers: options.careers.clone() };
        let report = Report {
            system: system.to_string(),
            board: options.board.clone(),
            dry_run: options.dry_run,
            ..Report::default()
        };
        let (teams, ids, links) = (HashMap::new(), HashMap::new(), HashMap::new());
        Ok(Self { act, options, board, teams, ids, links, taken: HashSet::new(), nameless: false, report })
    }

    /// Takes every record that can be taken, and says what became of each.
    ///
    /// # Errors
    /// When the database cannot be used; what is in by then stays.
    pub async fn take(mut self, records: &[&RawValue], progress: &Progress) -> anyhow::Result<Report> {
        self.report.records = records.len();
        for (index, raw) in records.iter().enumerate() {
            self.record(index, raw.get()).await?;
            progress.reach(index as u64 + 1);
        }
        self.rest().await?;
        Ok(self.report)
    }

    async fn record(&mut self, index: usize, raw: &str) -> anyhow::Result<()> {
        let job = match boards::read(self.board.system, raw) {
            Ok(job) => job,
            Err(faults) => {
                let id = boards::id_of(raw);
                self.nameless |= id.is_none();
                self.refuse(index, id.as_deref(), faults);
                self.ids.extend(id.map(|id| (id, index)));
                return Ok(());
            }
        };
        if let Some(first) = self.ids.get(&job.external_id) {
            let twice = Note::new("id", format!("the same as in record {first}"));
            self.refuse(index, Some(&job.external_id), vec![twice]);
            return Ok(());
        }
        self.ids.insert(job.external_id.clone(), index);
        self.job(index, &job).await
    }

    async fn job(&mut self, index: usize, job: &Job) -> anyhow::Result<()> {
        match self.brought(job).await {
            Ok(brought) => {
                match brought.outcome {
                    Outcome::Created => self.report.created += 1,
                    Outcome::Updated => self.report.updated += 1,
                    Outcome::Unchanged => self.report.unchanged += 1,
                }
                self.report.left_out += job.left_out;
                self.taken.insert(job.external_id.clone());
                let notes = brought.notes.into_iter().chain(self.link(index, job));
                let lines = notes.map(|note| Line::new(index, Some(&job.external_id), note));
                self.report.warnings.extend(lines);
                Ok(())
            }
            Err(Failure::Refused(refusal)) => {
                self.refuse(index, Some(&job.external_id), refusal.each().iter().map(note).collect());
                Ok(())
            }
            Err(Failure::Fault(fault)) => Err(anyhow::Error::new(fault)
                .context(format!("stopped at record {index}; run it again to go on from there"))),
        }
    }

    async fn brought(&mut self, job: &Job) -> Result<import::Brought, Failure> {
        if self.options.dry_run {
            return import::foresee(self.act, &self.board, job).await;
        }
        let team = self.team(job).await?;
        import::bring(self.act, &self.board, job, team).await
    }

    async fn team(&mut self, job: &Job) -> Result<TeamId, Failure> {
        let department = job.department.as_ref().filter(|_| self.options.team_from.is_some());
        let name = department.unwrap_or(&self.options.team);
        if let Some(known) = self.teams.get(name) {
            return Ok(*known);
        }
        let team = import::team(self.act, name).await?;
        self.teams.insert(name.clone(), team);
        Ok(team)
    }

    /// A word about two records whose candidates would end up at the same place.
    fn link(&mut self, index: usize, job: &Job) -> Option<Note> {
        let link = self.board.apply_url(job).ok()??;
        let first = *self.links.entry(link).or_insert(index);
        (first != index).then(|| Note::new("applyUrl", format!("the same as of record {first}")))
    }

    fn refuse(&mut self, index: usize, id: Option<&str>, notes: Vec<Note>) {
        self.report.refused.extend(notes.into_iter().map(|note| Line::new(index, id, note)));
    }

    /// What came from the board before and did not come, or was refused, this time.
    async fn rest(&mut self) -> anyhow::Result<()> {
        let brought = posting_source::brought(self.act.store, self.board.system, &self.board.name).await?;
        for one in brought {
            if !self.taken.contains(&one.external_id) {
                self.report.left_out += self.without_people(one.posting).await?;
            }
            let is_running = matches!(one.status, PostingStatus::Open | PostingStatus::Paused);
            if is_running && !self.ids.contains_key(&one.external_id) {
                self.missing(one).await?;
            }
        }
        Ok(())
    }

    async fn without_people(&self, posting: PostingId) -> Result<usize, Failure> {
        if self.options.dry_run {
            return import::foresee_people(self.act, posting).await;
        }
        import::forget_people(self.act, posting).await
    }

    /// A posting that is no longer on the board.
    async fn missing(&mut self, gone: posting_source::Brought) -> anyhow::Result<()> {
        // A record without an id may be this very one.
        if self.options.close_missing && !self.nameless {
            if !self.options.dry_run {
                import::close_missing(self.act, gone.posting).await?;
            }
            self.report.closed += 1;
        }
        let (posting, id, title) = (gone.posting.to_string(), gone.external_id, gone.title);
        self.report.missing.push(Missing { posting, id, title });
        Ok(())
    }
}

fn note(refusal: &Refusal) -> Note {
    let field = match refusal {
        Refusal::PlaceMissing => "places",
        Refusal::DeadlinePassed => "expiresAt",
        Refusal::PostingStatus(_) | Refusal::NoVacancies => "status",
        other => other.field().unwrap_or_default(),
    };
    let reason = match refusal {
        Refusal::Required { .. } => "missing".to_owned(),
        Refusal::Invalid { expected, .. } => format!("expected {expected}"),
        other => other.to_string(),
    };
    Note::new(field, reason)
}
