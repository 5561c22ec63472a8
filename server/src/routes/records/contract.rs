//! What the contract says of records: how one is read, created, replaced, patched and deleted, and how many are listed.

use axum::http::Method;
use midair_record::{PatchKind, Record};

use super::super::RECORDS as GROUP;
use super::super::patch::{JsonPatchOperation, MergePatch, Operation as OpsOperation};
use super::page::{Page, Wanted};
use crate::contract::headers::{
    self, AUTHOR, IDEMPOTENCY_KEY, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, NOTE, PREFER,
};
use crate::contract::{
    Answer, Ask, BODY, Body, Header, JSON, Media, NAMES, Operation, PLAIN, Resource, STORE, of, written_out,
};
use crate::problem::{self, Code};

/// What a request that reads a record, or a version of it, may be bound to.
pub(in super::super) const CONDITIONS: &[Ask] =
    &[Ask::may(&IF_NONE_MATCH), Ask::may(&IF_MODIFIED_SINCE), Ask::may(&IF_MATCH), Ask::may(&IF_UNMODIFIED_SINCE)];
/// What an answer that tells a record always carries.
pub(in super::super) const ALWAYS_TOLD: &[&Header] =
    &[&headers::ETAG, &headers::LAST_MODIFIED, &headers::UPDATED_AT, &headers::VERSION, &AUTHOR];
/// What it carries sometimes.
pub(in super::super) const SOMETIMES_TOLD: &[&Header] = &[&NOTE];
/// What the answer to a write carries sometimes.
pub(in super::super) const WRITTEN: &[&Header] = &[&NOTE, &headers::PREFERENCE_APPLIED, &headers::IDEMPOTENCY_REPLAYED];
pub(in super::super) const RECORD_MEDIA: &[Media] = &[Media { kind: JSON, schema: of::<Record>, example: Some(MOON) }];
const MOON: &str = r#"{"name":"Moon","quota":100}"#;
const A_TAG: &str = "\"1-9f2c4e6a8b0d1357\"";

pub(in super::super) const STALE: &[Code] = &[problem::VERSION_CONFLICT, problem::UNKNOWN_TOKEN];
pub(in super::super) const ABSENT: &[Code] = &[problem::NOT_FOUND, problem::GONE];
pub(in super::super) const UNGUARDED: &[Code] = &[problem::MALFORMED_HEADER, problem::PRECONDITION_REQUIRED];

pub(in super::super) static RECORD: Resource = Resource {
    path: "/v1/collections/{collection}/records/{id}",
    group: &GROUP,
    operations: &[READ, REPLACE, PATCH, REMOVE],
};

const READ: Operation = Operation {
    name: "readRecord",
    summary: "Read a record",
    about: "As it was written, byte for byte. Of a deleted one: 410, with who deleted it, when and why.",
    headers: CONDITIONS,
    answers: &[
        Answer {
            status: 200,
            about: "The record.",
            headers: ALWAYS_TOLD,
            sometimes: SOMETIMES_TOLD,
            media: RECORD_MEDIA,
        },
        Answer { status: 304, about: "You have it.", headers: &[&headers::ETAG], sometimes: &[], media: &[] },
    ],
    refusals: &[NAMES, &[problem::MALFORMED_HEADER], ABSENT, STALE, STORE],
    ..PLAIN
};

const REPLACE: Operation = Operation {
    method: Method::PUT,
    name: "putRecord",
    summary: "Replace a record, or create it",
    about: "`If-Match` with the token you read replaces it, `If-None-Match: *` creates it; with neither: 428. A write \
            that would change nothing leaves version and token as they are. `Content-Range` is refused: a record is \
            written whole.",
    headers: &[
        Ask::may(&IF_MATCH),
        Ask::mostly(&IF_NONE_MATCH, "*"),
        Ask::may(&AUTHOR),
        Ask::may(&NOTE),
        Ask::may(&IDEMPOTENCY_KEY),
        Ask::may(&PREFER),
    ],
    body: Some(Body { needed: true, limit: |limits| limits.record, media: RECORD_MEDIA }),
    answers: &[
        Answer {
            status: 200,
            about: "It was replaced, or said so already.",
            headers: ALWAYS_TOLD,
            sometimes: WRITTEN,
            media: RECORD_MEDIA,
        },
        Answer { status: 201, about: "It was created.", headers: ALWAYS_TOLD, sometimes: WRITTEN, media: RECORD_MEDIA },
        Answer {
            status: 204,
            about: "It was replaced, and is left out as `Prefer: return=minimal` asks.",
            headers: ALWAYS_TOLD,
            sometimes: WRITTEN,
            media: &[],
        },
    ],
    refusals: &[
        NAMES,
        UNGUARDED,
        STALE,
        // Of a repetition whose version is no longer kept.
        &[problem::GONE],
        &[problem::ALREADY_EXISTS, problem::INVALID_FIELDS, problem::KEY_REUSED],
        BODY,
        STORE,
    ],
    ..PLAIN
};

