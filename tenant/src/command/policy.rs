//! `dovetail-tenant policy …`

use clap::{Args, Subcommand, ValueEnum};

use super::args::Failure;
use super::out::{json, line};
use super::policy_access::Access;
use super::policy_set::PolicySets;
use super::terms::Terms;
use crate::account::is_group;
use crate::rule::{AttestationRule, JoinRule, Reach, Scope, Switch, rules, set};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Show the rules
    Show {
        #[arg(long)]
        json: bool,
    },
    /// Change some
    Set(Box<Change>),
    /// Policy sets of managed devices
    #[command(subcommand)]
    Mdm(PolicySets),
    /// Conditional access
    #[command(subcommand)]
    Access(Access),
    /// Terms of use
    #[command(subcommand)]
    Terms(Terms),
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// Who may join devices
    #[arg(long)]
    join: Option<JoinRule>,
    /// Devices per user
    #[arg(long)]
    device_limit: Option<u32>,
    /// Joining takes a second factor
    #[arg(long)]
    require_mfa_to_join: Option<bool>,
    /// What is asked of TPMs
    #[arg(long)]
    attestation: Option<AttestationRule>,
    /// The token endpoint takes name and password (managed accounts without a second factor)
    #[arg(long)]
    password_grant: Option<bool>,
    /// Devices may be joined by a sign-in with a device code, and the brokers may ask for one
    #[arg(long)]
    device_code_join: Option<Switch>,
    /// What devices show when they register, request and TPM proof, is kept: some 5 kB each
    #[arg(long)]
    keep_evidence: Option<Switch>,
    /// For how long a second factor counts, on devices and in browsers; 0: for as long as the sign-in lives
    #[arg(long, value_name = "HOURS")]
    mfa_max_age: Option<u32>,
    /// Whom device management is offered to
    #[arg(long)]
    mdm_scope: Option<Reach>,
    /// The group, when it is a group
    #[arg(long, value_name = "NAME")]
    mdm_group: Option<String>,
    /// Who of them is shown terms of use
    #[arg(long)]
    terms_scope: Option<Reach>,
    /// The group, when it is a group
    #[arg(long, value_name = "NAME")]
    terms_group: Option<String>,
}

impl Policy {
    pub(super) async fn run(self, store: &Store) -> Result<(), Failure> {
        match self {
            Self::Show { json: true } => json(&rules(store).await?),
            Self::Show { json: false } => {
                let rules = rules(store).await?;
                line(&format!("join                 {:?}", rules.join).to_lowercase());
                line(&format!("device-limit         {}", rules.device_limit));
                line(&format!(
                    "require-mfa-to-join  {}",
                    rules.require_mfa_to_join
                ));
                line(&format!("attestation          {:?}", rules.attestation).to_lowercase());
                line(&format!("password-grant       {}", rules.password_grant));
                line(&format!("device-code-join     {}", rules.device_code_join));
                line(&format!(
                    "keep-evidence        {}",
                    word(&rules.keep_evidence)
                ));
                line(&format!("mfa-max-age          {}", rules.mfa_max_age));
                line(&format!("mdm-scope            {}", scope(&rules.mdm)));
                line(&format!("terms-scope          {}", scope(&rules.terms)));
                Ok(())
            }
            Self::Set(change) => change.run(store).await,
            Self::Mdm(sets) => sets.run(store).await,
            Self::Access(access) => access.run(store).await,
            Self::Terms(terms) => terms.run(store).await,
        }
    }
}

impl Change {
    async fn run(self, store: &Store) -> Result<(), Failure> {
        for group in [&self.mdm_group, &self.terms_group].into_iter().flatten() {
            if !is_group(store, group).await? {
                return Err(format!("there is no group {group}: add it with `group add`").into());
            }
        }
        let changes = [
            ("join", self.join.map(|rule| word(&rule))),
            (
                "device-limit",
                self.device_limit.map(|limit| limit.to_string()),
            ),
            (
                "require-mfa-to-join",
                self.require_mfa_to_join.map(|on| on.to_string()),
            ),
            ("attestation", self.attestation.map(|rule| word(&rule))),
            (
                "password-grant",
                self.password_grant.map(|on| on.to_string()),
            ),
            (
                "device-code-join",
                self.device_code_join.map(|on| word(&on)),
            ),
            ("keep-evidence", self.keep_evidence.map(|on| word(&on))),
            (
                "mfa-max-age",
                self.mfa_max_age.map(|hours| hours.to_string()),
            ),
            ("mdm-scope", self.mdm_scope.map(|reach| word(&reach))),
            ("mdm-group", self.mdm_group),
            ("terms-scope", self.terms_scope.map(|reach| word(&reach))),
            ("terms-group", self.terms_group),
        ];
        for (name, value) in changes {
            if let Some(value) = value {
                set(store, name, &value).await?;
            }
        }
        Ok(())
    }
}

fn scope(scope: &Scope) -> String {
    match scope.reach {
        Reach::Selected => format!("selected  {}", scope.group),
        reach => word(&reach),
    }
}

fn word<T: ValueEnum>(value: &T) -> String {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}
