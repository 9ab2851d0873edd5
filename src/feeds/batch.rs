//! The next documents of all channels, made at once from the same items, whatever becomes of single ones.

use std::io;
use std::num::NonZero;
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::build::{Draft, Ready, Stock};
use super::item::FeedItem;
use super::shelf::Shelf;
use crate::domain::channel_setting::ChannelSettings;
use crate::domain::feed::Channel;

/// The items of one part, with its number.
type Share = (i64, Arc<Vec<FeedItem>>);

/// Drafts of all channels while their parts are written, on as many threads as the machine runs at once. These stay until all
/// parts are written: what a part takes in memory, the next one takes again.
#[derive(Debug)]
pub struct Batch(Vec<Desk>);

/// A thread that writes some channels' drafts.
#[derive(Debug)]
struct Desk {
    parts: SyncSender<Share>,
    thread: JoinHandle<Vec<(Channel, io::Result<Draft>)>>,
}

impl Desk {
    fn new(drafts: Vec<(Channel, io::Result<Draft>)>) -> Self {
        // One part is written, one waits.
        let (parts, coming) = sync_channel(1);
        Self { parts, thread: thread::spawn(move || written(drafts, &coming)) }
    }
}

fn written(
    mut drafts: Vec<(Channel, io::Result<Draft>)>,
    coming: &Receiver<Share>,
) -> Vec<(Channel, io::Result<Draft>)> {
    for (number, items) in coming {
        for (_, draft) in &mut drafts {
            write(draft, number, &items);
        }
    }
    drafts
}

fn write(draft: &mut io::Result<Draft>, number: i64, items: &[FeedItem]) {
    if let Ok(open) = draft
        && let Err(error) = open.write(number, items)
    {
        *draft = Err(error);
    }
}

impl Batch {
    /// Drafts of the channels that are on, which hold what the current documents hold, or, of documents that are made as a
    /// whole, nothing yet. Documents of channels that are off go.
    #[must_use]
    pub fn new(shelf: &Shelf, settings: &ChannelSettings, whole: bool) -> Self {
        let (on, off): (Vec<Channel>, Vec<Channel>) =
            Channel::ALL.iter().partition(|channel| settings.of(**channel).enabled);
        for channel in off {
            shelf.forget(channel);
        }
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let draft = |channel: &Channel| (*channel, Draft::new(shelf, *channel, settings.of(*channel), whole));
        let desk = |channels: &[Channel]| Desk::new(channels.iter().map(draft).collect());
        Self(on.chunks(on.len().div_ceil(threads).max(1)).map(desk).collect())
    }

    /// Has a part of every document written anew; waits while the part before the last is being written.
    pub fn write(&self, number: i64, items: Vec<FeedItem>) {
        let items = Arc::new(items);
        for desk in &self.0 {
            // A thread that broke takes nothing more; closing breaks as it did.
            drop(desk.parts.send((number, Arc::clone(&items))));
        }
    }

    /// Waits until everything is written.
    ///
    /// # Panics
    /// As a thread did.
    #[must_use]
    pub fn close(self) -> Drafts {
        let mut drafts = Vec::new();
        for Desk { parts, thread } in self.0 {
            drop(parts);
            drafts.extend(thread.join().unwrap_or_else(|broke| panic::resume_unwind(broke)));
        }
        Drafts(drafts)
    }
}

/// A draft for each channel, or why there is none.
#[derive(Debug)]
pub struct Drafts(Vec<(Channel, io::Result<Draft>)>);

impl Drafts {
    /// The first channel that tells or withholds another number of postings than there are, with that number.
    #[must_use]
    pub fn uneven(&self, postings: usize) -> Option<(Channel, usize)> {
        let counted =
            self.0.iter().filter_map(|(channel, draft)| Some((*channel, draft.as_ref().ok()?.postings())));
        counted.into_iter().find(|(_, counted)| *counted != postings)
    }

    /// Makes each draft a document.
    #[must_use]
    pub fn finish(self, shelf: &Shelf, stock: &Stock) -> Vec<(Channel, io::Result<Ready>)> {
        let finish = |draft: Draft| draft.finish(shelf, stock);
        self.0.into_iter().map(|(channel, draft)| (channel, draft.and_then(finish))).collect()
    }
}
