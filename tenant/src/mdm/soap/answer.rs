//! Answers: always of known length, because some clients do not understand chunks.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::UnixTime;

use crate::mdm::xml::{Node, el, leaf};
use crate::{clock, random};

/// Seconds an answer's timestamp is good for.
const FRESH_SECS: i64 = 300;

/// An answer to the message of that id.
pub(in crate::mdm) fn reply(
    relates_to: &str,
    action: &str,
    heads: Option<Node>,
    body: Node,
) -> Response {
    let activity = leaf("ActivityId", random::guid().to_string())
        .with(
            "xmlns",
            "http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics",
        )
        .with("CorrelationId", random::guid().to_string());
    let header = el("s:Header")
        .child(leaf("a:Action", action).with("s:mustUnderstand", "1"))
        .child(activity)
        .child(leaf("a:RelatesTo", relates_to))
        .children(heads);
    respond(StatusCode::OK, &envelope(header, body))
}

/// `wsse:Security` with a timestamp of five minutes.
pub(in crate::mdm) fn security(now: UnixTime) -> Node {
    let timestamp = el("u:Timestamp")
        .with("u:Id", "_0")
        .child(leaf("u:Created", clock::xml_form(now)))
        .child(leaf("u:Expires", clock::xml_form(now.plus(FRESH_SECS))));
    el("o:Security")
        .with("s:mustUnderstand", "1")
        .with(
            "xmlns:o",
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
        )
        .child(timestamp)
}

/// Declares the prefix of `xsi:nil`.
pub(in crate::mdm) fn xsi(node: Node) -> Node {
    node.with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
}

pub(super) fn envelope(header: Node, body: Node) -> Node {
    el("s:Envelope")
        .with("xmlns:s", "http://www.w3.org/2003/05/soap-envelope")
        .with("xmlns:a", "http://www.w3.org/2005/08/addressing")
        .with(
            "xmlns:u",
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
        )
        .child(header)
        .child(el("s:Body").child(body))
}

pub(super) fn respond(status: StatusCode, envelope: &Node) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/soap+xml; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, envelope.write()).into_response()
}
