//! `dovetail status`: sections and field names as people know them from `dsregcmd /status`.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use dovetail_client::Client;
use dovetail_shared::Report;
use dovetail_shared::link::{Empty, JoinView, Request};
use dovetail_shared::phase::Phase;
use dovetail_shared::status::{
    DeviceDetails, KeyProtection, SsoDetails, SsoState, Status as State, TenantDetails,
};

use super::{QUICK, follow, management};
use crate::error::CliError;
use crate::ui::{Ui, clean};

/// Width of the keys' column in `dsregcmd`.
const KEY_WIDTH: usize = 26;

/// Width of a section's rule, without its two corners.
const RULE_WIDTH: usize = 70;

/// Show what this device is: joined or not, to whom, with which keys
#[derive(Debug, clap::Args)]
pub(crate) struct Status {}

impl Status {
    pub(crate) async fn run(self, socket: &Path, ui: &Ui) -> Result<ExitCode, CliError> {
        let mut client = Client::connect(socket).await?;
        let state: State = client.call(&Request::Status(Empty {}), QUICK).await?;
        ui.value(&state);
        ui.line(render(&state).trim_end());
        Ok(ExitCode::SUCCESS)
    }
}

/// A section of the printed status.
pub(super) struct Section(String);

impl Section {
    pub(super) fn new(title: &str) -> Self {
        let rule = "-".repeat(RULE_WIDTH);
        Self(format!(
            "+{rule}+\n| {title:<width$} |\n+{rule}+\n\n",
            width = RULE_WIDTH - 2
        ))
    }

    pub(super) fn field(&mut self, key: &str, value: impl AsRef<str>) -> &mut Self {
        // Writing to a String cannot fail.
        writeln!(self.0, "{key:>KEY_WIDTH$} : {}", clean(value.as_ref())).ok();
        self
    }

    pub(super) fn known(&mut self, key: &str, value: Option<impl ToString>) -> &mut Self {
        if let Some(value) = value {
            self.field(key, value.to_string());
        }
        self
    }
}

pub(super) fn yes(value: bool) -> &'static str {
    if value { "YES" } else { "NO" }
}

/// The whole status in words.
pub(crate) fn render(state: &State) -> String {
    let mut device = Section::new("Device State");
    device
        .field("AzureAdJoined", yes(state.device.azure_ad_joined))
        // Dovetail knows neither on-premises registration nor domains; scripts look for the lines all the same.
        .field("EnterpriseJoined", yes(false))
        .field("DomainJoined", yes(false))
        .field("Device Name", &state.device.device_name);
    let mut sections = vec![device];
    sections.extend(state.details.as_ref().map(details));
    sections.extend(state.tenant.as_ref().map(tenant));
    sections.extend(state.management.as_ref().map(management::section));
    let mut user = Section::new("User State");
    user.field("WorkplaceJoined", yes(state.device.workplace_joined));
    sections.push(user);
    sections.extend(state.sso.as_ref().map(sso));
    sections.extend(state.join.as_ref().map(join));
    sections.extend(state.diagnostics.as_ref().map(diagnostics));
    let mut broker = Section::new("Broker");
    broker
        .field("Version", &state.broker.version)
        .known("Tpm", state.broker.tpm.as_ref())
        .known("Portal", state.broker.portal.as_ref());
    sections.push(broker);
    let texts: Vec<String> = sections.into_iter().map(|section| section.0).collect();
    texts.join("\n")
}

fn details(details: &DeviceDetails) -> Section {
    let (provider, tpm) = match details.keys {
        KeyProtection::Tpm => ("TPM 2.0", true),
        KeyProtection::File => ("Key files (not hardware-bound)", false),
    };
    let certificate = if details.certificate_present {
        "NOT TESTED. The certificate is in place"
    } else {
        "FAILED. The certificate is missing"
    };
    let mut section = Section::new("Device Details");
    section
        .field("DeviceId", details.device_id.to_string())
        .field("Thumbprint", &details.thumbprint)
        .field(
            "DeviceCertificateValidity",
            format!(
                "[ {} -- {} ]",
                in_words(details.not_before),
                in_words(details.not_after)
            ),
        )
        .field("KeyProvider", provider)
        .field("TpmProtected", yes(tpm))
        .field("DeviceAuthStatus", certificate)
        .field("Attested", yes(details.attested))
        .field("CertificatePath", &details.certificate_path)
        .field("JoinedAt", in_words(details.joined_at))
        .field("RegisteredBy", &details.registered_by);
    section
}

