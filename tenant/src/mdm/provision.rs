//! The provisioning document (MS-MDE2 §2.2.9.1): certificates first, in the order root, own; then the account, the client, sign-in.

use dovetail_shared::encode::{b64, hex_upper};
use dovetail_shared::id::TenantId;
use uuid::Uuid;

use super::policy::{Options, hello};
use super::settings::Settings;
use super::xml::{Node, el};
use crate::ca::Issued;
use crate::fault::Kind;

/// The name of this service on devices.
pub(super) const PROVIDER: &str = "Dovetail";

/// What a document is made from.
#[derive(Debug)]
pub(super) struct Provision<'a> {
    pub(super) id: Uuid,
    pub(super) tenant: TenantId,
    pub(super) upn: &'a str,
    pub(super) device_name: &'a str,
    /// Base URL of the management service.
    pub(super) base: &'a str,
    /// The management service as a resource of access tokens.
    pub(super) resource: &'a str,
    /// The CA's certificate, DER; renewals leave it out.
    pub(super) root: Option<&'a [u8]>,
    pub(super) issued: &'a Issued,
    pub(super) options: &'a Options,
    pub(super) settings: &'a Settings,
    /// How it is to go wrong.
    pub(super) fault: Option<Kind>,
}

/// A characteristic.
fn of(kind: impl Into<String>) -> Node {
    el("characteristic").with("type", kind)
}

fn parm(name: &str, value: impl Into<String>) -> Node {
    el("parm").with("name", name).with("value", value)
}

fn typed(name: &str, value: impl Into<String>, datatype: &str) -> Node {
    parm(name, value).with("datatype", datatype)
}

impl Provision<'_> {
    /// The document.
    pub(super) fn document(&self) -> String {
        let document = el("wap-provisioningdoc")
            .with("version", "1.1")
            .child(self.certificates())
            .child(self.application())
            .children(
                (self.fault == Some(Kind::ProvisionDuplicateNodes)).then(|| self.application()),
            )
            .child(self.client())
            .children(self.sign_in())
            .children((self.fault == Some(Kind::ProvisionUnknownNodes)).then(unknown));
        document.write()
    }

    fn certificates(&self) -> Node {
        let root = self.root.map(|der| {
            let thumbprint = thumbprint(der);
            of("Root").child(
                of("System").child(of(thumbprint).child(parm("EncodedCertificate", b64(der)))),
            )
        });
        let own = of(hex_upper(&self.issued.thumbprint))
            .child(parm("EncodedCertificate", b64(&self.issued.der)))
            .child(of("PrivateKeyContainer"));
        let renew = of("Renew")
            .child(typed("ROBOSupport", "true", "boolean"))
            .child(typed(
                "RenewPeriod",
                self.settings.renew_days.to_string(),
                "integer",
            ))
            .child(typed("RetryInterval", "4", "integer"));
        of("CertificateStore").children(root).child(
            of("My")
                .child(of("System").child(own))
                .child(of("WSTEP").child(renew)),
        )
    }

    fn application(&self) -> Node {
        let address = match self.fault {
            Some(Kind::ProvisionHttpAddress) => self.base.replacen("https:", "http:", 1),
            Some(Kind::ProvisionForeignHost) => "https://mdm.elsewhere.example".to_owned(),
            _ => self.base.to_owned(),
        };
        let criteria = format!("Subject=CN%3D{}&Stores=My%5CSystem", self.id);
        of("APPLICATION")
            .child(parm("APPID", "w7"))
            .child(parm("PROVIDER-ID", PROVIDER))
            .child(parm("NAME", "Dovetail management"))
            .child(parm("ADDR", format!("{address}/dm")))
            .child(parm("CONNRETRYFREQ", "6"))
            .child(parm("INITIALBACKOFFTIME", "30000"))
            .child(parm("MAXBACKOFFTIME", "120000"))
            .child(el("parm").with("name", "BACKCOMPATRETRYDISABLED"))
            .child(parm("DEFAULTENCODING", "application/vnd.syncml.dm+xml"))
            .child(parm("SSLCLIENTCERTSEARCHCRITERIA", criteria))
    }

    fn client(&self) -> Node {
        let poll = [
            ("NumberOfFirstRetries", "8".to_owned()),
            ("IntervalForFirstSetOfRetries", "15".to_owned()),
            ("NumberOfSecondRetries", "5".to_owned()),
            ("IntervalForSecondSetOfRetries", "3".to_owned()),
            ("NumberOfRemainingScheduledRetries", "0".to_owned()),
            (
                "IntervalForRemainingScheduledRetries",
                self.settings.poll_minutes.to_string(),
            ),
        ];
        let poll = of("Poll")
            .children(poll.map(|(name, value)| typed(name, value, "integer")))
            .child(typed("PollOnLogin", "true", "boolean"))
            .child(typed("AllUsersPollOnFirstLogin", "true", "boolean"));
        of("DMClient").child(
            of("Provider").child(
                of(PROVIDER)
                    .child(typed("UPN", self.upn, "string"))
                    .child(typed("EntDeviceName", self.device_name, "string"))
                    .child(typed("EntDMID", self.id.to_string(), "string"))
                    .child(typed("AADResourceID", self.resource, "string"))
                    .child(poll),
            ),
        )
    }

    fn sign_in(&self) -> Option<Node> {
        let values = hello(self.options);
        let datatype = |format: &str| match format {
            "bool" => "boolean",
            _ => "integer",
        };
        let (mut plain, mut complexity) = (Vec::new(), Vec::new());
        for (name, format, value) in values {
            match name.split_once('/') {
                None => plain.push(typed(name, value, datatype(format))),
                Some((_, name)) => complexity.push(typed(name, value, datatype(format))),
            }
        }
        if plain.is_empty() && complexity.is_empty() {
            return None;
        }
        let inner = (!complexity.is_empty()).then(|| of("PINComplexity").children(complexity));
        let policies = of("Policies").children(plain).children(inner);
        Some(of("PassportForWork").child(of(self.tenant.to_string()).child(policies)))
    }
}

/// What no client knows.
fn unknown() -> Node {
    of("Surprise")
        .child(parm("Install", "https://elsewhere.example/agent.sh"))
        .child(of("../../etc").child(parm("passwd", "root")))
}

fn thumbprint(der: &[u8]) -> String {
    use aws_lc_rs::digest;
    hex_upper(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der).as_ref())
}
