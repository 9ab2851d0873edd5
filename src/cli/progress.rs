//! How far it is: a bar on a terminal, plain lines elsewhere, nothing for what is done at once.

use std::io::{self, IsTerminal as _, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// How often it looks how far things are.
const TICK: Duration = Duration::from_millis(100);
/// After so many looks it is worth saying: a second.
const PATIENCE: u32 = 10;
/// After so many more a line is written where there is no terminal: five seconds.
const LINES: u32 = 50;

/// How much there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many records.
    Records(u64),
    /// So many bytes.
    Bytes(u64),
    /// Nobody knows.
    Unknown,
}

/// Work under way, told from a thread of its own until this is dropped, so that work which reports nothing is told too.
#[derive(Debug)]
pub struct Progress {
    done: Arc<AtomicU64>,
    over: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Progress {
    /// Nothing of it is done yet.
    #[must_use]
    pub fn begin(what: &'static str, amount: Amount) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let asked = Arc::clone(&done);
        Self::telling(Teller::new(what, amount), done, move || asked.load(Ordering::Relaxed))
    }

    /// Done is what a file has grown to: of work that another program, or the database, does.
    #[must_use]
    pub fn watching(what: &'static str, amount: Amount, file: PathBuf) -> Self {
        let size = move || file.metadata().map_or(0, |file| file.len());
        Self::telling(Teller::new(what, amount), Arc::default(), size)
    }

    fn telling(mut teller: Teller, done: Arc<AtomicU64>, ask: impl Fn() -> u64 + Send + 'static) -> Self {
        let (over, ending) = mpsc::channel();
        // Without a thread nothing is told, and the work is done all the same.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(move || {
            while ending.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                teller.look(ask());
            }
            teller.end();
        });
        Self { done, over: Some(over), teller: thread.ok() }
    }

    /// Done is what is read of this.
    pub fn of<R: Read>(&self, from: R) -> Counted<'_, R> {
        Counted { from, read: 0, progress: self }
    }

    /// So much is done.
    pub fn reach(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }
}

/// A reader whose bytes are counted as they are read.
pub struct Counted<'a, R> {
    from: R,
    read: u64,
    progress: &'a Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.read += read as u64;
        self.progress.reach(self.read);
        Ok(read)
    }
}

impl Drop for Progress {
    /// The bar is gone before anything else is said.
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(teller) = self.teller.take() {
            let _ = teller.join();
        }
    }
}

struct Teller {
    what: &'static str,
    amount: Amount,
    looks: u32,
    bar: Option<ProgressBar>,
}

impl Teller {
    fn new(what: &'static str, amount: Amount) -> Self {
        Self { what, amount, looks: 0, bar: None }
    }

    fn look(&mut self, done: u64) {
        self.looks += 1;
        if self.looks < PATIENCE {
            return;
        }
        if std::io::stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| bar(self.what, self.amount));
            bar.set_position(done);
            bar.tick();
        } else if (self.looks - PATIENCE).is_multiple_of(LINES) {
            eprintln!("{}", line(self.what, self.amount, done));
        }
    }

    fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn line(what: &str, amount: Amount, done: u64) -> String {
    match amount {
        Amount::Records(all) => format!("{what}: {done} of {all} records"),
        Amount::Bytes(all) => format!("{what}: {} of {}", HumanBytes(done), HumanBytes(all)),
        Amount::Unknown => format!("{what}: goes on"),
    }
}

fn bar(what: &'static str, amount: Amount) -> ProgressBar {
    let (bar, template) = match amount {
        Amount::Records(all) => (ProgressBar::new(all), "{msg} {wide_bar} {pos} of {len} records"),
        Amount::Bytes(all) => {
            (ProgressBar::new(all), "{msg} {wide_bar} {binary_bytes} of {binary_total_bytes}")
        }
        Amount::Unknown => (ProgressBar::new_spinner(), "{spinner} {msg} {elapsed}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}

#[cfg(test)]
mod tests {
    use super::{Amount, line};

    #[test]
    fn a_line_says_how_much_of_what() {
        assert_eq!(line("importing", Amount::Records(300), 20), "importing: 20 of 300 records");
        assert_eq!(line("packing", Amount::Bytes(3 << 20), 1 << 20), "packing: 1.00 MiB of 3.00 MiB");
        assert_eq!(line("restoring", Amount::Unknown, 0), "restoring: goes on");
    }

    #[test]
    fn a_bar_is_of_what_there_is() {
        for (amount, length) in
            [(Amount::Records(7), Some(7)), (Amount::Bytes(9), Some(9)), (Amount::Unknown, None)]
        {
            let bar = super::bar("work", amount);
            assert_eq!((bar.length(), bar.message().as_str()), (length, "work"));
        }
    }
}
