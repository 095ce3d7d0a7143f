//! Everything that somebody may want to look at afterwards.

use std::path::Path;

use dovetail_shared::encode::from_b64;
use dovetail_tests::page::Outcome;
use dovetail_tests::{Lab, talk};
use serde_json::{Value, json};

use crate::phases::Phases;

/// Writes certificate, request, proof, device object and report.
pub(crate) async fn everything(
    lab: &Lab,
    out: &Path,
    sign_on: Value,
    phases: &mut Phases,
) -> Outcome {
    let mut client = talk::connect(&lab.daemon).await;
    let status = talk::status(&mut client).await;
    let details = status
        .details
        .clone()
        .ok_or("the daemon says that it is not joined")?;
    let device: Value = serde_json::from_str(&lab.tenant.run(&[
        "device",
        "show",
        "--json",
        &details.device_id.to_string(),
    ]))
    .map_err(|error| error.to_string())?;
    let write = |name: &str, bytes: &[u8]| std::fs::write(out.join(name), bytes).unwrap();
    let decoded = |value: &Value| from_b64(value.as_str().unwrap_or_default()).unwrap_or_default();
    write("device.json", &serde_json::to_vec_pretty(&device).unwrap());
    write("device.pem", &lab.daemon.file("device.pem"));
    write(
        "ca.pem",
        &std::fs::read(lab.tenant.value("device_ca")).unwrap(),
    );
    write("csr.der", &decoded(&device["CertificateRequest"]));
    let proof = &device["Attestation"]["AttestationData"];
    write(
        "attestation/ek.der",
        &decoded(&device["Attestation"]["EndorsementCertificate"]),
    );
    write("attestation/ak-public.bin", &decoded(&proof["AkPublic"]));
    for (name, key) in [
        ("device-key", "DeviceKey"),
        ("transport-key", "TransportKey"),
    ] {
        for (part, member) in [
            ("public", "Public"),
            ("certify", "Attest"),
            ("signature", "Signature"),
        ] {
            write(
                &format!("attestation/{name}.{part}.bin"),
                &decoded(&proof[key][member]),
            );
        }
    }
    let join = status.join.ok_or("the daemon tells no join")?;
    let report = json!({
        "device_id": details.device_id,
        "tenant_id": status.tenant.and_then(|tenant| tenant.tenant_id),
        "thumbprint": details.thumbprint,
        "attested": details.attested,
        "keys": details.keys,
        "phases": phases.report(),
        "steps": join.steps,
        "management": status.management,
        "sign_on": sign_on,
        "versions": { "dovetail": env!("CARGO_PKG_VERSION"), "daemon": status.broker.version },
    });
    write("report.json", &serde_json::to_vec_pretty(&report).unwrap());
    phases.over("certificate, request, proof and report written");
    Ok(())
}
