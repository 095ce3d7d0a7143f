//! Users, groups, domains, passwords, second factors.

mod directory;
mod domain;
mod federation;
mod group;
mod guess;
mod password;
mod sign_out;
mod totp;
mod user;

pub(crate) use directory::{Directory, directory, is_named};
pub(crate) use domain::{Domain, DomainError, DomainKind, domain, domain_of, domains, keep_domain};
pub(crate) use federation::{Federation, MfaBehavior, PromptLogin};
pub(crate) use group::{
    add_group, add_member, delete_group, groups, groups_of, is_group, is_member, remove_member,
};
pub(crate) use guess::{Attempt, check_password, count_wrong, locked};
pub(crate) use password::{HashError, Hasher, hash};
pub(crate) use sign_out::{is_signed_out_since, revoke_sign_ins, set_password};
pub(crate) use totp::check_code;
pub(crate) use user::{
    DirectoryRole, NewUser, User, add_user, set_enabled, set_role, user_by_id,
    user_by_immutable_id, user_by_upn, user_of, users,
};
