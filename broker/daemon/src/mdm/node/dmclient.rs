//! `./Vendor/MSFT/DMClient`: this device as the management service knows it, its schedule, and the way out.
//!
//! Not here: `Push` (nothing is pushed), `ExchangeID`, and another `ManagementServiceAddress` than the enrolled one.

use aws_lc_rs::digest::{Context, SHA256};
use dovetail_shared::encode::hex_upper;

use super::facts::Poll;
use super::leaf::{Leaf, Source, View, text, unset};
use super::record::Kept;
use super::shape::Shape;
use super::uri::encode;
use super::{Effect, Status, Value};

/// Ties the hash of the machine's id to this use, so that it tells nobody the id itself (machine-id(5)).
const SALT: &[u8] = b"dovetail HWDevID 1\0";
/// Longest list of what a first session expects, in characters.
const LIST: usize = 32 * 1024;
/// Longest interval, in minutes: a year.
const YEAR: i64 = 366 * 24 * 60;

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: "Vendor/MSFT/DMClient/HWDevID",
        source: Source::Read(|view, _| text(hardware_id(view))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Unenroll",
        source: Source::Run(|view, _, data| match data {
            Some(data) => unenroll(view, &data),
            None => Err(Status::MALFORMED),
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Unenroll",
        source: Source::Run(|view, _, data| match data {
            Some(data) => unenroll(view, &data),
            None => Ok(Effect::Unenroll),
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/EntDMID",
        source: Source::Kept(Shape::Line(255), |view, _| {
            text(view.facts.ent_dm_id.clone())
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/EntDeviceName",
        source: Source::Kept(Shape::Line(255), |view, _| {
            text(Some(view.facts.device_name.clone()))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/UPN",
        source: Source::Read(|view, _| text(Some(view.facts.upn.clone()))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/AADResourceID",
        source: Source::Read(|view, _| text(view.facts.resource.clone())),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/AADDeviceID",
        source: Source::Read(|view, _| text(Some(view.facts.device_id.clone()))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/PublisherDeviceID",
        source: Source::Kept(Shape::Line(255), unset),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/ManagementServiceAddress",
        source: Source::Read(|view, _| text(Some(view.facts.service_url.clone()))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/CertRenewTimeStamp",
        source: Source::Read(|view, _| text(view.facts.renew_at.map(|time| time.to_string()))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Poll/NumberOfFirstRetries",
        source: Source::Kept(Shape::Int(0, 9999), |view, _| {
            Ok(number(view.facts.poll.first_count))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Poll/IntervalForFirstSetOfRetries",
        source: Source::Kept(Shape::Int(1, YEAR), |view, _| {
            Ok(number(view.facts.poll.first_minutes))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Poll/NumberOfSecondRetries",
        source: Source::Kept(Shape::Int(0, 9999), |view, _| {
            Ok(number(view.facts.poll.second_count))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Poll/IntervalForSecondSetOfRetries",
        source: Source::Kept(Shape::Int(1, YEAR), |view, _| {
            Ok(number(view.facts.poll.second_minutes))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Poll/NumberOfRemainingScheduledRetries",
        source: Source::Kept(Shape::Int(0, 9999), |view, _| {
            Ok(number(view.facts.poll.rest_count))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Poll/IntervalForRemainingScheduledRetries",
        source: Source::Kept(Shape::Int(1, YEAR), |view, _| {
            Ok(number(view.facts.poll.rest_minutes))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/Poll/PollOnLogin",
        source: Source::Kept(Shape::Bool, |view, _| {
            Ok(Value::Bool(view.facts.poll.on_login))
        }),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/FirstSyncStatus/ExpectedPolicies",
        source: Source::Kept(Shape::Line(LIST), unset),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/FirstSyncStatus/ServerHasFinishedProvisioning",
        source: Source::Kept(Shape::Bool, |_, _| Ok(Value::Bool(false))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/FirstSyncStatus/IsSyncDone",
        source: Source::Kept(Shape::Bool, |_, _| Ok(Value::Bool(false))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/FirstSyncStatus/WasDeviceSuccessfullyProvisioned",
        // 0 failed, 1 well, 2 not decided.
        source: Source::Kept(Shape::Int(0, 2), |_, _| Ok(Value::Int(2))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/FirstSyncStatus/SkipDeviceStatusPage",
        source: Source::Kept(Shape::Bool, |_, _| Ok(Value::Bool(true))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/FirstSyncStatus/SkipUserStatusPage",
        source: Source::Kept(Shape::Bool, |_, _| Ok(Value::Bool(true))),
    },
    Leaf {
        path: "Vendor/MSFT/DMClient/Provider/{provider}/FirstSyncStatus/TimeOutUntilSyncFailure",
        source: Source::Kept(Shape::Int(1, 1440), |_, _| Ok(Value::Int(60))),
    },
];

/// The schedule: what the server has set, and for the rest the provisioning document's.
pub(super) fn poll(kept: &Kept, provider: &str, provisioned: Poll) -> Poll {
    let value = |name: &str| {
        let provider = encode(provider);
        kept.get(&format!(
            "Vendor/MSFT/DMClient/Provider/{provider}/Poll/{name}"
        ))
    };
    let count = |name: &str, provisioned| match value(name) {
        Some(Value::Int(number)) => u32::try_from(*number).unwrap_or(provisioned),
        _ => provisioned,
    };
    Poll {
        first_count: count("NumberOfFirstRetries", provisioned.first_count),
        first_minutes: count("IntervalForFirstSetOfRetries", provisioned.first_minutes),
        second_count: count("NumberOfSecondRetries", provisioned.second_count),
        second_minutes: count("IntervalForSecondSetOfRetries", provisioned.second_minutes),
        rest_count: count("NumberOfRemainingScheduledRetries", provisioned.rest_count),
        rest_minutes: count(
            "IntervalForRemainingScheduledRetries",
            provisioned.rest_minutes,
        ),
        on_login: match value("PollOnLogin") {
            Some(Value::Bool(truth)) => *truth,
            _ => provisioned.on_login,
        },
    }
}

fn number(value: u32) -> Value {
    Value::Int(value.into())
}

/// The service names itself, so that a command meant for another one's enrollment ends nothing.
fn unenroll(view: &View<'_>, data: &Value) -> Result<Effect, Status> {
    match data {
        Value::Text(provider) if *provider == view.facts.provider_id => Ok(Effect::Unenroll),
        _ => Err(Status::NOT_FOUND),
    }
}

fn hardware_id(view: &View<'_>) -> Option<String> {
    Some(hidden(&view.root.word("/etc/machine-id")?))
}

/// `HWDevID` of a machine id: SHA-256 in hex, upper case.
pub(crate) fn hidden(machine_id: &str) -> String {
    let mut hash = Context::new(&SHA256);
    hash.update(SALT);
    hash.update(machine_id.as_bytes());
    hex_upper(hash.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::super::test::{Machine, chr, uri};
    use super::*;

    const P: &str = "./Vendor/MSFT/DMClient/Provider/MS%20DM%20Server";

    /// Two machines differ, one stays the same, and the id itself is not told.
    #[test]
    fn the_hardware_id_is_a_salted_hash() {
        let id = |text| {
            let machine = Machine::new().with("/etc/machine-id", text);
            let value = machine
                .tree()
                .get(&uri("./Vendor/MSFT/DMClient/HWDevID"))
                .unwrap();
            value.data()
        };
        let one = id("0123456789abcdef0123456789abcdef\n");
        assert_eq!(one.len(), 64);
        assert_eq!(one, id("0123456789abcdef0123456789abcdef"));
        assert_ne!(one, id("1123456789abcdef0123456789abcdef"));
        assert!(!one.to_lowercase().contains("0123456789abcdef"));
    }

    /// [MD-03] Nodes of another service's enrollment are not there, and its unenroll ends nothing.
    #[test]
    fn another_provider_is_not_found() {
        let machine = Machine::new();
        let mut tree = machine.tree();
        let other = uri("./Vendor/MSFT/DMClient/Provider/Other/EntDMID");
        assert_eq!(tree.get(&other), Err(Status::NOT_FOUND));
        assert_eq!(tree.replace(&other, chr("9")), Err(Status::NOT_FOUND));
        let all = uri("./Device/Vendor/MSFT/DMClient/Unenroll");
        assert_eq!(tree.exec(&all, Some(chr("Other"))), Err(Status::NOT_FOUND));
        assert_eq!(tree.exec(&all, None), Err(Status::MALFORMED));
        assert_eq!(
            tree.exec(&all, Some(chr("MS DM Server"))),
            Ok(Effect::Unenroll)
        );
        let own = uri(&format!("{P}/Unenroll"));
        assert_eq!(
            tree.exec(&own, Some(chr("MS DM Server"))),
            Ok(Effect::Unenroll)
        );
        assert_eq!(tree.exec(&own, Some(chr("x"))), Err(Status::NOT_FOUND));
        assert_eq!(tree.get(&own), Err(Status::NOT_ALLOWED));
    }

    /// The service assigns its own id and changes the schedule; both are there after the session.
    #[test]
    fn the_service_sets_its_id_and_the_schedule() {
        let machine = Machine::new();
        let mut tree = machine.tree();
        let id = uri(&format!("{P}/EntDMID"));
        assert_eq!(tree.get(&id), Ok(chr("7")));
        tree.replace(&id, chr("8")).unwrap();
        let rest = uri(&format!("{P}/Poll/IntervalForRemainingScheduledRetries"));
        tree.replace(&rest, Value::Int(60)).unwrap();
        assert_eq!(tree.replace(&rest, Value::Int(0)), Err(Status::MALFORMED));
        tree.save().unwrap();
        let mut tree = machine.tree();
        assert_eq!(tree.get(&id), Ok(chr("8")));
        assert_eq!(
            tree.poll(),
            Poll {
                rest_minutes: 60,
                ..Poll::default()
            }
        );
    }
}
