//! What the daemon wants the person to know, shown by the desktop: a program has used the sign-on for the first time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dovetail_client::{Client, ClientError};
use dovetail_shared::link::{Event, NewProgram};
use zbus::{Connection, Variant};

use crate::daemon::QUICK;
use crate::log;

/// Between the first two tries for a daemon that is not there; each pause is twice the one before.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(2);

/// Listens for as long as the bus is there.
pub(crate) async fn watch(bus: Connection, socket: PathBuf) {
    let mut pause = FIRST;
    loop {
        let mut heard = false;
        if let Err(error) = listen(&bus, &socket, &mut heard).await
            && heard
        {
            log(&format!("no more events: {error}"));
        }
        if heard {
            pause = FIRST;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

async fn listen(bus: &Connection, socket: &Path, heard: &mut bool) -> Result<(), ClientError> {
    let mut client = Client::connect(socket).await?;
    client.subscribe(QUICK).await?;
    *heard = true;
    log("listening for the daemon's notices");
    loop {
        if let Event::NewProgram(program) = client.event().await? {
            show(bus, &program).await;
        }
    }
}

async fn show(bus: &Connection, new: &NewProgram) {
    let (actions, hints): (Vec<&str>, HashMap<&str, Variant<'_>>) = (Vec::new(), HashMap::new());
    let body = text(new);
    let notification = (
        "Dovetail",
        0_u32,
        "dialog-password",
        "A program has used your sign-in",
        body.as_str(),
        actions,
        hints,
        -1_i32,
    );
    let name = "org.freedesktop.Notifications";
    let shown = bus.call_method(
        Some(name),
        "/org/freedesktop/Notifications",
        Some(name),
        "Notify",
        &notification,
    );
    if let Err(error) = shown.await {
        log(&format!("a notification could not be shown: {error}"));
    }
}

/// Desktops read markup in it, and names of files are whatever somebody called them.
fn text(new: &NewProgram) -> String {
    let plain = |text: &str| {
        text.chars()
            .filter(|letter| !letter.is_control())
            .take(200)
            .collect::<String>()
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let page = new
        .origin
        .as_deref()
        .map_or_else(String::new, |origin| format!(", for {}", plain(origin)));
    format!(
        "{}{page}, as {}. If that was not you, tell your administrator.",
        plain(&new.program),
        plain(&new.username)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_name_is_no_markup() {
        let new = NewProgram {
            program: "/tmp/<a href=\"x\">\n&".into(),
            origin: Some("https://a.example".into()),
            username: "u@contoso.com".into(),
            action: "cookie".into(),
        };
        let text = text(&new);
        assert!(text.starts_with("/tmp/&lt;a href=\"x\"&gt;&amp;, for https://a.example, as u@"));
        assert!(!text.contains('<') && !text.contains('\n'));
    }
}
