//! `./Vendor/MSFT/NodeCache`: which of the server's nodes changed since it last looked. The server keeps its own version
//! here; changes are not tracked, so the list of them is always empty and the server asks for what it wants to know.

use super::Value;
use super::leaf::{Leaf, Source, unset};
use super::shape::Shape;

pub(super) const LEAVES: &[Leaf] = &[
    Leaf {
        path: "Vendor/MSFT/NodeCache/{provider}/CacheVersion",
        source: Source::Kept(Shape::Line(255), unset),
    },
    Leaf {
        path: "Vendor/MSFT/NodeCache/{provider}/ChangedNodes",
        source: Source::Read(|_, _| Ok(Value::Text(String::new()))),
    },
    Leaf {
        path: "Vendor/MSFT/NodeCache/{provider}/ChangedNodesData",
        source: Source::Read(|_, _| Ok(Value::Text(String::new()))),
    },
];
