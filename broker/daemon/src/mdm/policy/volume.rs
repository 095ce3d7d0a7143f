//! Local file systems and what they lie on: mountinfo of this process, and the block devices of sysfs.
//!
//! What counts is whether the file system can be written to, not the mount: the daemon's own view of them is read-only.

use crate::mdm::node::Root;

/// Kinds that lie on this machine's own disks.
const LOCAL: &[&str] = &[
    "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "bcachefs", "jfs", "reiserfs", "nilfs2", "zfs",
    "vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "overlay",
];
/// What the firmware and the boot loader have to read before anything is unlocked.
const BOOT: &[&str] = &["/boot", "/boot/efi", "/efi"];
/// Deepest stack of block devices that is followed.
const DEPTH: usize = 8;

/// One file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Volume {
    /// Where it is mounted first.
    pub(super) place: String,
    /// Its kind.
    pub(super) kind: String,
    /// Whether everything below it is dm-crypt.
    pub(super) is_encrypted: bool,
}

/// Each local file system that can be written to, once; without those that a start needs in the clear.
pub(super) fn local(root: &Root) -> Vec<Volume> {
    let text = root.text("/proc/self/mountinfo").unwrap_or_default();
    let mut seen = Vec::new();
    let mut volumes = Vec::new();
    for line in text.lines() {
        let Some(mount) = Mount::parse(line) else {
            continue;
        };
        let counts = LOCAL.contains(&mount.kind)
            && mount.is_writable
            && !BOOT.contains(&mount.place)
            && (mount.kind != "overlay" || mount.place == "/")
            && !mount.source.starts_with("/dev/loop");
        let id = if mount.device.starts_with("0:") {
            mount.source
        } else {
            mount.device
        };
        if !counts || seen.contains(&id) {
            continue;
        }
        seen.push(id);
        volumes.push(Volume {
            place: mount.place.replace("\\040", " "),
            kind: mount.kind.to_owned(),
            is_encrypted: block_device(root, &mount)
                .is_some_and(|device| is_encrypted(root, &device, DEPTH)),
        });
    }
    volumes
}

/// One line of mountinfo (proc(5)).
struct Mount<'t> {
    device: &'t str,
    place: &'t str,
    kind: &'t str,
    source: &'t str,
    is_writable: bool,
}

impl<'t> Mount<'t> {
    fn parse(line: &'t str) -> Option<Self> {
        let (mount, system) = line.split_once(" - ")?;
        let mut mount = mount.split(' ').skip(2);
        let (device, _, place) = (mount.next()?, mount.next()?, mount.next()?);
        let mut system = system.split(' ');
        let (kind, source, options) = (system.next()?, system.next()?, system.next()?);
        Some(Self {
            device,
            place,
            kind,
            source,
            is_writable: options.split(',').any(|option| option == "rw"),
        })
    }
}

/// The directory of the block device in sysfs. Btrfs has numbers of its own; then the source's name says it.
fn block_device(root: &Root, mount: &Mount<'_>) -> Option<String> {
    let numbered = format!("/sys/dev/block/{}", mount.device);
    if root.has(&numbered) {
        return Some(numbered);
    }
    let name = mount.source.strip_prefix("/dev/")?;
    if let Some(mapped) = name.strip_prefix("mapper/") {
        return root
            .names("/sys/block")
            .into_iter()
            .map(|device| format!("/sys/block/{device}"))
            .find(|device| root.text(&format!("{device}/dm/name")).as_deref() == Some(mapped));
    }
    let plain = !name.contains('/') && root.has(&format!("/sys/class/block/{name}"));
    plain.then(|| format!("/sys/class/block/{name}"))
}

/// dm-crypt itself (its uuid begins with `CRYPT-`), or something that lies on nothing else (LVM, RAID, partitions).
fn is_encrypted(root: &Root, device: &str, depth: usize) -> bool {
    if depth == 0 {
        return false;
    }
    if let Some(uuid) = root.text(&format!("{device}/dm/uuid"))
        && uuid.starts_with("CRYPT-")
    {
        return true;
    }
    let below = root.names(&format!("{device}/slaves"));
    if !below.is_empty() {
        return below
            .iter()
            .all(|name| is_encrypted(root, &format!("{device}/slaves/{name}"), depth - 1));
    }
    // A partition of a device that is encrypted as a whole.
    root.has(&format!("{device}/partition"))
        && std::fs::canonicalize(root.at(device)).is_ok_and(|real| {
            let top = std::fs::canonicalize(root.at("/")).unwrap_or_default();
            real.parent()
                .and_then(|disk| disk.strip_prefix(top).ok()?.to_str())
                .is_some_and(|disk| is_encrypted(root, &format!("/{disk}"), depth - 1))
        })
}
