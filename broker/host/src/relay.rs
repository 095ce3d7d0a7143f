//! The relay: one thread, one `poll`, nothing that blocks, nothing that grows without bound.
//!
//! Where one side does not take, the other is not read: that is all the back-pressure there is. Every request that is
//! read is answered once: by the daemon, or here when the daemon is away, late, or gone.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dovetail_shared::Code;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::daemon::Daemon;
use crate::inbox::{Fill, Frame, Inbox};
use crate::outbox::Outbox;
use crate::peek::{self, Upward};
use crate::pending::Pending;
use crate::refuse;
use crate::stdio::{Pipes, log};

/// After the browser has closed its end, answers under way have so long to arrive. Browsers kill a host after two seconds.
const LEAVING: Duration = Duration::from_secs(1);

/// Tells the extension to subscribe again.
const RECONNECTED: &[u8] = br#"{"v":1,"event":"broker.reconnected","body":{}}"#;

/// Everything between the two pipes and the socket.
#[derive(Debug)]
pub(crate) struct Relay {
    pipes: Pipes,
    inbox: Inbox,
    outbox: Outbox,
    pending: Pending,
    daemon: Option<Daemon>,
    /// A connection was there, or was tried for: the next one is news.
    tried: bool,
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

impl Relay {
    /// A relay for `caller` to the daemon at `socket`. Connects at the first request.
    pub(crate) fn new(pipes: Pipes, socket: PathBuf, caller: String) -> Self {
        Self {
            pipes,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            pending: Pending::default(),
            daemon: None,
            tried: false,
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
                self.outbox.push(&refuse::frame(&id, Code::TIMED_OUT));
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

    fn may_read_browser(&self) -> bool {
        !self.ended
            && !self.outbox.is_full()
            && !self.pending.is_full()
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
        let daemon = self.daemon.as_ref().and_then(Daemon::patience_end);
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
                    self.outbox.push(&refuse::frame("", Code::BAD_FRAME));
                }
                Ok(Some(Frame::TooLarge(bytes))) => {
                    let id = peek::id_in(&bytes);
                    self.outbox.push(&refuse::frame(&id, Code::FRAME_TOO_LARGE));
                }
                Err(_absurd) => {
                    log("a frame was announced that is too large to mean anything");
                    self.outbox.push(&refuse::frame("", Code::FRAME_TOO_LARGE));
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
        let request = match peek::request(text) {
            Ok(request) => request,
            Err(refused) => {
                self.outbox.push(&refuse::frame(&refused.id, refused.code));
                return;
            }
        };
        if self.daemon.is_none() {
            self.daemon = Daemon::reach(&self.socket, &self.caller);
            if self.tried && self.daemon.is_some() {
                self.outbox.push(RECONNECTED);
            }
            self.tried = true;
        }
        let Some(daemon) = self.daemon.as_mut() else {
            let absent = refuse::frame(&request.id, Code::DAEMON_NOT_RUNNING);
            self.outbox.push(&absent);
            return;
        };
        if !self.pending.add(request.id.clone(), request.patience, now) {
            let twice = refuse::frame(&request.id, Code::BAD_FRAME);
            self.outbox.push(&twice);
            return;
        }
        daemon.outbox.push(text.as_bytes());
    }

    fn read_daemon(&mut self) {
        let Some(mut daemon) = self.daemon.take() else {
            return;
        };
        let fill = daemon.inbox.fill(&daemon.socket);
        let sound = loop {
            match daemon.inbox.next() {
                Ok(None) => break true,
                Ok(Some(frame)) => self.pass_up(frame),
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

    fn pass_up(&mut self, frame: Frame) {
        match frame {
            Frame::Text(text) => match peek::upward(&text) {
                Upward::Reply(id) if self.pending.take(&id) => self.outbox.push(text.as_bytes()),
                // To a request that was given up, or to our own hello.
                Upward::Reply(_) => {}
                Upward::Event => self.outbox.push(text.as_bytes()),
                Upward::Noise => log("the daemon sent something that is neither reply nor event"),
            },
            Frame::NotText => log("the daemon sent something that is not text"),
            Frame::TooLarge(bytes) => {
                let id = peek::id_in(&bytes);
                if self.pending.take(&id) {
                    self.outbox.push(&refuse::frame(&id, Code::FRAME_TOO_LARGE));
                }
            }
        }
    }

    /// The daemon is gone: nothing that was asked will be answered.
    fn lose_daemon(&mut self) {
        self.daemon = None;
        for id in self.pending.all() {
            self.outbox.push(&refuse::frame(&id, Code::CLOSED));
        }
    }
}

fn when(wanted: bool, flags: PollFlags) -> PollFlags {
    if wanted { flags } else { PollFlags::empty() }
}
