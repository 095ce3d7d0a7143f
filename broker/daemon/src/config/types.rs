//! The keys of `dovetail.toml`. Unknown keys are refused; each has its default here.

use std::path::PathBuf;

use dovetail_shared::id::well_known::{AUTHENTICATION_BROKER, DEVICE_REGISTRATION};
use dovetail_shared::id::{ClientId, TenantId};
use serde::Deserialize;
use url::Url;

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which tenant, and how it is reached.
    pub tenant: Tenant,
    /// Which pages may ask.
    pub portal: Portal,
    /// The daemon itself.
    pub daemon: Service,
    /// Whether and by whom it may be managed.
    pub management: Management,
    /// The users' single sign-on.
    pub sso: Sso,
}

impl Config {
    /// The address that codes were asked for with: the tenant's own where the profile has one, else the page.
    pub fn redirect_uri(&self) -> String {
        let page = || self.portal.url.clone().unwrap_or_default();
        self.tenant.redirect().unwrap_or_else(page)
    }
}

/// `[tenant]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    /// Which kind of tenant it is: decides what the page asks for, and the defaults of the two next.
    pub profile: Profile,
    /// Client id of the sign-in; its ID tokens carry one of the well-known audiences or this. See [`Self::client`].
    pub client_id: Option<String>,
    /// Where codes go, https. See [`Self::redirect`].
    pub redirect_uri: Option<String>,
    /// Sign-in host with tenant, https, no final slash.
    pub authority: String,
    /// Registration service, https, host only.
    pub drs: String,
    /// Only this tenant, if given.
    pub tenant_id: Option<TenantId>,
    /// Further trusted roots, PEM.
    pub ca_file: Option<PathBuf>,
    /// Trust nothing but `ca_file`.
    pub only_ca_file: bool,
    /// Proxy for everything that is not loopback, `http://proxy:3128`.
    pub proxy: Option<String>,
    /// `dovetail join --user`: name and password in a terminal, instead of the page.
    pub direct_sign_in: bool,
    /// Hosts to which an organisation's own sign-in service may send programs, beside the one that describes it.
    pub federation_hosts: Vec<String>,
}

impl Default for Tenant {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            client_id: None,
            redirect_uri: None,
            authority: "https://login.microsoftonline.com/common".into(),
            drs: "https://enterpriseregistration.windows.net".into(),
            tenant_id: None,
            ca_file: None,
            only_ca_file: false,
            proxy: None,
            direct_sign_in: false,
            federation_hosts: Vec::new(),
        }
    }
}

/// How a sign-in's proof reaches the daemon (design §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// The 2016 article's page, a client of the tenant's own: it is answered with an ID token.
    #[default]
    Article,
    /// The real Entra ID, which knows no page of ours: the broker's client, a code, and an address of the tenant's that the
    /// extension sees.
    Entra,
}

impl Tenant {
    /// Client id of the sign-in.
    pub fn client(&self) -> String {
        self.client_id.clone().unwrap_or_else(|| {
            match self.profile {
                Profile::Article => DEVICE_REGISTRATION,
                Profile::Entra => AUTHENTICATION_BROKER,
            }
            .to_string()
        })
    }

    /// Where codes go: the configured address, or the sign-in host's own for native programs. `None`: to the page.
    pub fn redirect(&self) -> Option<String> {
        if self.profile == Profile::Article {
            return None;
        }
        self.redirect_uri.clone().or_else(|| {
            let url = Url::parse(&self.authority).ok()?;
            let host = url.origin().ascii_serialization();
            Some(format!("{host}/common/oauth2/nativeclient"))
        })
    }
}

/// `[portal]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Portal {
    /// Exact origins, `https://portal.contoso.com`.
    pub origins: Origins,
    /// Address of the portal page, for people.
    pub url: Option<String>,
}

/// Exact https origins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Origins(pub Vec<Origin>);

impl Origins {
    /// Whether this very text, as a browser writes origins, is one of ours.
    pub fn contains(&self, origin: &str) -> bool {
        self.0.iter().any(|ours| ours.is(origin))
    }
}

/// An exact https origin, checked when read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(String);

impl Origin {
    /// Whether this very text, as a browser writes origins, is this one.
    pub fn is(&self, origin: &str) -> bool {
        self.0 == origin
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let exact = Url::parse(&text)
            .is_ok_and(|url| url.scheme() == "https" && url.origin().ascii_serialization() == text);
        if exact {
            Ok(Self(text))
        } else {
            Err(format!(
                "{text:?} is not an https origin such as https://portal.contoso.com"
            ))
        }
    }
}

