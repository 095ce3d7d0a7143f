//! Endpoints from the contract document (MS-DVRD §2.2), believed only on the configured host or below it.

use dovetail_shared::Code;
use dovetail_shared::drs::Discovery;
use url::Url;

/// Reads the contract and checks every endpoint that will get a token or a key.
pub fn read(body: &[u8], drs: &str) -> Result<Discovery, Code> {
    let found: Discovery = serde_json::from_slice(body).map_err(|_| Code::DISCOVERY_MALFORMED)?;
    let join = found
        .device_join_service
        .as_ref()
        .ok_or(Code::DISCOVERY_MALFORMED)?;
    endpoint(&join.join_endpoint, drs)?;
    if let Some(attestation) = &join.attestation_endpoint {
        endpoint(attestation, drs)?;
    }
    Ok(found)
}

/// An https address on the registration host, or below it, with the same port.
pub fn endpoint(text: &str, drs: &str) -> Result<Url, Code> {
    let url = Url::parse(text).map_err(|_| Code::DISCOVERY_MALFORMED)?;
    let ours = Url::parse(drs).map_err(|_| Code::NO_CONNECTION_POINT)?;
    let (host, our_host) = (
        url.host_str().unwrap_or_default(),
        ours.host_str().unwrap_or_default(),
    );
    let same = host == our_host
        || host
            .strip_suffix(our_host)
            .is_some_and(|rest| rest.ends_with('.'));
    let good = url.scheme() == "https"
        && same
        && url.port() == ours.port()
        && url.username().is_empty()
        && url.password().is_none();
    if good {
        Ok(url)
    } else {
        Err(Code::DRS_REDIRECTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [DM-17] A forged discovery answer sends the token to a look-alike host.
    #[test]
    fn endpoints_elsewhere_are_refused() {
        let ours = "https://enterpriseregistration.windows.net";
        for good in [
            "https://enterpriseregistration.windows.net/EnrollmentServer/device/",
            "https://eu.enterpriseregistration.windows.net/x",
        ] {
            assert!(endpoint(good, ours).is_ok(), "{good}");
        }
        for wrong in [
            "http://enterpriseregistration.windows.net/",
            "https://enterpriseregistration.windows.net.evil.example/",
            "https://evilenterpriseregistration.windows.net/",
            "https://windows.net/",
            "https://enterpriseregistration.windows.net:8443/",
            "https://enterpriseregistration.windows.net@evil.example/",
            "https://a:b@enterpriseregistration.windows.net/",
        ] {
            assert_eq!(endpoint(wrong, ours), Err(Code::DRS_REDIRECTED), "{wrong}");
        }
    }
}
