//! The relay: one thread, one `poll`, nothing that blocks, nothing that grows without bound.
//!
//! Where one side does not take, the other is not read: that is all the back-pressure there is. Every request that is
//! read is answered once: by the daemon, or here when the daemon is away, late, or gone. What frames mean is the
//! [`Dialect`]'s business.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dovetail_shared::Code;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::daemon::Daemon;
use crate::dialect::Dialect;
use crate::inbox::{Fill, Frame, Inbox};
use crate::outbox::Outbox;
use crate::peek::{self, Upward};
use crate::pending::Pending;
use crate::retry::Retry;
use crate::stdio::{Pipes, log};

/// After the browser has closed its end, answers under way have so long to arrive. Browsers kill a host after two seconds.
const LEAVING: Duration = Duration::from_secs(1);

/// Everything between the two pipes and the socket.
#[derive(Debug)]
pub(crate) struct Relay<D> {
    dialect: D,
    pipes: Pipes,
    inbox: Inbox,
    outbox: Outbox,
    pending: Pending,
    daemon: Option<Daemon>,
    retry: Retry,
    socket: PathBuf,
    caller: String,
    /// The browser has closed its end; what is in the pipe can be read without waiting.
    hung_up: Option<Instant>,
    /// Nothing more will be read from the browser.
    ended: bool,
}

/// What `poll` saw.
#[derive(Debug)]
struct Seen {
    browser: bool,
    hang_up: bool,
    daemon: bool,
}

impl<D: Dialect> Relay<D> {
    /// A relay for `caller` to the daemon at `socket`. Connects at the first request, or at once where the dialect wants it so.
    pub(crate) fn new(dialect: D, pipes: Pipes, socket: PathBuf, caller: String) -> Self {
        Self {
            dialect,
            pipes,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            pending: Pending::default(),
            daemon: None,
            retry: Retry::default(),
            socket,
            caller,
            hung_up: None,
            ended: false,
        }
    }

    /// Relays until the browser has gone.
    pub(crate) fn run(mut self) -> io::Result<()> {
        loop {
            let now = Instant::now();
            for id in self.pending.expired(now) {
                self.dialect.failed(&id, Code::TIMED_OUT, &mut self.outbox);
            }
            if self.misses_daemon() && self.retry.is_due(now) {
                self.reach(now);
            }
            self.take_requests(now);
            if self
                .daemon
                .as_mut()
                .is_some_and(|daemon| !daemon.flush(now))
            {
                self.lose_daemon();
            }
            if self.outbox.flush(&self.pipes.output).is_err() || self.may_go(now) {
                return Ok(());
            }
            let Some(seen) = self.wait(now)? else {
                return Ok(());
            };
            if seen.hang_up && self.hung_up.is_none() {
                self.hung_up = Some(now);
            }
            if seen.daemon {
                self.read_daemon();
            }
            if seen.browser && self.inbox.fill(self.pipes.input) == Fill::End {
                self.ended = true;
                self.hung_up.get_or_insert(now);
            }
        }
    }

    fn may_go(&self, now: Instant) -> bool {
        let over = self
            .hung_up
            .is_some_and(|since| now.saturating_duration_since(since) >= LEAVING);
        over || (self.ended && self.pending.is_empty() && self.outbox.is_empty())
    }

    fn misses_daemon(&self) -> bool {
        D::EAGER && self.daemon.is_none() && self.hung_up.is_none()
    }

    fn may_read_browser(&self) -> bool {
        !self.ended
            && !self.outbox.is_full()
            && !self.pending.is_full()
            && !self.dialect.is_full()
            && !self.daemon.as_ref().is_some_and(|d| d.outbox.is_full())
    }

    /// Waits until something can be done, or until somebody's time is over. `None`: the browser reads no more.
    fn wait(&self, now: Instant) -> io::Result<Option<Seen>> {
        let reading = self.may_read_browser();
        // A pipe whose writer has gone reports that for ever; it is read without being asked about.
        let at_once = self.hung_up.is_some() && reading;
        let mut set = Vec::with_capacity(3);
        set.push(PollFd::new(
            &self.pipes.output,
            when(!self.outbox.is_empty(), PollFlags::OUT),
        ));
        let daemon_at = self.daemon.as_ref().and_then(|daemon| {
            let wanted = when(!self.outbox.is_full(), PollFlags::IN)
                | when(!daemon.outbox.is_empty(), PollFlags::OUT);
            (!wanted.is_empty()).then(|| {
                set.push(PollFd::new(&daemon.socket, wanted));
                set.len() - 1
            })
        });
        let browser_at = (self.hung_up.is_none()).then(|| {
            set.push(PollFd::from_borrowed_fd(
                self.pipes.input,
                when(reading, PollFlags::IN),
            ));
            set.len() - 1
        });
        let timeout = if at_once {
            Some(Duration::ZERO)
        } else {
            self.next_end()
                .map(|end| end.saturating_duration_since(now))
        };
        let timeout = timeout.and_then(|time| Timespec::try_from(time).ok());
        rustix::io::retry_on_intr(|| poll(&mut set, timeout.as_ref()))?;
        let got = |at: Option<usize>| {
            at.and_then(|at| set.get(at))
                .map_or(PollFlags::empty(), PollFd::revents)
        };
        let gone = PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL;
        if got(Some(0)).intersects(gone) {
            return Ok(None);
        }
        Ok(Some(Seen {
            browser: at_once || (reading && got(browser_at).contains(PollFlags::IN)),
            hang_up: got(browser_at).intersects(gone),
            daemon: got(daemon_at).intersects(gone | PollFlags::IN) && !self.outbox.is_full(),
        }))
    }

