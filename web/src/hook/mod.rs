//! Where the pure state meets the browser.

mod driver;
mod errand;
mod intent;
mod sign_in;
mod use_app;
mod use_lang;
mod use_realm;
mod use_screen;

pub(crate) use intent::Intent;
pub(crate) use use_app::use_app;
pub(crate) use use_lang::use_lang;
pub(crate) use use_realm::use_realm;
pub(crate) use use_screen::use_screen;
