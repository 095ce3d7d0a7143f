//! Who joins the device.

use dovetail_tests::Lab;

/// A person whose devices the organisation manages.
#[derive(Debug)]
pub(crate) struct Who {
    pub(crate) upn: String,
    pub(crate) password: String,
    /// Secret of the second factor.
    pub(crate) totp: Option<String>,
    /// Signs in at the organisation's own service.
    pub(crate) federated: bool,
}

impl Who {
    /// Somebody new, with everything a sign-in can ask for: made by the tenant's command line, as an administrator would.
    pub(crate) fn managed(lab: &Lab) -> Self {
        let (upn, password, totp) = (
            "sarah@contoso.com",
            "Correct-Horse-7",
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        );
        lab.tenant.run(&[
            "user",
            "add",
            upn,
            "--password",
            password,
            "--totp",
            totp,
            "--given",
            "Sarah",
            "--family",
            "Perez",
        ]);
        for group in ["Managed", "Managed with terms"] {
            lab.tenant.run(&["group", "member-add", group, upn]);
        }
        Self {
            upn: upn.to_owned(),
            password: password.to_owned(),
            totp: Some(totp.to_owned()),
            federated: false,
        }
    }

    /// The seeded person of the federated domain.
    pub(crate) fn federated(lab: &Lab) -> Self {
        let upn = "isaiah@fabrikam.com";
        let (password, totp) = lab.tenant.person(upn);
        Self {
            upn: upn.to_owned(),
            password,
            totp,
            federated: true,
        }
    }
}
