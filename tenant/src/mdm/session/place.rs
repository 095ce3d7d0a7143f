//! Sessions that are under way: one per device, so many at the same time. Who finds no place is told when to come back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use dovetail_shared::UnixTime;
use uuid::Uuid;

use super::round::Session;

/// Seconds after which a session that says nothing loses its place.
const IDLE_SECS: i64 = 120;

type Shared = Arc<tokio::sync::Mutex<Session>>;

/// The sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<Uuid, (Shared, UnixTime)>>);

impl Sessions {
    /// The session of a device, or a new place; `None` when there is none.
    pub(super) fn enter(&self, device: Uuid, limit: usize, now: UnixTime) -> Option<Shared> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((session, touched)) = places.get_mut(&device) {
            *touched = now;
            return Some(session.clone());
        }
        if places.len() >= limit {
            places.retain(|_, (_, touched)| touched.plus(IDLE_SECS) > now);
        }
        if places.len() >= limit {
            return None;
        }
        let session = Shared::default();
        places.insert(device, (session.clone(), now));
        Some(session)
    }

    /// A place is free again.
    pub(super) fn leave(&self, device: Uuid) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.remove(&device);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [MD-06] Places are bounded; a place is kept by who has it, and lost by who falls silent.
    #[test]
    fn places_are_bounded_and_come_back() {
        let sessions = Sessions::default();
        let ids: Vec<Uuid> = (0..4).map(|_| Uuid::new_v4()).collect();
        let at = |seconds: i64| UnixTime(1000 + seconds);
        assert!(sessions.enter(ids[0], 2, at(0)).is_some());
        assert!(sessions.enter(ids[1], 2, at(0)).is_some());
        assert!(sessions.enter(ids[2], 2, at(0)).is_none());
        assert!(sessions.enter(ids[0], 2, at(100)).is_some(), "in its place");
        sessions.leave(ids[0]);
        assert!(sessions.enter(ids[2], 2, at(100)).is_some());
        assert!(sessions.enter(ids[3], 2, at(119)).is_none());
        assert!(
            sessions.enter(ids[3], 2, at(121)).is_some(),
            "one was silent"
        );
    }
}
