//! Manifests: what is written where, and what is left alone.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its story cannot go on"
)]

#[expect(dead_code, reason = "each test program uses its part")]
#[path = "lab/play.rs"]
mod lab;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use dovetail_client::place::CHROMIUM_ID;
use lab::{Run, command};
use serde_json::{Value, json};

const FURTHER: &str = "abcdefghijklmnopabcdefghijklmnop";

fn run(home: &Path, arguments: &[&str]) -> Run {
    command(home, arguments).output().unwrap().into()
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Into a package's root: the machine-wide folders, both documented forms, readable for all.
#[test]
fn a_package_gets_the_documented_manifests() {
    let root = tempfile::tempdir().unwrap();
    let done = run(
        root.path(),
        &[
            "install",
            "--system",
            "--root",
            root.path().to_str().unwrap(),
            "--host-path",
            "/usr/bin/dovetail-host",
            "--extension-id",
            FURTHER,
        ],
    );
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    let mut origins = vec![format!("chrome-extension://{FURTHER}/")];
    if !CHROMIUM_ID.is_empty() {
        origins.insert(0, format!("chrome-extension://{CHROMIUM_ID}/"));
    }
    let chromium = json!({
        "name": "dovetail.host", "description": "Dovetail: joins this device to your organisation",
        "path": "/usr/bin/dovetail-host", "type": "stdio", "allowed_origins": origins,
    });
    for folder in ["chromium", "opt/chrome", "opt/edge", "opt/opera", "brave"] {
        let path = root.path().join(format!(
            "etc/{folder}/native-messaging-hosts/dovetail.host.json"
        ));
        assert_eq!(read(&path), chromium, "{folder}");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o644
        );
    }
    let firefox = json!({
        "name": "dovetail.host", "description": "Dovetail: joins this device to your organisation",
        "path": "/usr/bin/dovetail-host", "type": "stdio", "allowed_extensions": ["dovetail@extension"],
    });
    for folder in ["mozilla", "librewolf"] {
        let path = root.path().join(format!(
            "usr/lib/{folder}/native-messaging-hosts/dovetail.host.json"
        ));
        assert_eq!(read(&path), firefox, "{folder}");
        let left = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "a temporary file was left");
    }
    for word in ["cannot", "Chromium (Snap)", "its sandbox neither"] {
        assert!(done.out.contains(word), "{word}");
    }
}

/// What `install` wrote, `uninstall` takes away, and nothing else.
#[test]
fn uninstall_takes_away_what_is_ours_and_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path().to_str().unwrap();
    let arguments = [
        "--user",
        "--root",
        at,
        "--browser",
        "firefox",
        "--browser",
        "chrome",
    ];
    let with = |command: &[&'static str]| {
        let all: Vec<&str> = command.iter().copied().chain(arguments).collect();
        run(Path::new("/home/ada"), &all)
    };
    assert_eq!(
        with(&[
            "install",
            "--host-path",
            "/usr/bin/dovetail-host",
            "--extension-id",
            FURTHER
        ])
        .code,
        0
    );
    let firefox = root
        .path()
        .join("home/ada/.mozilla/native-messaging-hosts/dovetail.host.json");
    let chrome = root
        .path()
        .join("home/ada/.config/google-chrome/NativeMessagingHosts/dovetail.host.json");
    let neighbour = firefox.with_file_name("other.json");
    fs::write(&neighbour, "{}").unwrap();
    fs::write(
        &chrome,
        r#"{"name":"dovetail.host","path":"/opt/evil","type":"stdio"}"#,
    )
    .unwrap();
    let dry = with(&["uninstall", "--dry-run", "--json"]);
    assert_eq!(dry.json()[0]["outcome"], "would remove");
    assert!(firefox.exists());
    let done = with(&["uninstall"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        !firefox.exists() && neighbour.exists() && chrome.exists(),
        "{}",
        done.out
    );
    assert!(done.out.contains("left alone"));
}

/// A foreign manifest of our name stays unless the person insists.
#[test]
fn a_foreign_manifest_is_overwritten_only_by_force() {
    let home = tempfile::tempdir().unwrap();
    let path = home
        .path()
        .join(".mozilla/native-messaging-hosts/dovetail.host.json");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let host = home.path().join("dovetail-host");
    fs::write(&host, "").unwrap();
    let arguments = [
        "install",
        "--user",
        "--browser",
        "firefox",
        "--host-path",
        host.to_str().unwrap(),
    ];
    for foreign in [
        "not json",
        "{}",
        r#"{"name":"dovetail.host","path":"/opt/evil","type":"stdio"}"#,
    ] {
        fs::write(&path, foreign).unwrap();
        let refused = run(home.path(), &arguments);
        assert_eq!(refused.code, 1, "{}", refused.err);
        assert!(refused.out.contains("refused"));
        assert_eq!(fs::read_to_string(&path).unwrap(), foreign);
    }
    let forced: Vec<&str> = arguments.into_iter().chain(["--force"]).collect();
    assert_eq!(run(home.path(), &forced).code, 0);
    assert_eq!(read(&path)["path"], host.to_str().unwrap());
    // Ours is written again without a word.
    assert_eq!(run(home.path(), &arguments).code, 0);
}

