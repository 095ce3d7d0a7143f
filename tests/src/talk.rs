//! Talking to the daemon as the extension does, without a browser.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use dovetail_client::{Client, ClientError};
use dovetail_shared::Report;
use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{
    Began, Begin, CodeAnswer, Confirm, Empty, Envelope, Incoming, JoinRef, JoinState, JoinView,
    Managing, Mode, Request, Token,
};
use dovetail_shared::status::Status;
use serde_json::Value;

use crate::daemon::Daemon;
use crate::wait;

const DEADLINE: Duration = Duration::from_secs(30);

/// A connection.
pub async fn connect(daemon: &Daemon) -> Client {
    Client::connect(&daemon.socket()).await.unwrap()
}

/// Begins to join.
pub async fn begin(client: &mut Client) -> Began {
    let begin = Begin {
        join_type: JoinType::Joined,
        mode: Mode::Settings,
        device_name: Some("Lab laptop".parse().unwrap()),
    };
    client
        .call(&Request::JoinBegin(begin), DEADLINE)
        .await
        .unwrap()
}

/// Hands the token over.
pub async fn token(
    client: &mut Client,
    began: &Began,
    id_token: String,
) -> Result<JoinView, ClientError> {
    client
        .call(
            &Request::JoinToken(Token {
                join_id: began.join.join_id,
                id_token: id_token.into(),
            }),
            DEADLINE,
        )
        .await
}

/// Says yes.
pub async fn confirm(client: &mut Client, view: &JoinView) -> JoinView {
    let confirm = Confirm {
        join_id: view.join_id,
        device_name: view.device_name.parse().unwrap(),
    };
    client
        .call(&Request::JoinConfirm(confirm), DEADLINE)
        .await
        .unwrap()
}

/// Prepares for the silent code.
pub async fn manage(client: &mut Client, view: &JoinView) -> Managing {
    let join_id = view.join_id;
    client
        .call(&Request::JoinManage(JoinRef { join_id }), DEADLINE)
        .await
        .unwrap()
}

/// Hands the code over, or what came instead.
pub async fn code(client: &mut Client, view: &JoinView, fields: &BTreeMap<String, String>) {
    let answer = CodeAnswer {
        join_id: view.join_id,
        code: fields.get("code").cloned().map(Into::into),
        error: fields.get("error").cloned(),
        error_description: fields.get("error_description").cloned(),
    };
    let _: JoinView = client
        .call(&Request::JoinCode(answer), DEADLINE)
        .await
        .unwrap();
}

/// Tries again.
pub async fn retry(client: &mut Client, view: &JoinView) -> JoinView {
    let join_id = view.join_id;
    client
        .call(&Request::JoinRetry(JoinRef { join_id }), DEADLINE)
        .await
        .unwrap()
}

/// Asks as a page of that origin would, behind extension and host: the answer's body, or the refusal.
pub fn as_page(daemon: &Daemon, origin: &str, request: &Request) -> Result<Value, Box<Report>> {
    let mut envelope = Envelope::new("1", request);
    envelope.origin = Some(origin.to_owned());
    let frame = envelope.to_frame();
    let mut socket = UnixStream::connect(daemon.socket()).unwrap();
    let length = u32::try_from(frame.len()).unwrap();
    socket.write_all(&length.to_ne_bytes()).unwrap();
    socket.write_all(&frame).unwrap();
    let mut length = [0; 4];
    socket.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::try_from(u32::from_ne_bytes(length)).unwrap()];
    socket.read_exact(&mut answer).unwrap();
    match Incoming::parse(&answer) {
        Some(Incoming::Reply { result, .. }) => result,
        other => panic!("no reply: {other:?}"),
    }
}

/// What the machine is.
pub async fn status(client: &mut Client) -> Status {
    client
        .call(&Request::Status(Empty {}), DEADLINE)
        .await
        .unwrap()
}

/// Waits until the join stands in one of these states.
pub async fn standing(daemon: &Daemon, states: &[JoinState]) -> JoinView {
    let awaited = format!("the join to be one of {states:?}");
    let found = wait::until_async(&awaited, || async {
        let mut client = connect(daemon).await;
        status(&mut client)
            .await
            .join
            .filter(|join| states.contains(&join.state))
    })
    .await;
    found.unwrap()
}

/// Waits until the keys are made ahead.
pub async fn keys_made(daemon: &Daemon) {
    use dovetail_shared::Step;
    use dovetail_shared::link::StepState;
    let made = wait::until_async("the keys to be made", || async {
        let mut client = connect(daemon).await;
        let join = status(&mut client).await.join?;
        join.steps
            .iter()
            .any(|step| step.step == Step::Keys && step.state == StepState::Done)
            .then_some(())
    });
    made.await.unwrap();
}
