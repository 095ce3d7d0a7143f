//! A tenant that misbehaves: each fault with its code, and never a second device.

use dovetail_shared::link::{JoinRef, JoinState, JoinView, Request};
use dovetail_tests::{Lab, talk};

use crate::join::join;

const DEVICE: &str = "/enrollmentserver/device";

/// Joins while `fault` is set on `path`, and gives the failed view.
async fn refused(lab: &Lab, fault: &[&str], path: &str) -> JoinView {
    let mut args = vec!["fault", "set"];
    args.extend(fault);
    args.extend(["--path", path]);
    lab.tenant.run(&args);
    join(lab, "adele@contoso.com").await
}

/// Tries again, as the page's button does.
async fn retry(lab: &Lab, view: &JoinView) -> JoinView {
    let mut client = talk::connect(&lab.daemon).await;
    let _: JoinView = client
        .call(
            &Request::JoinRetry(JoinRef {
                join_id: view.join_id,
            }),
            std::time::Duration::from_secs(30),
        )
        .await
        .unwrap();
    talk::standing(&lab.daemon, &[JoinState::Joined, JoinState::Failed]).await
}

/// [DM-14] Nonsense instead of an answer: a code, a retry, one device.
#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_no_answer() {
    let Some(lab) = Lab::start("fault_nonsense") else {
        return;
    };
    let view = refused(&lab, &["nonsense"], DEVICE).await;
    assert_eq!(view.report.as_ref().unwrap().code.to_string(), "JOIN-203");
    let view = retry(&lab, &view).await;
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    assert_eq!(lab.tenant.devices().len(), 1);
}

/// [DM-15] An answer of twelve megabytes is not read to its end.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_is_refused() {
    let Some(lab) = Lab::start("fault_oversize") else {
        return;
    };
    let view = refused(&lab, &["oversize"], DEVICE).await;
    assert_eq!(view.report.unwrap().code.to_string(), "JOIN-204");
}

/// [DM-17] A redirect to another host is not followed.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_elsewhere_is_not_followed() {
    let Some(lab) = Lab::start("fault_redirect") else {
        return;
    };
    let view = refused(&lab, &["redirect"], DEVICE).await;
    assert_eq!(view.report.unwrap().code.to_string(), "0x801c000b");
}

/// The service has a fault of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_service_is_told_as_such() {
    let Some(lab) = Lab::start("fault_500") else {
        return;
    };
    let view = refused(&lab, &["status500"], DEVICE).await;
    assert_eq!(view.report.as_ref().unwrap().code.to_string(), "0x801c0006");
    assert_eq!(retry(&lab, &view).await.state, JoinState::Joined);
}

/// [DR-15] The registration is carried out, its answer is lost: asked again, there is still one device.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_leaves_one_device() {
    let Some(lab) = Lab::start("fault_lost") else {
        return;
    };
    // As many times as the daemon tries by itself.
    let mut view = refused(&lab, &["lost-answer", "--count", "3"], DEVICE).await;
    for _ in 0..3 {
        if view.state == JoinState::Failed {
            assert_eq!(
                lab.tenant.devices().len(),
                1,
                "the device is made, its answer lost"
            );
            view = retry(&lab, &view).await;
        }
    }
    assert_eq!(view.state, JoinState::Joined, "{:?}", view.report);
    let devices = lab.tenant.devices();
    assert_eq!(devices.len(), 1);
    assert_eq!(
        devices[0]["DeviceId"],
        view.device.unwrap().device_id.to_string()
    );
}
