//! The database schema of Vacantia, step by step. A migration never changes once released: expand, then contract.
//!
//! Unique indexes that stand for a refusal end in the constant `(0)`, so that SQLite names them when they are broken.

use sea_orm_migration::prelude::*;

mod dialect;
mod m20261123_000001_found_organisation;
mod m20261123_000002_found_postings;
mod m20261123_000003_found_applications;
mod m20261123_000004_found_offers;
mod m20261123_000005_found_mail;
mod m20261123_000006_found_events;
mod m20261126_000007_found_feed_editions;
mod m20261126_000008_keep_sources;
mod m20261126_000009_extend_links;
mod m20261126_000010_found_forms;
mod m20261126_000011_found_interviews;
mod m20261126_000012_found_scorecards;
mod m20261126_000013_found_references;
mod m20261126_000014_found_slots;
mod m20261126_000015_index_work;
mod m20261126_000016_tell_later;
mod m20261126_000017_found_notes;
mod m20261126_000018_found_transfers;
mod m20261127_000019_complete_steps;
mod m20261127_000020_note_feed_changes;
mod m20261127_000021_set_channels;
mod m20261127_000022_found_pings;
mod m20261127_000023_index_feeds;
mod m20261127_000029_found_approval_chains;
mod m20261127_000030_remind_of_offers;
mod m20261128_000031_found_messages;
mod m20261128_000032_schedule_offers;
mod m20261128_000033_chain_events;
mod m20261128_000034_found_letter_templates;
mod m20261128_000035_found_saved_replies;
mod m20261128_000036_found_offer_documents;
mod m20261128_000037_keep_listed_titles;

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_found_organisation::Migration),
            Box::new(m20261123_000002_found_postings::Migration),
            Box::new(m20261123_000003_found_applications::Migration),
            Box::new(m20261123_000004_found_offers::Migration),
            Box::new(m20261123_000005_found_mail::Migration),
            Box::new(m20261123_000006_found_events::Migration),
            Box::new(m20261126_000007_found_feed_editions::Migration),
            Box::new(m20261126_000008_keep_sources::Migration),
            Box::new(m20261126_000009_extend_links::Migration),
            Box::new(m20261126_000010_found_forms::Migration),
            Box::new(m20261126_000011_found_interviews::Migration),
            Box::new(m20261126_000012_found_scorecards::Migration),
            Box::new(m20261126_000013_found_references::Migration),
            Box::new(m20261126_000014_found_slots::Migration),
            Box::new(m20261126_000015_index_work::Migration),
            Box::new(m20261126_000016_tell_later::Migration),
            Box::new(m20261126_000017_found_notes::Migration),
            Box::new(m20261126_000018_found_transfers::Migration),
            Box::new(m20261127_000019_complete_steps::Migration),
            Box::new(m20261127_000020_note_feed_changes::Migration),
            Box::new(m20261127_000021_set_channels::Migration),
            Box::new(m20261127_000022_found_pings::Migration),
            Box::new(m20261127_000023_index_feeds::Migration),
            Box::new(m20261127_000029_found_approval_chains::Migration),
            Box::new(m20261127_000030_remind_of_offers::Migration),
            Box::new(m20261128_000031_found_messages::Migration),
            Box::new(m20261128_000032_schedule_offers::Migration),
            Box::new(m20261128_000033_chain_events::Migration),
            Box::new(m20261128_000034_found_letter_templates::Migration),
            Box::new(m20261128_000035_found_saved_replies::Migration),
            Box::new(m20261128_000036_found_offer_documents::Migration),
            Box::new(m20261128_000037_keep_listed_titles::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "schema_migration".into_iden()
    }
}
