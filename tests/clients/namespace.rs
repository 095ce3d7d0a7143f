//! A network with nothing but loopback, where Microsoft's names are this machine: namespaces that end with this program.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Set in the program that runs inside.
const INSIDE: &str = "DOVETAIL_CLIENTS_INSIDE";

/// Names that clients know by heart (client contract §1), and the tests' own pages.
const NAMES: &[&str] = &[
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "enterpriseregistration.windows.net",
    "device.login.microsoftonline.com",
    "graph.microsoft.com",
    "graph.windows.net",
    "enrollment.manage.microsoft.com",
    "r.manage.microsoft.com",
    "portal.manage.microsoft.com",
];

/// Whether this is the program inside.
pub(crate) fn entered() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Becomes the same program inside. Comes back only to say why that cannot be.
pub(crate) fn enter() -> String {
    let root = rustix::process::geteuid().is_root();
    let user: &[&str] = if root {
        &[]
    } else {
        &["--user", "--map-root-user"]
    };
    let hosts = std::env::temp_dir().join(format!("dovetail-hosts-{}", std::process::id()));
    let text = format!("127.0.0.1 localhost {}\n::1 localhost\n", NAMES.join(" "));
    if let Err(error) = std::fs::write(&hosts, text) {
        return format!("{}: {error}", hosts.display());
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(user).args(["--net", "--mount", "--"]);
        command
    };
    // Loopback first; the file goes away with its name, the mount keeps it.
    let set_up = "ip link set lo up && mount --bind \"$1\" /etc/hosts";
    let script = |then: &str| format!("{set_up} && rm \"$1\" && shift && {then}");
    let tried = unshare()
        .args(["sh", "-c", set_up, "sh"])
        .arg(&hosts)
        .output();
    let complaint = match tried {
        Ok(output) if output.status.success() => {
            let error = unshare()
                .args(["sh", "-c", &script("exec \"$@\""), "sh"])
                .arg(&hosts)
                .arg(std::env::current_exe().unwrap())
                .args(std::env::args_os().skip(1))
                .env(INSIDE, "1")
                .exec();
            error.to_string()
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    std::fs::remove_file(&hosts).ok();
    let need = if root {
        "CAP_SYS_ADMIN"
    } else {
        "user namespaces (sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu), or root"
    };
    format!(
        "other people's clients need namespaces of their own: unshare, ip and mount, and {need} ({complaint})"
    )
}
