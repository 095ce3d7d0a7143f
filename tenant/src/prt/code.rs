//! A code that a PRT's session gave, redeemed in Windows' protocol: the answer is sealed for the session key
//! (registration reference §1.3). Whoever else got hold of the code can do nothing with it.

use axum::response::Response;
use dovetail_shared::oidc::TokenResponse;
use dovetail_shared::prt::AnswerForm;
use uuid::Uuid;

use super::endpoint::jose;
use super::store::load;
use crate::app::App;
use crate::error::Fault;
use crate::store::query;

/// The sealed answer; `None` when the code's session was made without a PRT.
pub(crate) async fn sealed_for_code(
    app: &App,
    lineage: Uuid,
    tokens: &TokenResponse,
) -> Result<Option<Response>, Fault> {
    let row = query("SELECT prt FROM session WHERE sid = (SELECT sid FROM lineage WHERE id = $1)")
        .bind(lineage.to_string())
        .fetch_optional(&app.store)
        .await?;
    let id: Option<String> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    let Some(id) = id.and_then(|id| id.parse::<Uuid>().ok()) else {
        return Ok(None);
    };
    let Some(prt) = load(&app.store, id).await? else {
        return Ok(None);
    };
    let key = app.prt.unwrap(&id.to_string(), &prt.session_key)?;
    let sealed = key.answer(&serde_json::to_vec(tokens)?, AnswerForm::Cbc)?;
    Ok(Some(jose(sealed)))
}
