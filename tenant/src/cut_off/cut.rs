//! A future that is polled so many times and then dropped, as a server drops a request whose connection is gone.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::Notify;

/// When it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// As soon as it waits.
    AtOnce,
    /// When what it waited for is there, and it was not asked again.
    Woken,
}

#[derive(Default)]
struct Bell(Notify);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Asks a future at most so many times, each time once it says that it can go on. What it gave, if it came to its end.
pub(super) async fn cut<F: Future>(future: F, times: usize, moment: Moment) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(bell.clone());
    for time in 1..=times {
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        if time < times || moment == Moment::Woken {
            let rung = tokio::time::timeout(Duration::from_mins(1), bell.0.notified());
            rung.await
                .expect("the request waits for something that comes");
        }
    }
    None
}

/// A request that waits twice waits at two places: cut off once, it has done the first half.
#[tokio::test]
async fn a_future_is_cut_where_it_waits() {
    let done = std::cell::Cell::new(0);
    let work = || async {
        for _ in 0..2 {
            tokio::task::yield_now().await;
            done.set(done.get() + 1);
        }
    };
    assert_eq!(cut(work(), 1, Moment::Woken).await, None);
    assert_eq!(done.get(), 0);
    assert_eq!(cut(work(), 2, Moment::AtOnce).await, None);
    assert_eq!(done.get(), 1);
    assert_eq!(cut(work(), 3, Moment::AtOnce).await, Some(()));
}
