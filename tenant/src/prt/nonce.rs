//! Nonces (MS-OAPXBC §3.2.5.1.1): made without being stored, taken for ten minutes, and only once: what was used is remembered by
//! this process, or by the database where several servers share one.

use std::collections::HashSet;
use std::sync::Mutex;

use aws_lc_rs::hmac;
use dovetail_shared::encode::{b64url, from_b64url};

use super::used::Use;
use crate::store::{Store, StoreError};
use crate::{clock, random};

/// Milliseconds a nonce is taken; AD FS takes them as long.
const LIFE_MS: u64 = 600_000;
/// How far ahead another replica's clock may be.
const AHEAD_MS: u64 = 30_000;
/// Used nonces remembered in one generation. When it is full before its time, nonces older than what is remembered are stale.
const MOST: usize = 1 << 18;
/// First byte of the form.
const FORM: u8 = 1;
/// Bytes before the tag: form, time of issue, chance.
const HEAD: usize = 1 + 8 + 16;
/// Bytes of the tag that are written.
const TAG: usize = 16;

/// Why a nonce is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NonceError {
    /// There is none.
    #[error("there is no nonce")]
    Missing,
    /// Not made by this tenant.
    #[error("the nonce was not issued here")]
    Foreign,
    /// Too old, or from before what is remembered.
    #[error("the nonce has expired")]
    Stale,
    /// Taken before.
    #[error("the nonce was used already")]
    Used,
}

/// Nonces could not be used up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpendError {
    #[error(transparent)]
    Nonce(#[from] NonceError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes and checks nonces.
#[derive(Debug)]
pub(crate) struct Nonces {
    key: hmac::Key,
    used: Mutex<Used>,
}

/// A nonce that was issued here, not long ago. Not yet used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fresh {
    issued: u64,
    pub(super) chance: [u8; 16],
}

impl Fresh {
    /// The second from which nobody takes it any more, wherever its clock goes.
    pub(super) fn stale_from(&self) -> i64 {
        let end = self.issued.saturating_add(LIFE_MS + AHEAD_MS) / 1000;
        i64::try_from(end).unwrap_or(i64::MAX).saturating_add(1)
    }
}

/// What was used, in two generations, so that nothing has to be searched for what has expired.
#[derive(Debug)]
struct Used {
    current: HashSet<[u8; 16]>,
    previous: HashSet<[u8; 16]>,
    /// When the current generation began.
    began: u64,
    /// Everything used since then is remembered; before, only by its age.
    floor: u64,
}

impl Nonces {
    pub(super) fn new(key: &[u8]) -> Self {
        let now = clock::now_millis();
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            // A restart forgets what was used: what was issued before it is stale.
            used: Mutex::new(Used {
                current: HashSet::new(),
                previous: HashSet::new(),
                began: now,
                floor: now,
            }),
        }
    }

    /// A new nonce: 55 characters.
    pub(crate) fn issue(&self) -> Result<String, random::NoRandom> {
        self.issue_at(clock::now_millis())
    }

    fn issue_at(&self, now: u64) -> Result<String, random::NoRandom> {
        let mut nonce = vec![FORM];
        nonce.extend_from_slice(&now.to_be_bytes());
        nonce.extend_from_slice(&random::bytes::<16>()?);
        let tag = hmac::sign(&self.key, &nonce);
        nonce.extend(tag.as_ref().iter().take(TAG));
        Ok(b64url(nonce))
    }

    /// Whether a nonce was made here and is young enough.
    pub(crate) fn check(&self, nonce: Option<&str>) -> Result<Fresh, NonceError> {
        self.check_at(nonce, clock::now_millis())
    }

    fn check_at(&self, nonce: Option<&str>, now: u64) -> Result<Fresh, NonceError> {
        let nonce = nonce.filter(|nonce| !nonce.is_empty());
        let nonce = nonce.ok_or(NonceError::Missing)?;
        if nonce.len() > 2 * (HEAD + TAG) {
            return Err(NonceError::Foreign);
        }
        let bytes = from_b64url(nonce).map_err(|_| NonceError::Foreign)?;
        let (head, tag) = bytes
            .split_at_checked(HEAD)
            .filter(|(_, tag)| tag.len() == TAG)
            .ok_or(NonceError::Foreign)?;
        let right = hmac::sign(&self.key, head);
        let right = right.as_ref().get(..TAG).ok_or(NonceError::Foreign)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(right, tag)
            .map_err(|_| NonceError::Foreign)?;
        let [FORM, rest @ ..] = head else {
            return Err(NonceError::Foreign);
        };
        let (issued, chance) = rest.split_first_chunk::<8>().ok_or(NonceError::Foreign)?;
        let fresh = Fresh {
            issued: u64::from_be_bytes(*issued),
            chance: chance.try_into().map_err(|_| NonceError::Foreign)?,
        };
        if fresh.issued > now.saturating_add(AHEAD_MS) || fresh.issued.saturating_add(LIFE_MS) < now
        {
            return Err(NonceError::Stale);
        }
        Ok(fresh)
    }

    /// Uses nonces up, after everything else about the request was found good: all of them, or none. The same nonce twice in one
    /// request is one.
    pub(crate) async fn spend(&self, store: &Store, nonces: &[Fresh]) -> Result<(), SpendError> {
        if store.is_shared() {
            return store.write(Use::of(nonces)).await;
        }
        Ok(self.spend_at(nonces, clock::now_millis())?)
    }

    fn spend_at(&self, nonces: &[Fresh], now: u64) -> Result<(), NonceError> {
        let mut used = self.used.lock().map_err(|_| NonceError::Used)?;
        used.turn(now);
        for nonce in nonces {
            if nonce.issued < used.floor {
                return Err(NonceError::Stale);
            }
            if used.current.contains(&nonce.chance) || used.previous.contains(&nonce.chance) {
                return Err(NonceError::Used);
            }
        }
        used.current.extend(nonces.iter().map(|nonce| nonce.chance));
        Ok(())
    }
}

