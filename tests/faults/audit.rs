//! What a server keeps at the end: every record, every line of its history, every version whole.

use std::net::SocketAddr;

use serde::Deserialize;

use super::client::{Caller, path, stands};
use super::history::{Kept, Name, Stands, Version};

#[derive(Deserialize)]
struct Page {
    items: Vec<Line>,
    next: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    version: u64,
    op: String,
    edit_id: Option<String>,
}

/// What is kept of one record.
pub async fn kept(server: SocketAddr, record: Name) -> Kept {
    let mut caller = Caller::new(server);
    let stands_now = stands(&caller.get(&path(record)).await.unwrap());
    let mut versions = Vec::new();
    let mut next = (stands_now != Stands::Gone(0)).then_some(0);
    while let Some(after) = next {
        let answer = caller.get(&format!("{}/versions?after={after}", path(record))).await.unwrap();
        let page: Page = serde_json::from_slice(answer.body()).expect("a page of history");
        next = page.next;
        for line in page.items {
            let whole = match stands(&caller.get(&format!("{}/versions/{}", path(record), line.version)).await.unwrap())
            {
                Stands::Record(seen) => Some(seen),
                Stands::Gone(_) => None,
            };
            versions.push(Version { number: line.version, op: line.op, edit: line.edit_id, whole });
        }
    }
    Kept { versions, stands: stands_now }
}
