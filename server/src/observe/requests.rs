//! How many requests came and how long they took, by route, method and status; counts without a lock or an allocation.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::Method;

use crate::histogram::{Counts, Histogram, TIMES};
use crate::tally::OTHER;

/// How many routes are told apart, far more than the router has.
const ROUTES: usize = 64;
/// The methods that are told apart.
const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"];
/// The statuses that are told apart.
const STATUSES: [u16; 23] =
    [200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 422, 424, 428, 429, 500, 503, 507];
/// The place of each status in [`STATUSES`], or the one after them.
const PLACES: [u8; 600] = {
    let mut places = [STATUSES.len() as u8; 600];
    let mut place = 0;
    while place < STATUSES.len() {
        places[STATUSES[place] as usize] = place as u8;
        place += 1;
    }
    places
};

/// Requests that were answered. A route is known by its template from its first request on: the router has only so many.
#[derive(Debug)]
pub(super) struct Requests {
    routes: [OnceLock<Box<Row>>; ROUTES],
    beyond: Row,
}

#[derive(Debug)]
struct Row {
    template: Box<str>,
    by_method: [Cell; METHODS.len() + 1],
}

#[derive(Debug)]
struct Cell {
    by_status: [AtomicU64; STATUSES.len() + 1],
    times: Histogram,
}

impl Row {
    fn of(template: &str) -> Self {
        let cell = || Cell { by_status: std::array::from_fn(|_| AtomicU64::new(0)), times: Histogram::new(TIMES) };
        Row { template: template.into(), by_method: std::array::from_fn(|_| cell()) }
    }
}

/// What came of the requests of one method on one route.
pub(super) struct Seen<'r> {
    pub(super) route: &'r str,
    pub(super) method: &'static str,
    /// Each status that was given, with how often.
    pub(super) statuses: Vec<(String, u64)>,
    pub(super) times: Counts,
}

impl Requests {
    pub(super) fn new() -> Self {
        Requests { routes: std::array::from_fn(|_| OnceLock::new()), beyond: Row::of(OTHER) }
    }

    /// A request was answered.
    pub(super) fn add(&self, route: &str, method: &Method, status: u16, took: Duration) {
        let method = METHODS.iter().position(|one| *one == method.as_str()).unwrap_or(METHODS.len());
        let cell = &self.row(route).by_method[method];
        let place = PLACES.get(usize::from(status)).map_or(STATUSES.len(), |place| usize::from(*place));
        cell.by_status[place].fetch_add(1, Ordering::Relaxed);
        cell.times.add_time(took);
    }

    fn row(&self, route: &str) -> &Row {
        let slots = self.routes.iter().map(|slot| slot.get_or_init(|| Box::new(Row::of(route))));
        let mut rows = slots.map(Box::as_ref);
        rows.find(|row| &*row.template == route).unwrap_or(&self.beyond)
    }

    /// What came of all requests so far.
    pub(super) fn read(&self) -> Vec<Seen<'_>> {
        let rows = self.routes.iter().filter_map(OnceLock::get).map(Box::as_ref).chain([&self.beyond]);
        rows.flat_map(|row| {
            let methods = METHODS.into_iter().chain([OTHER]);
            methods.zip(&row.by_method).map(|(method, cell)| {
                let names = STATUSES.iter().map(u16::to_string).chain([OTHER.to_owned()]);
                let counts = cell.by_status.iter().map(|count| count.load(Ordering::Relaxed));
                let statuses = names.zip(counts).filter(|(_, count)| *count > 0).collect();
                Seen { route: &row.template, method, statuses, times: cell.times.read() }
            })
        })
        .filter(|seen| !seen.statuses.is_empty())
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::CODES;

    #[test]
    fn every_status_that_a_refusal_has_is_counted_by_itself() {
        for code in CODES {
            assert!(STATUSES.contains(&code.status), "{}", code.status);
        }
    }

    #[test]
    fn what_is_told_apart_is_counted_apart_and_everything_else_together() {
        let requests = Requests::new();
        let took = Duration::from_micros(15);
        for (route, method, status) in
            [("/a", "GET", 200), ("/a", "GET", 200), ("/a", "GET", 599), ("/a", "BREW", 418), ("/b", "GET", 999)]
        {
            requests.add(route, &Method::from_bytes(method.as_bytes()).unwrap(), status, took);
        }
        (0..ROUTES).for_each(|n| requests.add(&format!("/r{n}"), &Method::PUT, 204, took));
        let seen = requests.read();
        let of = |route: &str, method: &str| {
            let found = seen.iter().find(|seen| (seen.route, seen.method) == (route, method)).unwrap();
            (found.statuses.clone(), found.times.count())
        };
        assert_eq!(of("/a", "GET"), (vec![("200".into(), 2), (OTHER.into(), 1)], 3));
        assert_eq!(of("/a", OTHER), (vec![(OTHER.into(), 1)], 1));
        assert_eq!(of("/b", "GET"), (vec![(OTHER.into(), 1)], 1));
        assert_eq!(of(OTHER, "PUT"), (vec![("204".into(), 2)], 2), "62 routes had room beside the first two");
    }
}
