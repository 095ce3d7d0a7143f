//! GetPolicies (MS-XCEP §3.1.4.1, reference §1.6): which key and hash the service wants.

use dovetail_shared::{Code, Secret};
use url::Url;

use super::error::MdmError;
use super::soap::{self, Question};
use super::xml::{Out, Xml, XmlError};
use crate::net::Net;

pub(super) const ACTION: &str =
    "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy/IPolicy/GetPolicies";
const SPACE: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Our keys' length in bits; a service that wants longer ones is told that it does not get them.
const KEY_BITS: u32 = 2048;

/// What of the policy concerns us. The hash is not among it: it is SHA-256, whatever the service says (its samples still
/// say SHA-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demands {
    /// `minimalKeyLength` in bits.
    pub key_bits: u32,
}

/// Asks, with the access token.
pub async fn policies(
    net: &Net,
    url: &Url,
    token: &Secret<String>,
    correlation: &str,
) -> Result<Demands, MdmError> {
    let question = Question {
        action: ACTION,
        url,
        token: Some(token),
        correlation,
    };
    let answer = question.ask(net, request).await?;
    read(&answer)
}

pub(super) fn request(out: &mut Out) {
    let nil = [("xsi:nil", "true")];
    out.open("GetPolicies", &[("xmlns", SPACE), ("xmlns:xsi", XSI)])
        .open("client", &[])
        .empty("lastUpdate", &nil)
        .empty("preferredLanguage", &nil)
        .close()
        .empty("requestFilter", &nil);
}

pub(super) fn read(answer: &[u8]) -> Result<Demands, MdmError> {
    let demands = soap::body(answer, |xml, first| {
        if !first.is(SPACE, "GetPoliciesResponse") {
            return Err(XmlError::Unexpected(
                "another answer than GetPoliciesResponse",
            ));
        }
        let mut demands = Demands::default();
        attributes(xml, &mut demands)?;
        Ok(demands)
    })?;
    if demands.key_bits > KEY_BITS {
        return Err(MdmError::Fault(
            Code::MDM_KEY,
            dovetail_shared::code::ServerSaid {
                message: format!("the service wants keys of {} bits", demands.key_bits),
                ..Default::default()
            },
        ));
    }
    Ok(demands)
}

/// Looks through all levels for the one value: where it stands is fixed, and nothing beside it has its name.
fn attributes(xml: &mut Xml<'_>, demands: &mut Demands) -> Result<(), XmlError> {
    while let Some(element) = xml.child()? {
        match element.name.as_str() {
            "minimalKeyLength" => {
                let bits = xml.text()?.trim().parse();
                demands.key_bits = demands
                    .key_bits
                    .max(bits.map_err(|_| XmlError::Unexpected("a key length that is no number"))?);
            }
            "response" | "policies" | "policy" | "attributes" | "privateKeyAttributes" => {
                attributes(xml, demands)?;
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MS-XCEP §4.2's shape as MDM services send it; SHA-1 in its list is not followed.
    fn answer(bits: &str) -> String {
        format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
<s:Header><a:Action s:mustUnderstand="1">http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy/IPolicy/GetPoliciesResponse</a:Action></s:Header>
<s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><GetPoliciesResponse xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy">
<response><policyID/><policyFriendlyName xsi:nil="true"/><nextUpdateHours xsi:nil="true"/><policiesNotChanged xsi:nil="true"/>
<policies><policy><policyOIDReference>0</policyOIDReference><cAs xsi:nil="true"/><attributes><commonName>CEPUnitTest</commonName><policySchema>3</policySchema>
<certificateValidity><validityPeriodSeconds>1209600</validityPeriodSeconds><renewalPeriodSeconds>172800</renewalPeriodSeconds></certificateValidity>
<permission><enroll>true</enroll><autoEnroll>false</autoEnroll></permission>
<privateKeyAttributes><minimalKeyLength>{bits}</minimalKeyLength><keySpec xsi:nil="true"/><keyUsageProperty xsi:nil="true"/><permissions xsi:nil="true"/><algorithmOIDReference xsi:nil="true"/><cryptoProviders xsi:nil="true"/></privateKeyAttributes>
<revision><majorRevision>101</majorRevision><minorRevision>0</minorRevision></revision><hashAlgorithmOIDReference>0</hashAlgorithmOIDReference></attributes></policy></policies></response>
<cAs xsi:nil="true"/><oIDs><oID><value>1.3.14.3.2.29</value><group>1</group><oIDReferenceID>0</oIDReferenceID><defaultName>szOID_OIWSEC_sha1RSASign</defaultName></oID></oIDs>
</GetPoliciesResponse></s:Body></s:Envelope>"#
        )
    }

    #[test]
    fn a_policy_is_read() {
        assert_eq!(read(answer("2048").as_bytes()).unwrap().key_bits, 2048);
        let longer = read(answer("4096").as_bytes()).unwrap_err();
        assert_eq!(longer.code(), Code::MDM_KEY);
        for wrong in ["many", "-1", "99999999999"] {
            assert!(read(answer(wrong).as_bytes()).is_err(), "{wrong}");
        }
    }
}
