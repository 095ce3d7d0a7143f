//! A sign-in on its way: stored under the hash of two values, one in the URL (`ctx`), one in a cookie of this browser.

use dovetail_shared::UnixTime;
use dovetail_shared::encode::b64url;
use dovetail_shared::id::DeviceId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::request::Request;
use crate::session::Session;
use crate::store::{Store, StoreError, hash, query};

/// Seconds a person has.
const LIFE_SECS: i64 = 600;

/// Where a sign-in at the domain's own service stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Leg {
    /// The application named the account; the browser has not been sent there.
    #[default]
    Ahead,
    /// It has been sent once, or the account was named on a page of ours: a page comes before the way there. A redirect straight
    /// behind a form would fail anyway, because of `form-action`.
    PageFirst,
    /// It came back without a second factor and is to be sent for one.
    MfaWanted,
    /// It came back, and the service vouches for the person.
    Back,
}

/// What has been done so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) request: Request,
    /// The account, once named.
    pub(super) upn: Option<String>,
    /// Methods that were passed, in order: `pwd`, `otp`, `mfa`.
    pub(super) amr: Vec<String>,
    /// Stay signed in? Asked last.
    pub(super) stay: Option<bool>,
    /// The session of this browser that the sign-in goes on from: its first factor counts.
    #[serde(default)]
    pub(super) sid: Option<String>,
    /// When the last factor was given in that session.
    #[serde(default)]
    pub(super) since: Option<i64>,
    /// When the last factor was given in this sign-in itself.
    #[serde(default)]
    pub(super) proved: Option<i64>,
    /// Whether the person is to choose among the accounts of this browser first.
    #[serde(default)]
    pub(super) choose: bool,
    /// Only for accounts of federated domains.
    #[serde(default)]
    pub(super) leg: Leg,
    /// The device that the request came from, when its key said so.
    #[serde(default)]
    pub(super) device: Option<DeviceId>,
    /// The Hello key that vouched for the session that the sign-in goes on from.
    #[serde(default)]
    pub(super) hello_key: Option<Uuid>,
    /// What the last step complained about: AADSTS number.
    pub(super) complaint: Option<u32>,
}

impl Flow {
    /// A sign-in that has just begun.
    pub(super) fn new(request: Request) -> Self {
        Self {
            upn: request.login_hint.clone(),
            request,
            amr: Vec::new(),
            stay: None,
            sid: None,
            since: None,
            proved: None,
            choose: false,
            leg: Leg::Ahead,
            device: None,
            hello_key: None,
            complaint: None,
        }
    }

    /// Goes on from a session: what it proved counts.
    pub(super) fn go_on_from(&mut self, session: &Session) {
        self.upn = Some(session.user.upn.clone());
        self.amr.clone_from(&session.amr);
        self.sid = Some(session.sid.clone());
        self.since = Some(session.created.0);
        self.device = session.device.or(self.device);
        self.hello_key = session.hello_key;
        self.stay = Some(false);
        self.leg = Leg::Back;
        self.choose = false;
    }

    /// Notes methods that were passed just now.
    pub(super) fn passed(&mut self, methods: &[&str], now: UnixTime) {
        for method in methods {
            if !self.amr.iter().any(|known| known == method) {
                self.amr.push((*method).to_owned());
            }
        }
        self.proved = Some(now.0);
    }

    /// Nothing that was proved so far counts, here or at another service.
    pub(super) fn begin_again(&mut self) {
        self.amr.clear();
        self.sid = None;
        self.since = None;
        self.proved = None;
        self.hello_key = None;
        self.stay = None;
        self.leg = Leg::PageFirst;
    }
}

/// The two halves of a flow's name.
#[derive(Debug, Clone)]
pub(super) struct FlowId {
    /// In the URL and in the form.
    pub(super) ctx: String,
    /// In the cookie.
    pub(super) browser: String,
}

impl FlowId {
    fn key(&self) -> Vec<u8> {
        hash(&format!("{}.{}", self.ctx, self.browser))
    }

    /// What a page of this sign-in says, and only such a page: nobody makes it who does not know the browser's half, which no
    /// page and no script sees.
    pub(super) fn proof(&self, kind: Proof) -> String {
        b64url(hash(&format!("{kind:?}.{}.{}", self.ctx, self.browser)))
    }

    /// Whether that is what was shown.
    pub(super) fn proves(&self, kind: Proof, shown: Option<&str>) -> bool {
        let right = self.proof(kind);
        let shown = shown.unwrap_or_default().as_bytes();
        aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), shown).is_ok()
    }
}

/// What a program shows to prove that it read a page of the sign-in that it goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// `flowToken`
    Flow,
    /// `canary`
    Canary,
    /// `SessionId` of a second factor.
    Session,
}

/// Stores it; a second save under the same name replaces the first.
pub(super) async fn save(
    store: &Store,
    id: &FlowId,
    flow: &Flow,
    now: UnixTime,
) -> Result<(), StoreError> {
    let state = serde_json::to_string(flow).map_err(|error| StoreError::Encode(Box::new(error)))?;
    query("INSERT INTO sign_in (id_hash, state, expires) VALUES ($1, $2, $3) ON CONFLICT (id_hash) DO UPDATE SET state = excluded.state")
        .bind(id.key())
        .bind(state)
        .bind(now.plus(LIFE_SECS).0)
        .execute(store)
        .await?;
    Ok(())
}

/// Stores what a step changed. `false` when the flow has ended meanwhile: a late form does not bring it back.
pub(super) async fn update(store: &Store, id: &FlowId, flow: &Flow) -> Result<bool, StoreError> {
    let state = serde_json::to_string(flow).map_err(|error| StoreError::Encode(Box::new(error)))?;
    let changed = query("UPDATE sign_in SET state = $1 WHERE id_hash = $2")
        .bind(state)
        .bind(id.key())
        .execute(store)
        .await?;
    Ok(changed.rows_affected() == 1)
}

/// The flow of that name, if it is still alive.
pub(super) async fn load(
    store: &Store,
    id: &FlowId,
    now: UnixTime,
) -> Result<Option<Flow>, StoreError> {
    let row = query("SELECT state FROM sign_in WHERE id_hash = $1 AND expires > $2")
        .bind(id.key())
        .bind(now.0)
        .fetch_optional(store)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let state: String = row.try_get(0)?;
    serde_json::from_str(&state)
        .map(Some)
        .map_err(|error| StoreError::Decode(Box::new(error)))
}

/// Ends it. `false` when somebody else ended it first: an answer goes out once.
pub(super) async fn end(store: &Store, id: &FlowId) -> Result<bool, StoreError> {
    Ok(query("DELETE FROM sign_in WHERE id_hash = $1")
        .bind(id.key())
        .execute(store)
        .await?
        .rows_affected()
        == 1)
}
