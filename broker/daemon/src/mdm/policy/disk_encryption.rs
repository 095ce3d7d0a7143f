//! The disks are encrypted (`Security/RequireDeviceEncryption`, `BitLocker/RequireDeviceEncryption`). Looked at; a running
//! system is never encrypted by force.
//!
//! Only dm-crypt is known. Disks that encrypt themselves, fscrypt and ZFS keys do not count.

use super::demand::Demand;
use super::table::{Policy, Standing};
use super::volume::{self, Volume};
use crate::mdm::node::Root;

/// `disk_encryption`
#[derive(Debug)]
pub(super) struct DiskEncryption;

impl Policy for DiskEncryption {
    fn name(&self) -> &'static str {
        "disk_encryption"
    }

    fn check(&self, demand: &Demand, root: &Root) -> Option<Standing> {
        if !demand.encryption {
            return None;
        }
        let volumes = volume::local(root);
        let met = all(&volumes);
        Some(Standing {
            wanted: "all disks encrypted".into(),
            actual: match open(&volumes).as_slice() {
                [] if met => "encrypted".into(),
                [] => "no file system of a disk was found".into(),
                open => format!("not encrypted: {}", open.join(", ")),
            },
            met,
            level: i64::from(met),
        })
    }

    fn explain(&self, _: &Demand, root: &Root) -> String {
        let volumes = volume::local(root);
        if volumes
            .iter()
            .any(|volume| volume.place == "/" && !volume.is_encrypted)
            || volumes.is_empty()
        {
            "Install the system anew with disk encryption (LUKS), or ask your administrator: a running system cannot be encrypted in place.".into()
        } else {
            format!(
                "Move what is on {} to an encrypted file system (LUKS).",
                open(&volumes).join(", ")
            )
        }
    }
}

/// Whether everything is encrypted, the system's own file system among it.
pub(crate) fn encrypted(root: &Root) -> bool {
    all(&volume::local(root))
}

/// `DeviceEncryptionStatus` of the BitLocker CSP: 0 when all is well.
pub(crate) fn bits(root: &Root) -> i64 {
    const SYSTEM: i64 = 1 << 2;
    const FIXED: i64 = 1 << 9;
    const NO_TPM: i64 = 1 << 13;
    let volumes = volume::local(root);
    let mut bits = 0;
    if !volumes
        .iter()
        .any(|volume| volume.place == "/" && volume.is_encrypted)
    {
        bits |= SYSTEM;
        // Without a TPM nothing could unlock it unseen. Where it is unlocked by a passphrase none is missed.
        if !root.has("/sys/class/tpm/tpm0") {
            bits |= NO_TPM;
        }
    }
    if volumes
        .iter()
        .any(|volume| volume.place != "/" && !volume.is_encrypted)
    {
        bits |= FIXED;
    }
    bits
}

fn all(volumes: &[Volume]) -> bool {
    volumes.iter().any(|volume| volume.place == "/")
        && volumes.iter().all(|volume| volume.is_encrypted)
}