    fn next_end(&self) -> Option<Instant> {
        let leaving = self.hung_up.map(|since| since + LEAVING);
        let daemon = match &self.daemon {
            Some(daemon) => daemon.patience_end(),
            None => self.misses_daemon().then(|| self.retry.due()),
        };
        [self.pending.next_end(), leaving, daemon]
            .into_iter()
            .flatten()
            .min()
    }

    /// Takes whole frames from the browser as long as there is room for what comes of them.
    fn take_requests(&mut self, now: Instant) {
        while self.may_read_browser() || (self.ended && !self.outbox.is_full()) {
            match self.inbox.next() {
                Ok(None) => return,
                Ok(Some(Frame::Text(text))) => self.forward(&text, now),
                Ok(Some(Frame::NotText)) => {
                    self.dialect.failed("", Code::BAD_FRAME, &mut self.outbox);
                }
                Ok(Some(Frame::TooLarge(bytes))) => {
                    let id = peek::id_in(&bytes);
                    self.dialect
                        .failed(&id, Code::FRAME_TOO_LARGE, &mut self.outbox);
                }
                Err(_absurd) => {
                    log("a frame was announced that is too large to mean anything");
                    self.dialect
                        .failed("", Code::FRAME_TOO_LARGE, &mut self.outbox);
                    // Nobody knows where the next frame would begin.
                    self.inbox = Inbox::default();
                    self.ended = true;
                    self.hung_up.get_or_insert(now);
                    return;
                }
            }
        }
    }

    fn forward(&mut self, text: &str, now: Instant) {
        let ask = match self.dialect.ask(text) {
            Ok(ask) => ask,
            Err(refused) => {
                self.dialect
                    .failed(&refused.id, refused.code, &mut self.outbox);
                return;
            }
        };
        if self.daemon.is_none() {
            self.reach(now);
        }
        let Some(daemon) = self.daemon.as_mut() else {
            self.dialect
                .failed(&ask.id, Code::DAEMON_NOT_RUNNING, &mut self.outbox);
            return;
        };
        if !self.pending.add(ask.id.clone(), ask.patience, now) {
            self.dialect
                .failed(&ask.id, Code::BAD_FRAME, &mut self.outbox);
            return;
        }
        daemon.outbox.push(&ask.frame);
    }

    fn reach(&mut self, now: Instant) {
        self.daemon = Daemon::reach(&self.socket, &self.caller);
        self.retry.later(now);
        if let Some(daemon) = self.daemon.as_mut() {
            for frame in self.dialect.greeting() {
                daemon.outbox.push(&frame);
            }
        }
        self.dialect
            .reached(self.daemon.is_some(), &mut self.outbox);
    }

    fn read_daemon(&mut self) {
        let Some(mut daemon) = self.daemon.take() else {
            return;
        };
        let fill = daemon.inbox.fill(&daemon.socket);
        let sound = loop {
            match daemon.inbox.next() {
                Ok(None) => break true,
                Ok(Some(frame)) => {
                    if let Some(further) = self.pass_up(frame) {
                        daemon.outbox.push(&further);
                    }
                }
                Err(_absurd) => break false,
            }
        };
        if sound && fill != Fill::End {
            self.daemon = Some(daemon);
        } else {
            drop(daemon);
            self.lose_daemon();
        }
    }

    /// Hands on what the daemon said. What comes back is for the daemon.
    fn pass_up(&mut self, frame: Frame) -> Option<Vec<u8>> {
        let out = &mut self.outbox;
        self.retry.well();
        match frame {
            Frame::Text(text) => match peek::upward(&text) {
                Upward::Reply(id) if self.pending.take(&id) => {
                    self.dialect.answered(&id, &text, out);
                }
                // To a request that was given up, to the dialect's own, or to our hello.
                Upward::Reply(id) => return self.dialect.unasked(&id, &text, out),
                Upward::Event => return self.dialect.told(&text, out),
                Upward::Noise => log("the daemon sent something that is neither reply nor event"),
            },
            Frame::NotText => log("the daemon sent something that is not text"),
            Frame::TooLarge(bytes) => {
                let id = peek::id_in(&bytes);
                if self.pending.take(&id) {
                    self.dialect.failed(&id, Code::FRAME_TOO_LARGE, out);
                }
            }
        }
        None
    }

    /// The daemon is gone: nothing that was asked will be answered.
    fn lose_daemon(&mut self) {
        self.daemon = None;
        for id in self.pending.all() {
            self.dialect.failed(&id, Code::CLOSED, &mut self.outbox);
        }
        self.dialect.reached(false, &mut self.outbox);
    }
}

fn when(wanted: bool, flags: PollFlags) -> PollFlags {
    if wanted { flags } else { PollFlags::empty() }
}