fn tenant(tenant: &TenantDetails) -> Section {
    let mut section = Section::new("Tenant Details");
    section
        .known("TenantName", tenant.tenant_name.as_ref())
        .known("TenantId", tenant.tenant_id)
        .field("Authority", &tenant.authority)
        .known("AuthCodeUrl", tenant.auth_code_url.as_ref())
        .known("AccessTokenUrl", tenant.access_token_url.as_ref())
        .known("MdmUrl", tenant.mdm_url.as_ref())
        .known("MdmTouUrl", tenant.mdm_tou_url.as_ref())
        .known("SettingsUrl", tenant.settings_url.as_ref())
        .known("JoinSrvVersion", tenant.join_srv_version.as_ref())
        .known("JoinSrvUrl", tenant.join_srv_url.as_ref())
        .known("KeySrvUrl", tenant.key_srv_url.as_ref());
    section
}

fn sso(details: &SsoDetails) -> Section {
    let mut section = Section::new("SSO State");
    let good = matches!(details.state, SsoState::Active | SsoState::Offline);
    section
        .field("AzureAdPrt", yes(good))
        .known("Account", details.upn.as_ref())
        .known("AzureAdPrtUpdateTime", details.issued.map(in_words))
        .known("AzureAdPrtExpiryTime", details.expires.map(in_words))
        .known("AzureAdPrtAuthority", details.authority.as_ref())
        .known("Next Renewal", details.next_renewal.map(in_words));
    if let Some(keys) = details.keys {
        section.field("SessionKeyInTpm", yes(keys == KeyProtection::Tpm));
    }
    section.field("NgcSet", yes(details.ngc_set));
    if let Some(report) = &details.report {
        section
            .field("Last Attempt", in_words(report.time))
            .field("Attempt ErrorCode", report.code.to_string())
            .field("What happened", &report.what)
            .field("What to do", &report.cure);
    } else if let Some(cure) = cure(details.state) {
        section.field("What to do", cure);
    }
    section
}

/// What to do where there is no report that says it.
fn cure(state: SsoState) -> Option<&'static str> {
    match state {
        SsoState::Active | SsoState::Offline => None,
        SsoState::None | SsoState::SignInAgain => Some("Run `dovetail sign-in`."),
        SsoState::DeviceDisabled => Some("Ask your administrator to enable this device."),
        SsoState::DeviceDeleted => Some("Run `dovetail leave`, then join again."),
    }
}

fn join(view: &JoinView) -> Section {
    let mut section = Section::new("Join In Progress");
    section
        .field("JoinId", view.join_id.to_string())
        .field("State", word(&view.state))
        .field("Device Name", &view.device_name)
        .known("Account", view.account.as_ref().map(|account| &account.upn));
    for step in &view.steps {
        let time = step.ms.map_or_else(String::new, |ms| format!(", {ms} ms"));
        section.field(
            &word(&step.step),
            format!("{}{time} ({})", word(&step.state), follow::title(step.step)),
        );
    }
    section
}

fn diagnostics(report: &Report) -> Section {
    let mut section = Section::new("Diagnostic Data");
    section
        .field("Previous Registration", in_words(report.time))
        .known(
            "Error Phase",
            report.phase.map(|phase| match phase {
                Phase::PreCheck => "pre-check".to_owned(),
                other => word(&other),
            }),
        )
        .field("Client ErrorCode", report.code.to_string());
    if let Some(server) = &report.server {
        section
            .field("Server ErrorCode", &server.error)
            .field("Server Message", &server.message)
            .field("Https Status", server.http_status.to_string())
            .field("Request Id", &server.request_id);
    }
    section
        .field("Correlation Id", report.correlation_id.to_string())
        .field("What happened", &report.what)
        .known("Detail", report.detail.as_ref())
        .field("What to do", &report.cure);
    section
}

/// `2016-01-09 02:02:12.000 UTC`, as `dsregcmd` writes times.
pub(super) fn in_words(time: dovetail_shared::UnixTime) -> String {
    time.to_string().replace('T', " ").replace('Z', ".000 UTC")
}

/// The name on the wire of a plain enum's value.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}
