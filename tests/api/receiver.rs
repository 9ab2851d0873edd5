//! Whoever is told of what is new: a server that answers as a test scripts it, right or wrong, and remembers what it heard.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the receiver does when it has heard a request.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Answers with this status line, these header lines and this body.
    Say(&'static str, Vec<u8>),
    /// Answers with a body that has no end.
    Flood,
    Never,
    HangUp,
}

/// An answer without headers and body.
pub fn say(head: &'static str) -> Turn {
    Turn::Say(head, Vec::new())
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Request line and headers.
    pub head: String,
    pub body: String,
}

/// A receiver that takes everything, but for the turns that a test scripts.
#[derive(Clone, Debug)]
pub struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    turns: Arc<Mutex<VecDeque<Turn>>>,
}

impl Receiver {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let receiver = Self { port, heard: Arc::default(), turns: Arc::default() };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(own.clone().converse(socket));
            }
        });
        receiver
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it does at the next requests; behind them it takes everything again.
    pub fn follow(&self, turns: impl IntoIterator<Item = Turn>) {
        self.turns.lock().unwrap().extend(turns);
    }

    /// What it has heard since this was asked last.
    pub fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    async fn converse(self, mut socket: TcpStream) {
        let Some(heard) = request(&mut socket).await else { return };
        self.heard.lock().unwrap().push(heard);
        let turn = self.turns.lock().unwrap().pop_front().unwrap_or_else(|| say("HTTP/1.1 202 Accepted"));
        match turn {
            Turn::Say(head, body) => {
                let head = format!("{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = socket.write_all(&[head.as_bytes(), &body].concat()).await;
            }
            Turn::Flood => {
                let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
                while socket.write_all(&[0x9f; 8_192]).await.is_ok() {}
            }
            Turn::Never => std::future::pending().await,
            Turn::HangUp => {}
        }
    }
}

async fn request(socket: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    loop {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
        });
        if body.len() >= length.unwrap_or(0) {
            return Some(Heard { head: head.to_owned(), body: body.to_owned() });
        }
    }
}

/// A place where nobody listens.
pub async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}
