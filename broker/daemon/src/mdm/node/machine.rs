//! What several nodes and policies ask of the machine.

use super::Root;

/// `PRETTY_NAME` of os-release(5), `Debian GNU/Linux 12 (bookworm)`.
pub(crate) fn system_name(root: &Root) -> String {
    release(root, "PRETTY_NAME")
        .or_else(|| release(root, "NAME"))
        .unwrap_or_else(|| "Linux".into())
}

/// `VERSION_ID` of os-release(5), `12` or `24.04`; systems that roll have a `BUILD_ID` or the kernel's release only.
pub(crate) fn system_version(root: &Root) -> Option<String> {
    release(root, "VERSION_ID")
        .or_else(|| release(root, "BUILD_ID").filter(|id| id.starts_with(char::is_numeric)))
        .or_else(|| root.text("/proc/sys/kernel/osrelease"))
}

/// The host's name.
pub(crate) fn host_name(root: &Root) -> String {
    root.text("/proc/sys/kernel/hostname").unwrap_or_else(|| {
        rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned()
    })
}

/// The processor as the kernel names it, `x86_64`.
pub(crate) fn architecture() -> String {
    rustix::system::uname()
        .machine()
        .to_string_lossy()
        .into_owned()
}

fn release(root: &Root, name: &str) -> Option<String> {
    ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|file| root.assigned(file, name))
}