impl Used {
    /// Begins a new generation when the current one is old or full.
    fn turn(&mut self, now: u64) {
        let old = self.began.saturating_add(LIFE_MS + AHEAD_MS) < now;
        if old || self.current.len() >= MOST {
            let forgotten =
                std::mem::replace(&mut self.previous, std::mem::take(&mut self.current));
            // What leaves memory was used before the generation that stays began, and so was issued before it, or a little
            // ahead of it by another clock. By now its age makes it stale, unless memory was full before its time.
            if !forgotten.is_empty() && !old {
                self.floor = self.floor.max(self.began.saturating_add(AHEAD_MS));
            }
            self.began = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn nonces(key: &[u8]) -> Nonces {
        let nonces = Nonces::new(key);
        let mut used = nonces.used.lock().unwrap();
        (used.began, used.floor) = (NOW, NOW);
        drop(used);
        nonces
    }

    /// [ID-08] Missing, altered, another tenant's, expired, from the future, used before: none of them is taken.
    #[test]
    fn only_a_fresh_nonce_of_our_own_is_taken_and_once() {
        let ours = nonces(b"a");
        let nonce = ours.issue_at(NOW).unwrap();
        assert_eq!(nonce.len(), 55);
        let fresh = ours.check_at(Some(&nonce), NOW + LIFE_MS).unwrap();
        for (shown, at, error) in [
            (None, NOW, NonceError::Missing),
            (Some(""), NOW, NonceError::Missing),
            (Some("AAAA"), NOW, NonceError::Foreign),
            (Some(nonce.as_str()), NOW + LIFE_MS + 1, NonceError::Stale),
            (Some(nonce.as_str()), NOW - AHEAD_MS - 1, NonceError::Stale),
        ] {
            assert_eq!(ours.check_at(shown, at), Err(error), "{shown:?} {at}");
        }
        assert_eq!(
            nonces(b"b").check_at(Some(&nonce), NOW),
            Err(NonceError::Foreign)
        );
        for index in 0..nonce.len() {
            let mut changed = nonce.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                ours.check_at(Some(&changed), NOW),
                Err(NonceError::Foreign),
                "{index}"
            );
        }
        let other = ours
            .check_at(Some(&ours.issue_at(NOW).unwrap()), NOW)
            .unwrap();
        assert_eq!(ours.spend_at(&[fresh, fresh], NOW), Ok(()));
        assert_eq!(ours.spend_at(&[other, fresh], NOW), Err(NonceError::Used));
        assert_eq!(ours.spend_at(&[other], NOW), Ok(()), "it was not used up");
    }

    /// A restart, or more uses than are remembered, makes old nonces stale: nothing forgotten can be used again.
    #[test]
    fn what_is_forgotten_is_stale() {
        let ours = nonces(b"a");
        let early = ours.issue_at(NOW - 1).unwrap();
        let early = ours.check_at(Some(&early), NOW).unwrap();
        assert_eq!(ours.spend_at(&[early], NOW), Err(NonceError::Stale));

        let fresh = |at: u64| {
            ours.check_at(Some(&ours.issue_at(at).unwrap()), at)
                .unwrap()
        };
        let first = fresh(NOW);
        ours.spend_at(&[first], NOW).unwrap();
        for generation in 1..=3_u64 {
            let mut used = ours.used.lock().unwrap();
            let filler = (used.current.len()..MOST).map(|number| {
                let mut chance = [0; 16];
                chance[..8].copy_from_slice(&number.to_be_bytes());
                chance[8] = u8::try_from(generation).unwrap();
                chance
            });
            let filler: Vec<_> = filler.collect();
            used.current.extend(filler);
            drop(used);
            let again = ours.spend_at(&[first], NOW + generation * 1000);
            assert!(again.is_err(), "{generation}: {again:?}");
        }
        let later = NOW + 2 * AHEAD_MS;
        assert_eq!(ours.spend_at(&[fresh(later)], later), Ok(()));
    }

    /// A generation ends with its time, too; what it held stays remembered as long as it could be shown again.
    #[test]
    fn a_generation_is_remembered_for_a_nonces_life() {
        let ours = nonces(b"a");
        let at = NOW + LIFE_MS;
        let nonce = ours.issue_at(at).unwrap();
        let nonce = ours.check_at(Some(&nonce), at).unwrap();
        ours.spend_at(&[nonce], at).unwrap();
        for after in [at + AHEAD_MS + 1, at + LIFE_MS] {
            assert_eq!(ours.spend_at(&[nonce], after), Err(NonceError::Used));
        }
    }
}
