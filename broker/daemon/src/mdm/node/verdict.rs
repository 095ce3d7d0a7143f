//! `./Vendor/Dovetail/Compliance`: what the service makes of this device, told by it for the person in front of it.

use dovetail_shared::status::Compliance;

use super::Value;
use super::leaf::{Leaf, Source, unset};
use super::record::Kept;
use super::shape::Shape;

const STATE: &str = "Vendor/Dovetail/Compliance/State";
const REASONS: &str = "Vendor/Dovetail/Compliance/Reasons";

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: STATE,
        source: Source::Kept(Shape::Word(&["compliant", "noncompliant"]), unset),
    },
    Leaf {
        path: REASONS,
        source: Source::Kept(Shape::Lines, unset),
    },
];

/// The last verdict with its reasons.
pub(super) fn of(kept: &Kept) -> (Compliance, Vec<String>) {
    let text = |key| match kept.get(key) {
        Some(Value::Text(text)) => text.as_str(),
        _ => "",
    };
    let state = match text(STATE) {
        "compliant" => Compliance::Compliant,
        "noncompliant" => Compliance::Noncompliant,
        _ => Compliance::Unknown,
    };
    (
        state,
        serde_json::from_str(text(REASONS)).unwrap_or_default(),
    )
}
