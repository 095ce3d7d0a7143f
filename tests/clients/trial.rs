//! A client's tests, by name, for the test runner.

use std::sync::{Arc, PoisonError};

use libtest_mimic::Trial;

use crate::stage::{Lazy, Stage};

/// A test: its story stands above the function.
pub(crate) struct Test {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Stage),
    /// Whether it changes how the tenant behaves, so that no other test may run beside it.
    pub(crate) alone: bool,
}

/// `tests!["client"; one, two; alone: three]`: functions of this file as tests `client::one`, ….
macro_rules! tests {
    ($client:literal; $($name:ident),+ $(,)? $(; alone: $($alone:ident),+ $(,)?)?) => {
        &[
            $(crate::trial::Test { name: concat!($client, "::", stringify!($name)), run: $name, alone: false },)+
            $($(crate::trial::Test { name: concat!($client, "::", stringify!($alone)), run: $alone, alone: true },)+)?
        ]
    };
}
pub(crate) use tests;

/// As the runner wants them.
pub(crate) fn trials(tests: &'static [Test], stage: &Arc<Lazy>) -> Vec<Trial> {
    let trial = |test: &'static Test| {
        let stage = stage.clone();
        Trial::test(test.name, move || {
            let stage = stage.get();
            if test.alone {
                let _alone = stage.alone.write().unwrap_or_else(PoisonError::into_inner);
                (test.run)(&stage);
            } else {
                let _beside = stage.alone.read().unwrap_or_else(PoisonError::into_inner);
                (test.run)(&stage);
            }
            Ok(())
        })
    };
    tests.iter().map(trial).collect()
}
