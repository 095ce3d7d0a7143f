//! Reports about failures that are found on this side of the socket.

use std::time::{SystemTime, UNIX_EPOCH};

use dovetail_shared::id::CorrelationId;
use dovetail_shared::{Code, Report, UnixTime};
use uuid::{Builder, Uuid};

/// A version 4 UUID. When the kernel gives no random bytes, the nil UUID: an id ties log lines together, it protects nothing.
pub fn fresh_id() -> Uuid {
    let mut bytes = [0_u8; 16];
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()) {
        Ok(16) => Builder::from_random_bytes(bytes).into_uuid(),
        Ok(_) | Err(_) => Uuid::nil(),
    }
}

/// A whole report of `code`, happened now, with an id of its own.
pub fn report(code: Code) -> Report {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
    Report::new(code, CorrelationId(fresh_id()), UnixTime(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_reports_have_two_ids() {
        let (one, two) = (report(Code::CLOSED), report(Code::CLOSED));
        assert_ne!(one.correlation_id, two.correlation_id);
        assert_eq!(one.correlation_id.0.get_version_num(), 4);
        assert!(one.time.0 > 1_700_000_000);
    }
}
