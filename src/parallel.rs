//! One function over many things, on all cores, with the results in the order of the things.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

thread_local! {
    /// Whether this thread is one of several that work already: then what it starts is its own.
    static AT_WORK: Cell<bool> = const { Cell::new(false) };
}

/// The results for all items, in their order.
pub(crate) fn map<'a, T: Sync, R: Send>(
    items: &'a [T],
    each: impl Fn(&'a T) -> R + Sync,
) -> Vec<R> {
    let threads = threads().min(items.len());
    if threads < 2 {
        return items.iter().map(each).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || turn(&next, items).map(|(at, item)| (at, each(item)));
    let work = || {
        AT_WORK.set(true);
        let done: Vec<(usize, R)> = std::iter::from_fn(take).collect();
        AT_WORK.set(false);
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| spawn(scope, work)).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Hands each result on, in the order of the items, as soon as it and all before it are there.
pub(crate) fn each<T: Sync, R: Send>(
    items: &[T],
    make: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(&T, R),
) {
    let threads = threads().min(items.len());
    if threads < 2 {
        return items.iter().for_each(|item| take(item, make(item)));
    }
    let next = AtomicUsize::new(0);
    let (sender, made) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next, make) = (sender.clone(), &next, &make);
            spawn(scope, move || {
                AT_WORK.set(true);
                while let Some((at, item)) = turn(next, items) {
                    // Nobody listens only where taking panicked, which ends this work too.
                    let _ = sender.send((at, make(item)));
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut turns = items.iter().enumerate().peekable();
        for (at, result) in made {
            waiting.insert(at, result);
            while let Some((at, item)) = turns.peek()
                && let Some(result) = waiting.remove(at)
            {
                take(item, result);
                turns.next();
            }
        }
    });
}

/// Bytes of a thread's stack: as many as the first thread of a process has, so that the deepest text
/// that is read costs no thread its life.
const STACK: usize = 8 << 20;

/// A thread that takes what the first one takes.
pub(crate) fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> thread::ScopedJoinHandle<'scope, T> {
    let builder = thread::Builder::new().stack_size(STACK);
    match builder.spawn_scoped(scope, work) {
        Ok(thread) => thread,
        // As the standard library's own way to spawn does where the system has no thread left.
        Err(error) => panic!("no thread can be started: {error}"),
    }
}

/// The next item that nobody has taken, with its number.
fn turn<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    items.get(at).map(|item| (at, item))
}

/// Both results, of which the second is made on another core.
pub(crate) fn both<A, B: Send>(
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let other = spawn(scope, other);
        let one = one();
        let other = other.join().unwrap_or_else(|panic| resume_unwind(panic));
        (one, other)
    })
}

fn threads() -> usize {
    match AT_WORK.get() {
        true => 1,
        false => thread::available_parallelism().map_or(1, usize::from),
    }
}

#[cfg(test)]
mod tests {
    use super::{each, map};

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        let squares: Vec<usize> = items.iter().map(|n| n * n).collect();
        assert_eq!(map(&items, |n| n * n), squares);
        assert!(map(&items[..0], |n| n * n).is_empty());
    }

    #[test]
    fn results_are_handed_on_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        let mut taken = Vec::new();
        each(&items, |n| n * n, |n, square| taken.push((*n, square)));
        let expected: Vec<_> = items.iter().map(|n| (*n, n * n)).collect();
        assert_eq!(taken, expected);
        each(&items[..1], |n| n * n, |_, square| assert_eq!(square, 0));
    }

    #[test]
    fn what_is_within_is_in_order_too() {
        let rows = map(&[1, 2, 3], |row| map(&[10, 20], |cell| row * cell));
        assert_eq!(rows, [[10, 20], [20, 40], [30, 60]]);
    }
}