fn open(volumes: &[Volume]) -> Vec<String> {
    volumes
        .iter()
        .filter(|volume| !volume.is_encrypted)
        .map(|volume| format!("{} ({})", volume.place, volume.kind))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    const PLAIN: &str = "22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n\
        23 22 8:1 / /boot/efi rw - vfat /dev/sda1 rw\n\
        24 22 0:5 / /proc rw - proc proc rw\n\
        25 22 7:0 / /snap/a ro - squashfs /dev/loop0 ro\n";

    fn demand() -> Demand {
        Demand {
            encryption: true,
            ..Demand::default()
        }
    }

    fn machine(mounts: &str) -> Machine {
        Machine::new().with("/proc/self/mountinfo", mounts)
    }

    /// The system's partition lies bare: said with its place, and in the bits of the BitLocker CSP.
    #[test]
    fn a_plain_partition_is_found() {
        let machine = machine(PLAIN).with("/sys/dev/block/8:2/partition", "2");
        let root = machine.root();
        let standing = DiskEncryption.check(&demand(), &root).unwrap();
        assert!(!standing.met);
        assert_eq!(standing.actual, "not encrypted: / (ext4)");
        assert_eq!(bits(&root), (1 << 2) | (1 << 13));
        machine.put("/sys/class/tpm/tpm0/tpm_version_major", "2");
        assert_eq!(bits(&root), 1 << 2);
        assert!(!encrypted(&root));
    }

    /// LUKS under the file system, and LUKS under LVM: both count. `/boot` may lie bare.
    #[test]
    fn dm_crypt_counts_also_below_lvm() {
        let mounts = "22 1 254:1 / / ro,relatime - ext4 /dev/mapper/vg-root rw\n\
            23 22 254:0 / /home rw - xfs /dev/mapper/luks-1 rw\n\
            24 22 8:1 / /boot rw - ext4 /dev/sda1 rw\n";
        let machine = machine(mounts)
            .with("/sys/dev/block/254:0/dm/uuid", "CRYPT-LUKS2-0123-luks-1\n")
            .with("/sys/dev/block/254:1/dm/uuid", "LVM-abc\n")
            .with(
                "/sys/dev/block/254:1/slaves/dm-0/dm/uuid",
                "CRYPT-LUKS2-0123-luks-1\n",
            );
        let root = machine.root();
        let standing = DiskEncryption.check(&demand(), &root).unwrap();
        assert!(standing.met, "{standing:?}");
        assert_eq!(bits(&root), 0);
        machine.put("/sys/dev/block/254:1/slaves/sdb1/partition", "1");
        assert!(!encrypted(&root), "one half of the volume group lies bare");
    }

    /// A second disk that lies bare spoils it; a read-only view of it does not hide it.
    #[test]
    fn every_writable_file_system_counts() {
        let mounts = "22 1 254:0 / / rw - ext4 /dev/mapper/luks-1 rw\n\
            23 22 8:17 / /data ro,relatime - ext4 /dev/sdb1 rw\n\
            24 22 8:18 / /media/cd rw - ext4 /dev/sdc1 ro\n";
        let machine = machine(mounts).with("/sys/dev/block/254:0/dm/uuid", "CRYPT-LUKS2-1");
        let root = machine.root();
        let standing = DiskEncryption.check(&demand(), &root).unwrap();
        assert_eq!(standing.actual, "not encrypted: /data (ext4)");
        assert_eq!(bits(&root), 1 << 9);
        assert!(DiskEncryption.explain(&demand(), &root).contains("/data"));
    }

    /// Btrfs mounts carry numbers of no device: the source is looked up by its name.
    #[test]
    fn btrfs_is_found_by_its_source() {
        let mounts = "22 1 0:30 /@ / rw - btrfs /dev/mapper/luks-x rw\n\
            23 22 0:30 /@home /home rw - btrfs /dev/mapper/luks-x rw\n";
        let machine = machine(mounts)
            .with("/sys/block/dm-3/dm/name", "luks-x\n")
            .with("/sys/block/dm-3/dm/uuid", "CRYPT-LUKS2-1\n");
        assert!(encrypted(&machine.root()));
        machine.put("/sys/block/dm-3/dm/uuid", "linear");
        assert!(!encrypted(&machine.root()));
    }

    /// A partition of a disk that is encrypted as a whole.
    #[test]
    fn the_disk_of_a_partition_is_asked() {
        let machine = machine("22 1 8:2 / / rw - ext4 /dev/sda2 rw\n")
            .with("/sys/devices/d/partition-less", "")
            .with("/sys/devices/d/p2/partition", "2")
            .with("/sys/devices/d/dm/uuid", "CRYPT-PLAIN-x")
            .with("/sys/dev/block/keep", "");
        std::os::unix::fs::symlink("../../devices/d/p2", machine.at("/sys/dev/block/8:2")).unwrap();
        assert!(encrypted(&machine.root()));
    }

    /// What cannot be seen is not taken for encrypted.
    #[test]
    fn the_unknown_is_not_encrypted() {
        for mounts in [
            "",
            "nonsense",
            "22 1 0:40 / / rw - overlay overlay rw",
            "22 1 0:41 / / rw - zfs rpool/root rw",
        ] {
            assert!(!encrypted(&machine(mounts).root()), "{mounts}");
        }
    }
}