/// Who says yes to a join outside the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// polkit asks on the desktop.
    #[default]
    Polkit,
    /// `dovetail approve` in a terminal.
    Terminal,
    /// Nobody.
    Waived,
    /// Nobody on first run, polkit later.
    WaivedAtFirstRun,
}

/// `[management]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Management {
    /// Whether the organisation's management (MDM) is entered where the sign-in offers it.
    pub enroll: Enroll,
    /// Management services that are believed, by host name: these and what is below them. Where this is empty: the one
    /// that the verified sign-in names, and what is below it.
    pub hosts: Vec<String>,
    /// Who writes its policies.
    pub apply: Applying,
    /// It may lock the sessions of this machine.
    pub remote_lock: bool,
    /// It may start this machine again.
    pub remote_reboot: bool,
    /// The machine whose state is read and set: `/`, but for tests.
    pub root: PathBuf,
}

impl Default for Management {
    fn default() -> Self {
        Self {
            enroll: Enroll::default(),
            hosts: Vec::new(),
            apply: Applying::default(),
            remote_lock: false,
            remote_reboot: false,
            root: "/".into(),
        }
    }
}

/// When management is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enroll {
    /// Whenever it is offered.
    #[default]
    Always,
    /// Never: devices join unmanaged.
    Never,
}

/// `[sso]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sso {
    /// Hosts that sign-in cookies are made for, beside the authority's own; by name, https on the usual port.
    pub login_hosts: Vec<String>,
    /// Seconds after which a token is renewed, a fifth earlier or later by chance.
    pub renewal_seconds: i64,
    /// Pages that get tokens, each for its own applications; none by default.
    pub web_apps: Vec<WebApp>,
    /// Programs that may ask for cookies and tokens, by absolute path; all of a user's where it is empty.
    pub programs: Vec<PathBuf>,
    /// Tell people when a program uses their sign-on for the first time.
    pub notify_new_programs: bool,
    /// Cookies and tokens that a user gets in a minute; one page gets half of it.
    pub grants_per_minute: u32,
}

/// `[[sso.web_apps]]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebApp {
    /// Exact origin, `https://app.contoso.com`.
    pub origin: Origin,
    /// The applications that it may ask for.
    pub client_ids: Vec<ClientId>,
}

impl Default for Sso {
    fn default() -> Self {
        Self {
            login_hosts: Vec::new(),
            renewal_seconds: 4 * 3600,
            web_apps: Vec::new(),
            programs: Vec::new(),
            notify_new_programs: false,
            grants_per_minute: 120,
        }
    }
}

/// `[daemon]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// Where clients connect.
    pub socket: PathBuf,
    /// Where state is kept.
    pub state_dir: PathBuf,
    /// A second socket for health checks; none by default.
    pub health_socket: Option<PathBuf>,
    /// Keys in files where there is no TPM: **not hardware-bound**.
    pub allow_soft_keys: bool,
    /// Talk to the TPM without a resource manager in between.
    pub exclusive_tpm: bool,
    /// Somebody may listen between processor and TPM (a chip of its own on an open bus).
    pub watched_tpm_bus: bool,
    /// How to reach the TPM, in TCTI form.
    pub tcti: Option<String>,
    /// Who approves.
    pub approval: Approval,
    /// Connections that one user may hold.
    pub max_connections_per_uid: usize,
    /// Dies at the N-th save, to test resuming. Exists in debug builds only.
    #[cfg(debug_assertions)]
    pub cut_at: Option<u32>,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            socket: "/run/dovetail/dovetail.sock".into(),
            state_dir: "/var/lib/dovetail".into(),
            health_socket: None,
            allow_soft_keys: false,
            exclusive_tpm: false,
            watched_tpm_bus: false,
            tcti: None,
            approval: Approval::default(),
            max_connections_per_uid: 32,
            #[cfg(debug_assertions)]
            cut_at: None,
        }
    }
}

/// Who writes policies below `/etc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applying {
    /// `dovetail-policy.service`, which is root and takes four numbers from the daemon.
    #[default]
    Service,
    /// The daemon itself, where its user may.
    Direct,
    /// Nobody: policies are looked at and reported only.
    Never,
}
