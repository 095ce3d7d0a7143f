//! Firefox ESR, headless, with a home of its own. It takes the lab's certificates without knowing the CA: a profile made by
//! its driver cannot be told beforehand.

use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::extensions::addons::firefox::FirefoxTools;
use thirtyfour::prelude::*;

use super::driver::{Cookies, Plan, host_manifest};

pub(super) async fn start(plan: &Plan<'_>) -> WebDriverResult<WebDriver> {
    if plan.options.host {
        host_manifest(
            &plan.home.join(".mozilla/native-messaging-hosts"),
            ("allowed_extensions", dovetail_client::place::GECKO_ID),
        );
    }
    let mut preferences = FirefoxPreferences::new();
    preferences.set(
        "layout.css.prefers-color-scheme.content-override",
        i32::from(!plan.options.dark),
    )?;
    preferences.set("devtools.jsonview.enabled", false)?;
    preferences.set("intl.accept_languages", "en-US")?;
    if plan.options.cookies == Cookies::WithinOthers {
        // What the policy Cookies.Behavior "accept" sets.
        preferences.set("network.cookie.cookieBehavior", 0)?;
    }
    let mut caps = DesiredCapabilities::firefox();
    caps.set_firefox_binary("/usr/bin/firefox-esr")?;
    caps.add_arg("-headless")?;
    caps.accept_insecure_certs(true)?;
    caps.set_preferences(preferences)?;
    let driver = WebDriver::new(format!("http://127.0.0.1:{}", plan.port), caps).await?;
    if plan.options.extension {
        FirefoxTools::new(driver.handle().clone())
            .install_addon(plan.extension.to_str().unwrap_or_default(), Some(true))
            .await?;
    }
    Ok(driver)
}
