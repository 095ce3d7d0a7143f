//! The portal's page before the person's eyes.

use std::collections::HashMap;
use std::process::Stdio;

use dovetail_client::{blame, portal};
use dovetail_shared::{Code, Report};
use tokio::process::Command;
use url::Url;
use zbus::{Connection, Variant};

/// The page that signs people in, at its settings.
pub(crate) fn page(portal: Option<&str>) -> Option<Url> {
    let mut page = portal::address(portal?)?;
    page.query_pairs_mut().append_pair("mode", "settings");
    Some(page)
}

/// Opens it: by the desktop's portal, which starts the browser outside of this program's confinement, or else by `xdg-open`.
pub(crate) async fn open(bus: &Connection, page: &Url) -> Result<(), Report> {
    let options: HashMap<&str, Variant<'_>> = HashMap::new();
    let request = ("", page.as_str(), options);
    let asked = bus.call_method(
        Some("org.freedesktop.portal.Desktop"),
        "/org/freedesktop/portal/desktop",
        Some("org.freedesktop.portal.OpenURI"),
        "OpenURI",
        &request,
    );
    if asked.await.is_ok() {
        return Ok(());
    }
    // As a service we are confined, and so would be what we start; the session's manager starts it unconfined.
    let mut command = if std::env::var_os("INVOCATION_ID").is_some() {
        let mut command = Command::new("systemd-run");
        command.args(["--user", "--quiet", "--collect", "--", "xdg-open"]);
        command
    } else {
        Command::new("xdg-open")
    };
    let started = command
        .arg(page.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(mut child) => {
            // Waited for only so that it does not stay behind as a zombie.
            tokio::spawn(async move { child.wait().await.ok() });
            Ok(())
        }
        Err(error) => Err(blame::report(Code::SSO_SIGN_IN)
            .with_detail(format!("no browser could be opened: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_opens_at_its_settings() {
        assert!(page(None).is_none());
        assert!(page(Some("http://portal.example/")).is_none());
        let good = page(Some("https://portal.example/join")).unwrap();
        assert_eq!(good.as_str(), "https://portal.example/join?mode=settings");
    }
}