const PATCH: Operation = Operation {
    method: Method::PATCH,
    name: "patchRecord",
    summary: "Change part of a record",
    about: "All of the patch is done, or nothing. What it does not touch keeps its bytes. Operations that commute by the \
            collection's schema need no token; where the collection has `\"scope\": \"field\"`, a patch with a stale one \
            is done if nothing that it touches has changed since.",
    headers: &[
        Ask::mostly(&IF_MATCH, A_TAG),
        Ask::may(&AUTHOR),
        Ask::may(&NOTE),
        Ask::may(&IDEMPOTENCY_KEY),
        Ask::may(&PREFER),
    ],
    body: Some(Body {
        needed: true,
        limit: |limits| limits.record,
        media: &[
            Media {
                kind: PatchKind::MergePatch.media_type(),
                schema: of::<MergePatch>,
                example: Some(r#"{"quota":150,"draft":null}"#),
            },
            Media {
                kind: PatchKind::JsonPatch.media_type(),
                schema: of::<Vec<JsonPatchOperation>>,
                example: Some(
                    r#"[{"op":"test","path":"/quota","value":100},{"op":"replace","path":"/quota","value":150}]"#,
                ),
            },
            Media {
                kind: PatchKind::Ops.media_type(),
                schema: of::<Vec<OpsOperation>>,
                example: Some(r#"[{"op":"increment","path":"/quota","by":50}]"#),
            },
        ],
    }),
    answers: &[
        Answer {
            status: 200,
            about: "It was changed, or said so already.",
            headers: ALWAYS_TOLD,
            sometimes: WRITTEN,
            media: RECORD_MEDIA,
        },
        Answer {
            status: 204,
            about: "It was changed, and is left out as `Prefer: return=minimal` asks.",
            headers: ALWAYS_TOLD,
            sometimes: WRITTEN,
            media: &[],
        },
    ],
    refusals: &[
        NAMES,
        UNGUARDED,
        ABSENT,
        STALE,
        &[problem::TEST_FAILED, problem::UNFIT_PATCH, problem::INVALID_FIELDS, problem::KEY_REUSED],
        BODY,
        STORE,
    ],
    ..PLAIN
};

const REMOVE: Operation = Operation {
    method: Method::DELETE,
    name: "deleteRecord",
    summary: "Delete a record",
    about: "It leaves a tombstone, and its history.",
    headers: &[
        Ask::mostly(&IF_MATCH, A_TAG),
        Ask::may(&AUTHOR),
        Ask::may(&NOTE),
        Ask::may(&IDEMPOTENCY_KEY),
        Ask::may(&PREFER),
    ],
    answers: &[Answer {
        status: 204,
        about: "It is gone; the deletion is a version of its own.",
        headers: &[&headers::VERSION],
        sometimes: &[&headers::IDEMPOTENCY_REPLAYED],
        media: &[],
    }],
    refusals: &[NAMES, UNGUARDED, ABSENT, STALE, STORE, &[problem::KEY_REUSED]],
    ..PLAIN
};

pub(in super::super) static RECORDS: Resource =
    Resource { path: "/v1/collections/{collection}/records", group: &GROUP, operations: &[LIST, ADD] };

const LIST: Operation = Operation {
    name: "listRecords",
    summary: "A page of records",
    about: "In the order of their ids, or as `sort` says. Follow `next` until it is `null`: who does sees every record that \
            stood there all the time once, whatever is written meanwhile, unless a write moves it in the order. However \
            many records there are, a page looks at 20,000 of them at the most, those that were deleted or do not pass the \
            filter included, and holds 8 MiB at the most unless one record alone has more; so it may have fewer items than \
            `limit`, or none, while `next` goes on. A collection that is not there is empty.",
    headers: &[Ask::may(&IF_NONE_MATCH), Ask::may(&IF_MATCH)],
    query: Some(written_out::<Wanted>),
    answers: &[
        Answer {
            status: 200,
            about: "The page, with a tag of its own.",
            headers: &[&headers::ETAG],
            sometimes: &[],
            media: &[Media { kind: JSON, schema: of::<Page>, example: None }],
        },
        Answer {
            status: 304,
            about: "The page is what you have.",
            headers: &[&headers::ETAG],
            sometimes: &[],
            media: &[],
        },
    ],
    refusals: &[
        NAMES,
        &[problem::MALFORMED_QUERY, problem::MALFORMED_HEADER, problem::VERSION_CONFLICT, problem::NOT_IN_ORDER],
        STORE,
    ],
    ..PLAIN
};

const ADD: Operation = Operation {
    method: Method::POST,
    name: "addRecord",
    summary: "Create a record under an id that the server picks",
    about: "The same `POST` under the same `Idempotency-Key` makes one record.",
    headers: &[Ask::may(&AUTHOR), Ask::may(&NOTE), Ask::may(&IDEMPOTENCY_KEY), Ask::may(&PREFER)],
    body: Some(Body { needed: true, limit: |limits| limits.record, media: RECORD_MEDIA }),
    answers: &[Answer {
        status: 201,
        about: "It was created; `Prefer: return=minimal` leaves it out of the answer.",
        headers: &[
            &headers::LOCATION,
            &headers::ETAG,
            &headers::LAST_MODIFIED,
            &headers::UPDATED_AT,
            &headers::VERSION,
            &AUTHOR,
        ],
        sometimes: WRITTEN,
        media: RECORD_MEDIA,
    }],
    refusals: &[
        NAMES,
        &[problem::MALFORMED_HEADER, problem::GONE],
        &[problem::ALREADY_EXISTS, problem::INVALID_FIELDS, problem::KEY_REUSED],
        BODY,
        STORE,
    ],
    ..PLAIN
};
