//! How mail leaves this program: to a relay, or into a folder as long as there is none.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::delivery::{Delivery, Outcome, Phase};
use super::driver::{Parcel, Ready, Smtp};

/// A way out. In two steps, like the driver's: nothing has left before [`Opened::transmit`].
#[derive(Clone, Debug)]
pub enum Transport {
    /// Over SMTP.
    Smtp(Box<Smtp>),
    /// As `.eml` files in this folder, one a message, whole or not at all.
    Folder(PathBuf),
}

/// A way out that waits for the message.
#[derive(Debug)]
pub enum Opened<'a> {
    /// The relay has said 354.
    Smtp(Box<Ready<'a>>),
    /// The folder is there.
    Folder {
        /// Where the message goes.
        file: PathBuf,
        /// The message.
        bytes: &'a [u8],
    },
}

impl Transport {
    /// Goes as far as possible without anything leaving. `name` names the file of a message: sending it twice writes
    /// the same file.
    pub async fn open<'a>(&self, parcel: &'a Parcel, name: &str) -> Result<Opened<'a>, Delivery> {
        match self {
            Self::Smtp(smtp) => Ok(Opened::Smtp(Box::new(smtp.open(parcel).await?))),
            Self::Folder(folder) => {
                fs::create_dir_all(folder).await.map_err(|error| no_folder(&error))?;
                Ok(Opened::Folder { file: folder.join(format!("{name}.eml")), bytes: &parcel.bytes })
            }
        }
    }
}

impl Opened<'_> {
    /// Lets the message go and says what became of it.
    pub async fn transmit(self) -> Delivery {
        match self {
            Self::Smtp(ready) => ready.transmit().await,
            Self::Folder { file, bytes } => match write_whole(&file, bytes).await {
                Ok(()) => {
                    tracing::info!(file = %file.display(), "no relay is set: a mail was written to a file");
                    written(&file)
                }
                Err(error) => no_folder(&error),
            },
        }
    }
}

/// Under another name first: whoever watches the folder sees whole messages only.
async fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = file.with_extension("unfinished");
    let mut handle = fs::File::create(&unfinished).await?;
    handle.write_all(bytes).await?;
    handle.sync_all().await?;
    fs::rename(&unfinished, file).await
}

fn written(file: &Path) -> Delivery {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Delivery {
        outcome: Outcome::Sent,
        phase: Phase::Body,
        code: None,
        enhanced: None,
        reply: format!("written to {name}"),
    }
}

/// The folder can't be written, which is no message's fault. The path stays in the log: replies are shown to users.
fn no_folder(error: &io::Error) -> Delivery {
    tracing::error!(%error, "the mail folder cannot be written");
    Delivery::unanswered(Phase::Connect, "the mail folder cannot be written", false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(bytes: &[u8]) -> Parcel {
        Parcel { from: "a@example.org".into(), to: "b@example.org".into(), bytes: bytes.to_vec() }
    }

    #[tokio::test]
    async fn a_folder_takes_a_message_whole_and_once() {
        let home = tempfile::tempdir().unwrap();
        let transport = Transport::Folder(home.path().join("new/mail"));
        for _ in 0..2 {
            let parcel = parcel(b"Subject: x\r\n\r\ny\r\n");
            let delivery = transport.open(&parcel, "mail_1").await.unwrap().transmit().await;
            assert_eq!((delivery.outcome, delivery.reply.as_str()), (Outcome::Sent, "written to mail_1.eml"));
        }
        let files: Vec<_> = std::fs::read_dir(home.path().join("new/mail")).unwrap().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read(home.path().join("new/mail/mail_1.eml")).unwrap();
        assert_eq!(text, b"Subject: x\r\n\r\ny\r\n");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_is_nobodys_mails_fault() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("mail"), "a file in the way").unwrap();
        let transport = Transport::Folder(home.path().join("mail"));
        let delivery = transport.open(&parcel(b"x"), "mail_1").await.unwrap_err();
        assert_eq!(delivery.outcome, Outcome::RelayDown);
        assert!(!delivery.reply.contains('/'));
    }
}
