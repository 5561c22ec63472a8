//! hyper's clock for one connection: one timer of the runtime for all of its deadlines, moved when it rings, not before.
//! A connection has a deadline for the headers of each request, and nearly all of them are met.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// The clock. One deadline at a time is waited for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alarm {
    rings: Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>,
}

impl Alarm {
    pub(crate) fn new() -> Self {
        Alarm::default()
    }
}

impl Timer for Alarm {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Until { deadline: deadline.into(), alarm: self.clone() })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

struct Until {
    deadline: tokio::time::Instant,
    alarm: Alarm,
}

impl Sleep for Until {}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline;
        let mut rings = self.alarm.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let rings = rings.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if rings.deadline() > deadline {
            rings.as_mut().reset(deadline);
        }
        loop {
            ready!(rings.as_mut().poll(context));
            if rings.deadline() >= deadline {
                return Poll::Ready(());
            }
            // It was set for a deadline before this one.
            rings.as_mut().reset(deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_deadline_is_kept_whatever_the_one_before_was() {
        let (alarm, began) = (Alarm::new(), tokio::time::Instant::now());
        let after = |seconds| alarm.sleep(Duration::from_secs(seconds));
        // Met: what was waited for came first.
        for _ in 0..3 {
            let met = tokio::time::timeout(Duration::from_secs(4), after(10)).await;
            assert!(met.is_err());
        }
        assert_eq!(began.elapsed().as_secs(), 12);
        after(10).await;
        assert_eq!(began.elapsed().as_secs(), 22, "the timer of an earlier deadline does not ring for a later one");
        let met = tokio::time::timeout(Duration::from_secs(1), after(60)).await;
        assert!(met.is_err());
        after(5).await;
        assert_eq!(began.elapsed().as_secs(), 28, "nor does a later one hold an earlier one up");
    }
}
