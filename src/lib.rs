//! Vacantia: a self-hosted hiring backend. The map, lowest floor first; a floor names only floors below it.
//!
//! * [`domain`]: the rules of hiring: nouns, states, transitions, refusals, policy. No I/O.
//! * [`storage`]: what is kept, on SQLite or PostgreSQL. The only floor that names `sea_orm`.
//! * [`mail`]: letters, message bytes, and the SMTP driver. The only floor that names `lettre`.
//! * [`mod@print`]: offers as PDF documents. The only floor that names `typst`.
//! * [`feeds`]: postings as boards want them: projection, dialect tables, writers, snapshots.
//! * [`boards`]: other systems' boards, read into a neutral job.
//! * [`actions`]: every change, one function each.
//! * [`graphql`]: the schema and how it is answered. The only floor that names `async_graphql`.
//! * [`work`]: what runs by itself: outbox, event tail, feed builder, sweeper.
//! * [`web`]: HTTP: GraphQL, feeds, pages, health. The only floor that names `actix_web`.
//! * [`cli`]: one file per command.

pub mod actions;
pub mod boards;
pub mod cli;
pub mod config;
pub mod domain;
pub mod feeds;
pub mod graphql;
pub mod mail;
pub mod print;
pub mod storage;
pub mod web;
pub mod work;