/// A Flatpak browser gets a wrapper beside its manifest, and the person is told what that costs.
#[test]
fn a_flatpak_browser_gets_a_wrapper_and_a_warning() {
    let home = tempfile::tempdir().unwrap();
    let host = home.path().join("dovetail-host");
    fs::write(&host, "").unwrap();
    let done = run(
        home.path(),
        &[
            "install",
            "--user",
            "--browser",
            "firefox-flatpak",
            "--host-path",
            host.to_str().unwrap(),
        ],
    );
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("flatpak override"));
    let folder = home
        .path()
        .join(".var/app/org.mozilla.firefox/.mozilla/native-messaging-hosts");
    let wrapper = folder.join("dovetail-host-flatpak");
    assert_eq!(
        read(&folder.join("dovetail.host.json"))["path"],
        wrapper.to_str().unwrap()
    );
    let script = fs::read_to_string(&wrapper).unwrap();
    assert!(script.contains(&format!(
        "exec flatpak-spawn --host --watch-bus '{}' \"$@\"",
        host.display()
    )));
    assert_eq!(
        fs::metadata(&wrapper).unwrap().permissions().mode() & 0o777,
        0o755
    );
    run(home.path(), &["uninstall", "--user"]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// Only browsers this person uses; a custom XDG_CONFIG_HOME is followed; a dry run writes nothing.
#[test]
fn a_person_gets_manifests_for_the_browsers_in_use() {
    let home = tempfile::tempdir().unwrap();
    let host = home.path().join("dovetail-host");
    fs::write(&host, "").unwrap();
    let arguments = [
        "install",
        "--user",
        "--host-path",
        host.to_str().unwrap(),
        "--extension-id",
        FURTHER,
        "--json",
    ];
    let none = run(home.path(), &arguments);
    assert_eq!(none.code, 1);
    let config = home.path().join("elsewhere");
    fs::create_dir_all(config.join("chromium")).unwrap();
    let go = |more: &[&'static str]| -> Run {
        let all: Vec<&str> = arguments.into_iter().chain(more.iter().copied()).collect();
        command(home.path(), &all)
            .env("XDG_CONFIG_HOME", &config)
            .output()
            .unwrap()
            .into()
    };
    let path = config.join("chromium/NativeMessagingHosts/dovetail.host.json");
    assert_eq!(go(&["--dry-run"]).json()[0]["outcome"], "would write");
    assert!(!path.exists());
    let done = go(&[]).json();
    assert_eq!(done.as_array().unwrap().len(), 1);
    assert_eq!(done[0]["path"], path.to_str().unwrap());
    assert!(path.exists());
}

/// What cannot work is refused before anything is written.
#[test]
fn nonsense_is_refused() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &[
            "install",
            "--user",
            "--browser",
            "firefox",
            "--host-path",
            "dovetail-host",
        ][..],
        &[
            "install",
            "--user",
            "--browser",
            "firefox",
            "--host-path",
            "/nonexistent/dovetail-host",
        ],
        &[
            "install",
            "--user",
            "--browser",
            "chrome",
            "--extension-id",
            "*",
        ],
    ] {
        let refused = run(home.path(), arguments);
        assert_eq!(refused.code, 1, "{arguments:?}");
        assert_eq!(refused.err.lines().count(), 2, "{}", refused.err);
    }
    assert_eq!(run(home.path(), &["install", "--browser", "lynx"]).code, 2);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

/// Manual pages for every command, and completions for the usual shells.
#[test]
fn manual_and_completions_are_made() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("man");
    assert_eq!(run(home.path(), &["man", folder.to_str().unwrap()]).code, 0);
    for page in ["dovetail.1", "dovetail-status.1", "dovetail-install.1"] {
        assert!(
            fs::read_to_string(folder.join(page))
                .unwrap()
                .contains(".TH"),
            "{page}"
        );
    }
    assert!(run(home.path(), &["man"]).out.contains(".TH dovetail"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            run(home.path(), &["completions", shell])
                .out
                .contains("doctor"),
            "{shell}"
        );
    }
}
