//! What is known of the request that is being answered: who it is from, as far as that is proved, and where it came in. It goes
//! with the request's own task, so that whoever proves something says so where it is proved, and nobody passes it on by hand.

use std::cell::RefCell;

use axum::extract::{MatchedPath, Request};
use dovetail_shared::id::{DeviceId, ObjectId};

use super::event::{Event, Place, Who};

tokio::task_local! {
    pub(super) static SEEN: RefCell<Seen>;
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) who: Who,
    pub(super) place: Place,
    pub(super) about: Option<String>,
}

impl Seen {
    /// Puts it into an event: what is proved is not claimed beside it.
    pub(super) fn fill(&self, event: &mut Event) {
        let mut who = self.who.clone();
        who.claimed_user = who
            .claimed_user
            .filter(|claimed| who.user != Some(*claimed));
        who.claimed_device = who
            .claimed_device
            .filter(|claimed| who.device != Some(*claimed));
        if who.claimed_client == who.client {
            who.claimed_client = None;
        }
        event.who = who;
        event.place = self.place.clone();
        event.about = event.about.take().or_else(|| self.about.clone());
    }
}

fn note(change: impl FnOnce(&mut Seen)) {
    // Outside of a request there is nobody to say it of.
    SEEN.try_with(|seen| {
        if let Ok(mut seen) = seen.try_borrow_mut() {
            change(&mut seen);
        }
    })
    .ok();
}

/// The request is this person's: proved by password, token, session or key.
pub(crate) fn is_user(id: ObjectId) {
    note(|seen| seen.who.user = Some(id));
}

/// The request says it is this person's, who exists.
pub(crate) fn says_user(id: ObjectId) {
    note(|seen| seen.who.claimed_user = Some(id));
}

/// The request is this device's: proved by its key, or vouched for by a token.
pub(crate) fn is_device(id: DeviceId) {
    note(|seen| seen.who.device = Some(id));
}

/// The request names this device.
pub(crate) fn says_device(id: DeviceId) {
    note(|seen| seen.who.claimed_device = Some(id));
}

/// The request is this application's: proved by its secret or key.
pub(crate) fn is_client(id: &str) {
    note(|seen| seen.who.client = Some(id.to_owned()));
}

/// The request says it is this application's, which is registered.
pub(crate) fn says_client(id: &str) {
    note(|seen| seen.who.claimed_client = Some(id.to_owned()));
}

/// What the request is about, in words of ours.
pub(crate) fn about(text: impl Into<String>) {
    note(|seen| seen.about = Some(text.into()));
}

/// What is known of the request so far, for a task of its own that goes on though the request may end. What that task learns is its own.
pub(crate) fn along<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let seen = SEEN.try_with(|seen| seen.try_borrow().map(|seen| seen.clone()));
    let seen = seen.ok().and_then(Result::ok).unwrap_or_default();
    SEEN.scope(RefCell::new(seen), work)
}

/// A request on its way in: remembers which route it took.
pub(crate) fn route(request: Request) -> Request {
    let path = request.extensions().get::<MatchedPath>().cloned();
    note(|seen| seen.place.route = path);
    request
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// [OP-03] Who a request is proved to be from is known in a task that goes on without it, too; what that task learns is not taken
    /// for the request's.
    #[tokio::test]
    async fn a_task_of_its_own_knows_the_request() {
        let (one, other) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
        let device = || SEEN.with(|seen| seen.borrow().who.device);
        let request = async {
            is_device(DeviceId(one));
            let task = async move {
                let known = device();
                is_device(DeviceId(other));
                known
            };
            let known = tokio::spawn(along(task)).await.unwrap();
            (known, device())
        };
        let known = SEEN.scope(RefCell::new(Seen::default()), request).await;
        assert_eq!(known, (Some(DeviceId(one)), Some(DeviceId(one))));
    }
}
