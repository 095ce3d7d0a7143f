//! The tenant alone, over real TLS: what it answers, and what it refuses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "tests"
)]

mod audit;
mod authorize;
mod bearer;
mod client_proof;
mod config_sign_in;
mod crash;
mod credential_matrix;
mod device_code;
mod documents;
mod federation;
mod federation_settings;
mod flood;
mod full_disk;
mod graph;
mod graph_app;
mod groups;
mod hello;
mod hello_ends;
mod hello_graph;
mod id_tokens;
mod key_files;
mod key_rotation;
mod leaving;
mod long_run;
mod mdm_client;
mod mdm_enrolling;
mod mdm_faults;
mod mdm_policy;
mod mdm_renewal;
mod mdm_session;
mod mdm_terms;
mod plan;
mod policy_access;
mod prt;
mod prt_abuse;
mod prt_device;
mod prt_sso;
mod prt_state;
mod rawnet;
mod redirect;
mod registering;
mod replicas;
mod replicas_state;
mod second_factor;
mod signing_in;
mod signing_out;
mod soft_device;
mod soft_hello;
mod spa;
mod sql_text;
mod stage;
mod store_file;
mod token;
mod token_misuse;
mod token_saml;
mod upgrade;
