//! What a server may have done: lock, restart. Each only where the machine's administrator permits it.
//! Wiping is never done, whoever asks.

use super::leaf::{Leaf, Source};
use super::{Effect, Status};

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: "Vendor/MSFT/RemoteLock/Lock",
        source: Source::Run(|view, _, _| allowed(view.config.remote_lock, Effect::Lock)),
    },
    Leaf {
        path: "Vendor/MSFT/Reboot/RebootNow",
        source: Source::Run(|view, _, _| allowed(view.config.remote_reboot, Effect::Reboot)),
    },
    Leaf {
        path: "Vendor/MSFT/RemoteWipe/doWipe",
        source: Source::Run(refused),
    },
    Leaf {
        path: "Vendor/MSFT/RemoteWipe/doWipeProtected",
        source: Source::Run(refused),
    },
    Leaf {
        path: "Vendor/MSFT/RemoteWipe/doWipePersistUserData",
        source: Source::Run(refused),
    },
    Leaf {
        path: "Vendor/MSFT/RemoteWipe/doWipePersistProvisionedData",
        source: Source::Run(refused),
    },
];

fn allowed(permitted: bool, effect: Effect) -> Result<Effect, Status> {
    permitted.then_some(effect).ok_or(Status::NO_PERMISSION)
}

fn refused(_: &super::leaf::View<'_>, _: &str, _: Option<super::Value>) -> Result<Effect, Status> {
    Err(Status::NOT_ALLOWED)
}

#[cfg(test)]
mod tests {
    use super::super::test::{Machine, uri};
    use super::*;

    /// Locking and restarting are off until the administrator says otherwise.
    #[test]
    fn lock_and_restart_need_permission() {
        let lock = uri("./Device/Vendor/MSFT/RemoteLock/Lock");
        let reboot = uri("./Device/Vendor/MSFT/Reboot/RebootNow");
        let mut machine = Machine::new();
        assert_eq!(machine.tree().exec(&lock, None), Err(Status::NO_PERMISSION));
        assert_eq!(
            machine.tree().exec(&reboot, None),
            Err(Status::NO_PERMISSION)
        );
        machine.config.remote_lock = true;
        assert_eq!(machine.tree().exec(&lock, None), Ok(Effect::Lock));
        assert_eq!(
            machine.tree().exec(&reboot, None),
            Err(Status::NO_PERMISSION)
        );
        machine.config.remote_reboot = true;
        assert_eq!(machine.tree().exec(&reboot, None), Ok(Effect::Reboot));
    }

    /// No configuration and no address makes this machine wipe itself.
    #[test]
    fn wiping_is_always_refused() {
        let mut machine = Machine::new();
        machine.config.remote_lock = true;
        machine.config.remote_reboot = true;
        let mut tree = machine.tree();
        for name in [
            "doWipe",
            "doWipeProtected",
            "doWipePersistUserData",
            "doWipePersistProvisionedData",
        ] {
            let wipe = uri(&format!("./Device/Vendor/MSFT/RemoteWipe/{name}"));
            assert_eq!(tree.exec(&wipe, None), Err(Status::NOT_ALLOWED));
            assert_eq!(tree.get(&wipe), Err(Status::NOT_ALLOWED));
        }
    }
}
