//! The client against a daemon that says what each story needs.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop where its story cannot go on"
)]

use std::path::Path;
use std::time::Duration;

use dovetail_client::{Client, ClientError, blame, frame};
use dovetail_shared::Code;
use dovetail_shared::link::{
    Done, Empty, Envelope, Event, Request, event_frame, failure_frame, reply_frame,
};
use futures_util::{SinkExt, StreamExt};
use tokio::net::UnixStream;
use tokio_util::bytes::Bytes;

const SOON: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(20);

/// Runs `story` at the daemon's end of a socket and hands out a client at the other.
fn daemon<F, Fut>(story: F) -> Client
where
    F: FnOnce(frame::Frames) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let (ours, theirs) = UnixStream::pair().unwrap();
    tokio::spawn(story(frame::frames(theirs)));
    Client::over(ours).unwrap()
}

async fn read(frames: &mut frame::Frames) -> Envelope {
    Envelope::parse(&frames.next().await.unwrap().unwrap()).unwrap()
}

async fn send(frames: &mut frame::Frames, frame: Vec<u8>) {
    frames.send(Bytes::from(frame)).await.unwrap();
}

/// A reply to somebody else and an event come first; the right reply is still found, and the event is not lost.
#[tokio::test]
async fn a_reply_is_found_by_its_id() {
    let mut client = daemon(async |mut frames| {
        let asked = read(&mut frames).await;
        assert_eq!(asked.deadline_ms, Some(20_000));
        send(&mut frames, reply_frame("another", &Done {})).await;
        send(&mut frames, event_frame(&Event::Unknown("new".into()))).await;
        send(&mut frames, reply_frame(&asked.id, &Done {})).await;
    });
    let Done {} = client.call(&Request::Doctor(Empty {}), LONG).await.unwrap();
    assert_eq!(client.event().await.unwrap(), Event::Unknown("new".into()));
}

/// A daemon that is silent costs the deadline and no more, and its late answer confuses nobody.
#[tokio::test]
async fn a_silent_daemon_is_given_up_and_its_late_answer_dropped() {
    let mut client = daemon(async |mut frames| {
        let first = read(&mut frames).await;
        let second = read(&mut frames).await;
        send(&mut frames, reply_frame(&first.id, &"late")).await;
        send(&mut frames, reply_frame(&second.id, &"good")).await;
    });
    let late = client
        .call::<String>(&Request::Status(Empty {}), SOON)
        .await;
    assert_eq!(late.unwrap_err().code(), Code::TIMED_OUT);
    let good: String = client.call(&Request::Status(Empty {}), LONG).await.unwrap();
    assert_eq!(good, "good");
}

/// The daemon is killed while it works on a request.
#[tokio::test]
async fn a_cut_is_told_as_one() {
    let mut client = daemon(async |mut frames| drop(read(&mut frames).await));
    let cut = client.call::<Done>(&Request::Status(Empty {}), LONG).await;
    assert_eq!(cut.unwrap_err().code(), Code::CLOSED);
}

/// A refusal arrives with the daemon's own report, correlation id and all.
#[tokio::test]
async fn a_refusal_keeps_the_daemons_words() {
    let told = blame::report(Code::NOT_JOINED).with_detail("never was");
    let sent = told.clone();
    let mut client = daemon(async move |mut frames| {
        let asked = read(&mut frames).await;
        send(&mut frames, failure_frame(&asked.id, &sent)).await;
    });
    let error = client
        .call::<Done>(&Request::Status(Empty {}), LONG)
        .await
        .unwrap_err();
    assert_eq!(error.report(), told);
}

/// A newer daemon answers in a form this client does not know.
#[tokio::test]
async fn an_answer_of_another_form_is_told_as_a_difference_of_versions() {
    let mut client = daemon(async |mut frames| {
        let asked = read(&mut frames).await;
        send(&mut frames, reply_frame(&asked.id, &7)).await;
        read(&mut frames).await;
        send(&mut frames, b"[1]".to_vec()).await;
    });
    for _ in 0..2 {
        let error = client
            .call::<String>(&Request::Status(Empty {}), LONG)
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::UNSUPPORTED);
    }
}

/// No daemon: the report says where it was looked for.
#[tokio::test]
async fn no_daemon_is_told_with_the_place() {
    let error = Client::connect(Path::new("/nonexistent/dovetail.sock"))
        .await
        .unwrap_err();
    assert!(matches!(error, ClientError::NotRunning { .. }));
    assert_eq!(error.code(), Code::DAEMON_NOT_RUNNING);
    assert!(
        error
            .report()
            .detail
            .unwrap()
            .contains("/nonexistent/dovetail.sock")
    );
}

/// [DM-04] Another user got to the socket's place first; the client says nothing to him.
#[tokio::test]
async fn a_strangers_socket_is_not_talked_to() {
    if !rustix::process::geteuid().is_root() {
        // Only root can play another user.
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sock");
    let script = "import os,socket,sys\n\
        s=socket.socket(socket.AF_UNIX);s.bind(sys.argv[1]);os.setuid(65534);s.listen(1)\n\
        print('ready',flush=True)\n\
        c,_=s.accept();sys.exit(1 if c.recv(1) else 0)";
    let mut stranger = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(stranger.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let error = Client::connect(&path).await.unwrap_err();
    assert!(matches!(error, ClientError::Peer(_)), "{error:?}");
    assert!(stranger.wait().unwrap().success(), "something was sent");
}
