//! The machine that a lab's daemon looks at and changes: files of its own, made up.

use std::path::{Path, PathBuf};

use crate::Lab;

/// A system with LUKS, ufw, pam_pwquality and our PAM profile: it can hold to every policy.
const PROTECTED: &[(&str, &str)] = &[
    ("etc/passwd", "root:x:0:0::/root:/bin/bash\n"),
    (
        "etc/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 12\"\nVERSION_ID=\"12\"\n",
    ),
    (
        "etc/pam.d/common-password",
        "password requisite pam_pwquality.so retry=3\n",
    ),
    (
        "etc/pam.d/common-auth",
        "auth [default=die] pam_faillock.so authfail conf=/etc/dovetail/policy/faillock.conf\n",
    ),
    ("etc/ufw/ufw.conf", "ENABLED=yes\n"),
    ("etc/systemd/system/multi-user.target.wants/ufw.service", ""),
    (
        "proc/self/mountinfo",
        "22 1 254:0 / / rw - ext4 /dev/mapper/luks rw\n",
    ),
    ("sys/dev/block/254:0/dm/uuid", "CRYPT-LUKS2-1\n"),
    ("sys/class/tpm/tpm0/tpm_version_major", "2\n"),
    ("sys/class/dmi/id/sys_vendor", "Dovetail\n"),
    ("sys/class/dmi/id/product_name", "Lab laptop\n"),
];

impl Lab {
    /// Where its machine is.
    pub fn machine(&self) -> PathBuf {
        self.dir().join(crate::lab::MACHINE)
    }

    /// Lets its machine be one that can hold to every policy.
    pub fn protect(&self) {
        for (path, text) in PROTECTED {
            self.put(path, text);
        }
    }

    /// Writes a file of its machine, `etc/ufw/ufw.conf`.
    pub fn put(&self, path: &str, text: &str) {
        let path = self.machine().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Every file of its machine with its text, sorted.
    pub fn files(&self) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        collect(&self.machine(), &mut files);
        files.sort();
        files
    }
}

fn collect(dir: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
}
