//! A page of records: which ones, in which order, and what of them, read from the query and told.

use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use midair_record::wire::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::query;
use super::members::{self, Members, SORT, place};
use super::{insert, json_text, malformed};
use crate::precondition::{Conditions, ReadVerdict};
use crate::problem::{self, Problem};
use crate::serve::Desk;
use crate::store::{By, CURSOR, Filter, LONGEST_FILTER, Listed, Order, PageWanted, SORTED};

/// How many records a page has where no limit is named, and at the most.
const PAGE: (u32, u32) = (50, 1000);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Wanted {
    /// How many records at the most.
    #[schemars(range(min = 1, max = PAGE.1), extend("default" = PAGE.0))]
    limit: Option<u32>,
    /// Only records that come after this: what the page before gave as `next`, in the same order. In the order of ids,
    /// either way, it is an id.
    #[schemars(regex(pattern = CURSOR))]
    after: Option<String>,
    /// Only records whose id or text holds this, whatever its case.
    #[schemars(length(max = LONGEST_FILTER))]
    filter: Option<String>,
    /// By what they are in order: `id`, a member by its name, or a place by its JSON Pointer; with `-` before it the
    /// greatest comes first. `null` comes before `false`, `true`, numbers by value, texts by their characters, lists and
    /// objects; of texts the first 256 bytes count, of numbers the first 256 digits. What is the same goes by id. Records
    /// without the member come last, in either direction. A member whose name begins with `-` or `/`, or is `id`, is named
    /// by its pointer. Above 10,000 records, the definition of the collection has to declare the place in `indexes`.
    #[schemars(regex(pattern = SORT), extend("default" = "id", "examples" = ["name", "-/address/city"]))]
    sort: Option<String>,
    /// Only these members of each record, with commas between, by their names or JSON Pointers; all, where it is left out.
    /// They come in the record's own order, without its white space. A list is told whole. What has a comma in it, or begins
    /// with a double quote, stands in double quotes, and a double quote in these is written twice.
    #[schemars(regex(pattern = members::fields()), extend("examples" = ["name,/address/city", "\"last, first\",quota"]))]
    fields: Option<String>,
}

/// A page of records.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct Page {
    /// In the order that was asked for. May be fewer than `limit`, or none, while `next` goes on.
    items: Vec<Stored>,
    /// After what the next page begins: an id in the order of ids, else a word that is good for this order alone; `null` on
    /// the last page.
    next: Option<String>,
    /// How many there are on all pages together. With a filter it is told on the first page alone, and left out where too
    /// much would have to be looked at: in collections of more than 20,000 records.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// Reads `sort`. `None` for what is none.
pub(super) fn order(sort: &str) -> Option<Order> {
    let (descending, name) = sort.strip_prefix('-').map_or((false, sort), |name| (true, name));
    let by = match name {
        "id" => By::Id,
        name if name.starts_with('-') => return None,
        name => By::Member(place(name)?),
    };
    Some(Order { by, descending })
}

pub(super) async fn page(
    desk: &Desk,
    collection: String,
    headers: &HeaderMap,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let cannot = |detail: String| Problem::new(problem::MALFORMED_QUERY, detail);
    let Wanted { limit, after, filter, sort, fields } = wanted;
    let limit = limit.unwrap_or(PAGE.0);
    if !(1..=PAGE.1).contains(&limit) {
        return Err(query::out_of_range::<Wanted>("limit", limit));
    }
    let sort = sort.as_deref().unwrap_or("id");
    let order = order(sort).ok_or_else(|| {
        cannot(format!(
            "sort is id, the name of a member or a JSON Pointer, with - before it for descending; not {sort:?}."
        ))
    })?;
    let after = after.map(|after| {
        let foreign = || {
            format!("after is not what a page in the order {sort:?} gave as next: {after:?}. Begin again without it.")
        };
        order.place(&after).ok_or_else(|| cannot(foreign()))
    });
    let after = after.transpose()?;
    let members = fields.as_deref().map(Members::parse).transpose().map_err(|bad| {
        cannot(format!(
            "fields are names of members or JSON Pointers with commas between, those with a comma in double quotes; {bad:?} \
             is neither."
        ))
    })?;
    let filter = filter.filter(|filter| !filter.is_empty()).map(|filter| {
        Filter::of(&filter).ok_or_else(|| cannot(format!("filter has {LONGEST_FILTER} characters at the most.")))
    });
    let filter = filter.transpose()?;
    let conditions = Conditions::read(headers).map_err(malformed)?;
    let wanted = PageWanted { collection: collection.clone(), order: order.clone(), after, limit, filter };
    let mut page = match desk.store.page(wanted).await? {
        Listed::Page(page) => page,
        Listed::NotInOrder(records) => return Err(not_in_order(&collection, &order, records)),
    };
    if let Some(members) = members {
        page.items.iter_mut().for_each(|item| item.fields = members.of(&item.fields));
    }
    let next = page.next.map(|next| order.cursor(&next));
    let text = serde_json::to_string(&Page { items: page.items, next, total: page.total }).unwrap_or_default();
    let tag = tag(&text);
    let mut response = match conditions.judge_read(&tag, None) {
        ReadVerdict::Whole => json_text(text),
        ReadVerdict::NotModified => StatusCode::NOT_MODIFIED.into_response(),
        ReadVerdict::Failed => {
            return Err(Problem::new(problem::VERSION_CONFLICT, "The page changed after you read it."));
        }
    };
    insert(&mut response, ETAG, &tag);
    Ok(response)
}

fn not_in_order(collection: &str, order: &Order, records: u64) -> Problem {
    let place = match &order.by {
        By::Member(place) => place.to_string(),
        By::Id => String::new(),
    };
    let index = serde_json::to_string(&[place]).unwrap_or_default();
    let detail = format!(
        "{collection}, of {records} records, is too large to be put in an order that it does not declare: that is done with \
         {SORTED} records and 64 MiB at the most. PUT /v1/collections/{collection} with \"indexes\": {index} in its definition has it kept in this order."
    );
    Problem::new(problem::NOT_IN_ORDER, detail)
}

fn tag(text: &str) -> String {
    use sha2::Digest;
    let hash = sha2::Sha256::digest(text.as_bytes());
    let hex: String = hash.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    format!("\"p-{hex}\"")
}
