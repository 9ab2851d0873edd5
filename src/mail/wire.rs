//! The socket under an SMTP connection, watched for the two things lettre does not tell.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the watched socket has seen; shared with the driver.
#[derive(Debug, Default)]
pub(super) struct Watch {
    asked: AtomicBool,
    before_tls: AtomicBool,
}

impl Watch {
    /// Call just before the body is written.
    pub(super) fn start_of_body(&self) {
        self.asked.store(false, Ordering::SeqCst);
    }

    /// Whether body and final dot have been written whole: lettre reads (for the reply) only after that.
    pub(super) fn dot_left(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Call just before STARTTLS: from then on nothing may follow the reply in clear text. lettre keeps such bytes and
    /// later takes them for replies that came through TLS, so whoever sits in between could write the relay's answers.
    pub(super) fn start_of_tls(&self) {
        self.before_tls.store(true, Ordering::SeqCst);
    }

    fn is_injected(&self, bytes: &[u8]) -> bool {
        if !self.before_tls.load(Ordering::SeqCst) {
            return false;
        }
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            return false;
        };
        self.before_tls.store(false, Ordering::SeqCst);
        end + 1 < bytes.len()
    }
}

/// A socket, or TLS over one, with its [`Watch`].
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    peer: SocketAddr,
    watch: Arc<Watch>,
}

impl<S> Wire<S> {
    pub(super) fn new(stream: S, peer: SocketAddr, watch: Arc<Watch>) -> Self {
        Self { stream, peer, watch }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.watch.asked.store(true, Ordering::SeqCst);
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if self.watch.is_injected(&buf.filled()[before..]) {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "clear text followed the STARTTLS reply",
            )));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + Debug> AsyncTokioStream for Wire<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
