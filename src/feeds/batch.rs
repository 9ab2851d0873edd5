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

/// The items of one part.
#[derive(Debug, Clone)]
struct Share {
    number: i64,
    items: Arc<Vec<FeedItem>>,
    /// Whether something may be new in it. Otherwise only documents that are made as a whole need it.
    is_touched: bool,
}

/// Drafts of all channels while their parts are written, on as many threads as the machine runs at once. These stay until all
/// parts are written: what a part takes in memory, the next one takes again.
#[derive(Debug)]
pub struct Batch {
    desks: Vec<Desk>,
    /// Whether a document is made as a whole, from all parts.
    pub is_whole: bool,
}

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
    for share in coming {
        for (_, draft) in &mut drafts {
            write(draft, &share);
        }
    }
    drafts
}

fn write(draft: &mut io::Result<Draft>, share: &Share) {
    if let Ok(open) = draft
        && (share.is_touched || open.is_whole)
        && let Err(error) = open.write(share.number, &share.items)
    {
        *draft = Err(error);
    }
}

impl Batch {
    /// Drafts of the channels that are on, as [`Draft::new`] says. Documents of channels that are off go.
    #[must_use]
    pub fn new(shelf: &Shelf, settings: &ChannelSettings, whole: bool) -> Self {
        let (on, off): (Vec<Channel>, Vec<Channel>) =
            Channel::ALL.iter().partition(|channel| settings.of(**channel).enabled);
        for channel in off {
            shelf.forget(channel);
        }
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let draft = |channel: &Channel| (*channel, Draft::new(shelf, *channel, settings.of(*channel), whole));
        let mut is_whole = whole;
        let desks = on.chunks(on.len().div_ceil(threads).max(1)).map(|channels| {
            let drafts: Vec<(Channel, io::Result<Draft>)> = channels.iter().map(draft).collect();
            is_whole |=
                drafts.iter().filter_map(|(_, draft)| draft.as_ref().ok()).any(|draft| draft.is_whole);
            Desk::new(drafts)
        });
        let desks = desks.collect();
        Self { desks, is_whole }
    }

    /// Has a part of every document written anew in which something may be new; waits while the part before the last is being
    /// written.
    pub fn write(&self, number: i64, items: Vec<FeedItem>, is_touched: bool) {
        let share = Share { number, items: Arc::new(items), is_touched };
        for desk in &self.desks {
            // A thread that broke takes nothing more; closing breaks as it did.
            drop(desk.parts.send(share.clone()));
        }
    }

    /// Waits until everything is written.
    ///
    /// # Panics
    /// As a thread did.
    #[must_use]
    pub fn close(self) -> Drafts {
        let mut drafts = Vec::new();
        for Desk { parts, thread } in self.desks {
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
