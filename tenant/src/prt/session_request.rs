//! Requests signed by a session key: renewal of the PRT, and access tokens by it (registration reference §4.9).

use dovetail_shared::oidc::Seconds;
use dovetail_shared::prt::{AnswerForm, SessionRequest, grant};
use dovetail_shared::{Secret, UnixTime};

use super::device_request::{Outside, response};
use super::refusal::PrtRefusal;
use super::session_signed::{NamesPrt, SessionSigned, read, stands};
use super::store::{LIFE_SECS, renew};
use crate::account::User;
use crate::app::App;
use crate::audit::Act;
use crate::client::{Platform, registration};
use crate::grant::{Granted, Origin, Refusal, access_allowed, lineage_of, resolve_for, tokens};
use crate::rule::Strength;

/// Difference between clocks that is borne.
const SKEW_SECS: i64 = 300;

impl NamesPrt for SessionRequest {
    fn prt(&self) -> &str {
        self.refresh_token.expose()
    }
}

/// Takes a request; the answer is sealed for the session key.
pub(super) async fn take(
    app: &App,
    text: &str,
    outside: Outside,
    form: AnswerForm,
    now: UnixTime,
) -> Result<String, PrtRefusal> {
    let signed = read::<SessionRequest>(app, text).await?;
    let request = &signed.payload;
    let nonce = app.prt.nonces.check(request.request_nonce.as_deref())?;
    timely(request, now)?;
    if request.cert_token_use.is_some() {
        return Err(PrtRefusal::PeerToPeer);
    }
    if request.grant_type != grant::REFRESH_TOKEN {
        return Err(Refusal::GrantType.into());
    }
    let user = stands(app, &signed.prt, signed.shown, now).await?;
    let client_id = request.client_id.to_ascii_lowercase();
    if registration(&app.store, &client_id).await?.is_none() {
        return Err(Refusal::NoClient.into());
    }
    app.prt.nonces.spend(&app.store, &[nonce]).await?;
    let words = |wanted: &str| request.scope.split(' ').any(|word| word == wanted);
    let names_resource = request.resource.is_some() || request.scope.contains('/');
    let answer = if words("aza") && !names_resource {
        let token = renewed(app, &signed, now).await?;
        let person = (&user, signed.prt.amr.as_slice());
        let prt = response(app, outside, token, person, &client_id, now).await?;
        serde_json::to_vec(&prt)?
    } else {
        access(app, &signed, user, client_id, outside, now).await?
    };
    Ok(signed.key.answer(&answer, form)?)
}

/// `iat` and `exp` where they are sent, as number or text.
fn timely(request: &SessionRequest, now: UnixTime) -> Result<(), PrtRefusal> {
    let time = |time: &Option<Seconds>| match time {
        None => Ok(None),
        Some(time) => time.get().map(Some).ok_or(PrtRefusal::Form),
    };
    let (iat, exp) = (time(&request.iat)?, time(&request.exp)?);
    let early = iat.is_some_and(|iat| iat > now.plus(SKEW_SECS).0);
    let late = exp.is_some_and(|exp| exp < now.plus(-SKEW_SECS).0);
    if early || late {
        return Err(PrtRefusal::Time);
    }
    Ok(())
}

/// The next PRT; the session key stays.
async fn renewed(
    app: &App,
    signed: &SessionSigned<SessionRequest>,
    now: UnixTime,
) -> Result<String, PrtRefusal> {
    let number = renew(&app.store, signed.prt.id, signed.shown, now)
        .await?
        .ok_or(Refusal::Revoked)?;
    tracing::info!(prt = %signed.prt.id, device = %signed.prt.device, number, "a primary refresh token was renewed");
    app.audit
        .granted_about(Act::PrtRenewed, signed.prt.id.to_string());
    Ok(app.prt.token(signed.prt.id, number))
}

/// An access token, and beside it the renewed PRT where `aza` asks for it, else a refresh token of the application.
async fn access(
    app: &App,
    signed: &SessionSigned<SessionRequest>,
    user: User,
    client_id: String,
    outside: Outside,
    now: UnixTime,
) -> Result<Vec<u8>, PrtRefusal> {
    let (request, prt) = (&signed.payload, &signed.prt);
    let strength = Strength::asked(None, request.claims.as_deref());
    let strength = strength.map_err(|()| PrtRefusal::Claims)?;
    let named = request.resource.as_deref();
    let resource = resolve_for(app, &client_id, named, Some(&request.scope)).await?;
    let origin = Origin {
        client_id: client_id.clone(),
        user: user.id,
        amr: strength.told(prt.amr.clone()),
        auth_time: prt.auth_time,
        device: Some(prt.device),
        hello_key: prt.hello_key,
        flow: prt.flow,
        platform: Platform::Native,
    };
    let renews = request.scope.split(' ').any(|word| word == "aza");
    let audience = &resource.audience;
    let allowed = access_allowed(app, outside.version, &origin, &client_id, audience).await;
    let allowed = allowed.and_then(|()| {
        let met = strength.is_met(&prt.amr, prt.auth_time, now);
        met.then_some(()).ok_or(Refusal::MfaNeeded(outside.version))
    });
    // A PRT is renewed whatever the rules say, for they are judged where it is used; but then nothing else comes with it.
    let only_renewed = match allowed {
        Ok(()) => false,
        Err(Refusal::Access(..) | Refusal::MfaNeeded(_)) if renews => true,
        Err(refusal) => return Err(refusal.into()),
    };
    let lineage = if renews {
        None
    } else {
        lineage_of(
            app,
            outside.version,
            &origin,
            &resource,
            &request.scope,
            now,
        )
        .await?
    };
    let granted = Granted {
        user,
        origin,
        client_id,
        resource,
        scope: request.scope.clone(),
        nonce: request.nonce.clone(),
        windows: outside.windows,
        client_info: outside.client_info,
        lineage,
    };
    let mut tokens = serde_json::to_value(tokens(app, outside.version, &granted, now).await?)?;
    if renews && let Some(members) = tokens.as_object_mut() {
        if only_renewed {
            members.remove("access_token");
        }
        let token = Secret::new(renewed(app, signed, now).await?);
        members.insert("refresh_token".to_owned(), serde_json::to_value(token)?);
        members.insert(
            "refresh_token_expires_in".to_owned(),
            (LIFE_SECS - 1).into(),
        );
    }
    Ok(serde_json::to_vec(&tokens)?)
}
