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

/// The extension of linux-entra-sso is served only where that is asked for, by its published ids; `uninstall` takes that back, too,
/// and a manifest of that project's own program is left alone.
#[test]
fn the_extension_of_linux_entra_sso_is_served_where_asked() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path().to_str().unwrap();
    let program = ["--host-path", "/usr/bin/dovetail-host"];
    let place = [
        "--system",
        "--root",
        at,
        "--browser",
        "firefox",
        "--browser",
        "chrome",
    ];
    let with = |command: &[&'static str]| {
        let all: Vec<&str> = command.iter().copied().chain(place).collect();
        run(root.path(), &all)
    };
    let firefox = root
        .path()
        .join("usr/lib/mozilla/native-messaging-hosts/linux_entra_sso.json");
    let chrome = root
        .path()
        .join("etc/opt/chrome/native-messaging-hosts/linux_entra_sso.json");
    assert_eq!(
        with(&["install", program[0], program[1], "--extension-id", FURTHER]).code,
        0
    );
    assert!(!firefox.exists() && !chrome.exists());
    let ask = [
        "install",
        "--linux-entra-sso",
        program[0],
        program[1],
        "--extension-id",
        FURTHER,
    ];
    assert_eq!(with(&ask).code, 0);
    let manifest = read(&firefox);
    assert_eq!(
        (&manifest["name"], &manifest["path"]),
        (&json!("linux_entra_sso"), &json!("/usr/bin/dovetail-host"))
    );
    assert_eq!(
        manifest["allowed_extensions"],
        json!(["linux-entra-sso@example.com", "@linux-entra-sso.tb"])
    );
    assert_eq!(
        read(&chrome)["allowed_origins"],
        json!(["chrome-extension://jlnfnnolkbjieggibinobhkjdfbpcohn/"])
    );
    assert!(firefox.with_file_name("dovetail.host.json").exists());
    let theirs = r#"{"name":"linux_entra_sso","path":"/usr/local/lib/linux-entra-sso/linux-entra-sso","type":"stdio"}"#;
    fs::write(&chrome, theirs).unwrap();
    assert_eq!(with(&ask).code, 1);
    assert_eq!(with(&["uninstall"]).code, 0);
    assert!(!firefox.exists() && !firefox.with_file_name("dovetail.host.json").exists());
    assert_eq!(fs::read_to_string(&chrome).unwrap(), theirs);
}

/// [NH-18] A person has a manifest of their own that starts something else: browsers would take it first, and the administrator who
/// installs for the machine is told so.
#[test]
fn manifests_that_go_before_the_machines_are_told() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path().to_str().unwrap();
    fs::create_dir_all(root.path().join("etc")).unwrap();
    let passwd = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\nbroken\n";
    fs::write(root.path().join("etc/passwd"), passwd).unwrap();
    let manifest = |person: &str, starts: &str| {
        let folder = root.path().join(format!(
            "home/{person}/.config/chromium/NativeMessagingHosts"
        ));
        fs::create_dir_all(&folder).unwrap();
        let text = json!({"name":"dovetail.host","path":starts,"type":"stdio"}).to_string();
        fs::write(folder.join("dovetail.host.json"), text).unwrap();
    };
    manifest("ada", "/home/ada/evil/dovetail-host");
    manifest("bob", "/usr/bin/dovetail-host");
    let arguments = [
        "install",
        "--system",
        "--root",
        at,
        "--host-path",
        "/usr/bin/dovetail-host",
        "--browser",
        "chromium",
        "--extension-id",
        FURTHER,
    ];
    let done = run(root.path(), &arguments);
    assert_eq!(done.code, 0, "{}", done.err);
    for word in [
        "shadowed",
        "ada's own",
        "/home/ada/evil/dovetail-host",
        "NativeMessagingUserLevelHosts",
    ] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    assert!(!done.out.contains("bob"), "{}", done.out);
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
