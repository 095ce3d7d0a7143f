//! `./Device/Vendor/MSFT/BitLocker`: what of it has a meaning with LUKS. Recovery keys are not kept here.

use super::Value;
use super::leaf::{Leaf, Source, unset};
use super::shape::Shape;
use crate::mdm::policy::bits;

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: "Vendor/MSFT/BitLocker/RequireDeviceEncryption",
        source: Source::Kept(Shape::Int(0, 1), unset),
    },
    Leaf {
        path: "Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus",
        source: Source::Read(|view, _| Ok(Value::Int(bits(view.root)))),
    },
];
