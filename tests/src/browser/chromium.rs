//! Debian's Chromium, headless, with a profile of its own that trusts the lab's CA.

use std::path::Path;
use std::process::Command;

use thirtyfour::prelude::*;

use super::Managed;
use super::driver::{Cookies, Plan, host_manifest};

pub(super) async fn start(plan: &Plan<'_>) -> WebDriverResult<WebDriver> {
    trust(plan.home, plan.ca);
    let profile = plan.home.join("chromium");
    if plan.options.host {
        let id = plan
            .managed
            .map_or(dovetail_client::place::CHROMIUM_ID, Managed::chromium_id);
        let origin = format!("chrome-extension://{id}/");
        host_manifest(
            &profile.join("NativeMessagingHosts"),
            ("allowed_origins", &origin),
        );
    }
    let mut caps = DesiredCapabilities::chrome();
    for arg in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-component-update",
        "--disable-sync",
        "--lang=en-US",
        "--window-size=1280,900",
    ] {
        caps.add_arg(arg)?;
    }
    caps.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    if plan.loads() {
        caps.add_arg(&format!("--load-extension={}", plan.extension.display()))?;
    }
    if plan.options.dark {
        caps.add_arg("--force-dark-mode")?;
    }
    if plan.options.cookies == Cookies::WithinOthers {
        // What the policy BlockThirdPartyCookies sets; Debian's Chromium blocks them.
        let preferences = serde_json::json!({ "profile.block_third_party_cookies": false, "profile.cookie_controls_mode": 0 });
        caps.add_experimental_option("prefs", preferences)?;
    }
    caps.set_binary("/usr/bin/chromium")?;
    let driver = WebDriver::new(format!("http://127.0.0.1:{}", plan.port), caps).await?;
    if plan.options.dark {
        theme(&driver, true).await?;
    }
    Ok(driver)
}

/// Light or dark, whatever the machine prefers.
pub(super) async fn theme(driver: &WebDriver, dark: bool) -> WebDriverResult<()> {
    let value = if dark { "dark" } else { "light" };
    let features =
        serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
    driver
        .cdp()
        .send_raw("Emulation.setEmulatedMedia", features)
        .await?;
    Ok(())
}

/// The whole page, not only what fits into the window.
pub(super) async fn picture(driver: &WebDriver, file: &Path) {
    let shot = driver
        .cdp()
        .send_raw(
            "Page.captureScreenshot",
            serde_json::json!({ "captureBeyondViewport": true }),
        )
        .await
        .unwrap();
    let bytes = dovetail_shared::encode::from_b64(shot["data"].as_str().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// Chromium on Linux trusts what the person's NSS database trusts.
fn trust(home: &Path, ca: &Path) {
    let database = home.join(".pki/nssdb");
    std::fs::create_dir_all(&database).unwrap();
    let database = format!("sql:{}", database.display());
    for args in [
        vec!["-N", "-d", &database, "--empty-password"],
        vec![
            "-A",
            "-d",
            &database,
            "-n",
            "lab",
            "-t",
            "C,,",
            "-i",
            ca.to_str().unwrap(),
        ],
    ] {
        let output = Command::new("certutil").args(&args).output().unwrap();
        assert!(
            output.status.success(),
            "certutil: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
