//! A page of a collection: some records in an order, those that a filter lets through, after a place. Looks at a bounded
//! part of the collection, however large that is.

use midair_record::Pointer;
use midair_record::wire::Stored;
use regex::bytes::{Regex, RegexBuilder};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row};

use super::order::{self, By, Cursor, MISSING, Order};
use super::{Store, StoreError, sorted, stored};

/// How many records are put in order for one page, where the collection does not declare the order.
pub const SORTED: u64 = 10_000;

/// How much work a page may be.
struct Bounds {
    /// How much is looked at, records that were deleted or do not pass the filter included.
    looked: Measure,
    /// How many bytes of records are on a page: no more, unless one alone has more.
    bytes: usize,
    /// As [`SORTED`].
    sorted: u64,
}

const BOUNDS: Bounds = Bounds { looked: Measure { records: 20_000, bytes: 64 << 20 }, bytes: 8 << 20, sorted: SORTED };

/// How many characters a filter has at the most.
pub const LONGEST_FILTER: usize = 1000;
/// After every id.
const LAST: &str = "\u{10ffff}";

#[derive(Clone, Copy, Default)]
struct Measure {
    records: u64,
    bytes: usize,
}

impl Measure {
    /// With one more record of so many bytes, if that stays within `most`. One record always does.
    fn with(self, bytes: usize, most: Measure) -> Option<Measure> {
        let more = Measure { records: self.records + 1, bytes: self.bytes + bytes };
        (more.records == 1 || more.records <= most.records && more.bytes <= most.bytes).then_some(more)
    }
}

/// Which records are wanted: those whose id or text holds something, whatever its case.
#[derive(Clone, Debug)]
pub struct Filter(Regex);

impl Filter {
    /// Those that hold `text`. `None` where that is too long to be looked for.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let short = text.chars().nth(LONGEST_FILTER).is_none();
        short.then(|| RegexBuilder::new(&regex::escape(text)).case_insensitive(true).build().ok().map(Filter))?
    }

    fn lets_through(&self, id: &str, text: &[u8]) -> bool {
        self.0.is_match(text) || self.0.is_match(id.as_bytes())
    }
}

/// Which records are wanted.
#[derive(Clone, Debug)]
pub struct PageWanted {
    /// The collection.
    pub collection: String,
    /// In which order.
    pub order: Order,
    /// Only records after this place.
    pub after: Option<Cursor>,
    /// How many at the most.
    pub limit: u32,
    /// Only those.
    pub filter: Option<Filter>,
}

/// Some records of a collection, in an order.
#[derive(Clone, Debug)]
pub struct Page {
    /// The records. Where the next page begins, there may be fewer than were wanted, or none.
    pub items: Vec<Stored>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
    /// How many there are on all pages together; with a filter only on the first page, and `None` where counting them
    /// would take too long.
    pub total: Option<u64>,
}

/// What came of the wish for a page.
#[derive(Clone, Debug)]
pub enum Listed {
    /// The page.
    Page(Page),
    /// The order is not declared, and the collection too large to be put in order for a page. So many records it has.
    NotInOrder(u64),
}

impl Store {
    /// A page of a collection. An unknown collection is empty.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub async fn page(&self, wanted: PageWanted) -> Result<Listed, StoreError> {
        self.reading(move |connection| page(connection, &wanted, &BOUNDS)).await
    }
}

/// The columns of a record, and of its place in the order.
macro_rules! columns {
    ($key:literal, $from:literal) => {
        concat!("SELECT r.id, version, token, at, by, note, text, ", $key, " FROM ", $from)
    };
}

fn page(connection: &Connection, wanted: &PageWanted, bounds: &Bounds) -> Result<Listed, StoreError> {
    let records: Option<u64> = connection
        .prepare_cached("SELECT records FROM collections WHERE name = ?1")?
        .query_row([&wanted.collection], |row| row.get(0))
        .optional()?;
    let records = records.unwrap_or_default();
    let mut page = Gathered::of(wanted, bounds);
    match &wanted.order.by {
        By::Id => by_id(connection, wanted, &mut page)?,
        By::Member(place) => match sorted::find(connection, &wanted.collection, place)? {
            Some(number) => by_index(connection, number, wanted, &mut page)?,
            None if records > bounds.sorted => return Ok(Listed::NotInOrder(records)),
            None => match in_order(connection, wanted, place, bounds)? {
                Some(order) => by_number(connection, order, wanted, &mut page)?,
                None => return Ok(Listed::NotInOrder(records)),
            },
        },
    }
    let total = match &wanted.filter {
        None => Some(records),
        Some(_) if wanted.after.is_some() || records > bounds.looked.records => None,
        Some(_) if !page.more => Some(page.items.len() as u64),
        Some(filter) => count(connection, &wanted.collection, filter, bounds)?,
    };
    Ok(Listed::Page(Page { next: page.more.then_some(page.last), items: page.items, total }))
}

/// How many records of a collection a filter lets through; `None` where that is too much to look at.
fn count(
    connection: &Connection,
    collection: &str,
    filter: &Filter,
    bounds: &Bounds,
) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT id, text FROM records WHERE collection = ?1 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([collection])?;
    let (mut looked, mut count) = (Measure::default(), 0);
    while let Some(row) = rows.next()? {
        let Some(more) = looked.with(text(row, 1)?.map_or(0, <[u8]>::len), bounds.looked) else { return Ok(None) };
        looked = more;
        count += u64::from(passes(Some(filter), row, 0, 1)?);
    }
    Ok(Some(count))
}

fn text<'r>(row: &'r Row, column: usize) -> Result<Option<&'r [u8]>, StoreError> {
    row.get_ref(column)?.as_bytes_or_null().map_err(|fault| StoreError::Fault(fault.to_string()))
}

/// Whether a record stands in a row, and passes.
fn passes(filter: Option<&Filter>, row: &Row, id: usize, column: usize) -> Result<bool, StoreError> {
    let Some(text) = text(row, column)? else { return Ok(false) };
    let id = text_of(row, id)?;
    Ok(filter.is_none_or(|filter| filter.lets_through(id, text)))
}

fn text_of<'r>(row: &'r Row, column: usize) -> Result<&'r str, StoreError> {
    row.get_ref(column)?.as_str().map_err(|fault| StoreError::Fault(fault.to_string()))
}

/// A page while it is made.
struct Gathered<'w> {
    wanted: &'w PageWanted,
    bounds: &'w Bounds,
    items: Vec<Stored>,
    bytes: usize,
    looked: Measure,
    /// The record that was looked at last.
    last: Cursor,
    /// Whether there may be more after it.
    more: bool,
}

impl<'w> Gathered<'w> {
    fn of(wanted: &'w PageWanted, bounds: &'w Bounds) -> Self {
        let (items, bytes, looked, last, more) = Default::default();
        Gathered { wanted, bounds, items, bytes, looked, last, more }
    }

    /// Looks at the next record in the order. Gives whether to go on.
    fn look(&mut self, row: &Row) -> Result<bool, StoreError> {
        let bytes = text(row, 6)?.map_or(0, <[u8]>::len);
        let Some(looked) = self.looked.with(bytes, self.bounds.looked) else {
            self.more = true;
            return Ok(false);
        };
        if passes(self.wanted.filter.as_ref(), row, 0, 6)? {
            let full = self.items.len() >= self.wanted.limit as usize;
            if full || !self.items.is_empty() && self.bytes + bytes > self.bounds.bytes {
                self.more = true;
                return Ok(false);
            }
            self.bytes += bytes;
            self.items.push(stored(row)?);
        }
        self.looked = looked;
        self.last.id.clear();
        self.last.id.push_str(text_of(row, 0)?);
        self.last.key.clear();
        self.last.key.extend(text(row, 7)?.unwrap_or_default());
        Ok(true)
    }

    /// Looks at what a statement finds, until the page is full. Gives whether to go on.
    fn look_through(&mut self, mut statement: CachedStatement, bounds: impl Params) -> Result<bool, StoreError> {
        let mut rows = statement.query(bounds)?;
        while let Some(row) = rows.next()? {
            if !self.look(row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn by_id(connection: &Connection, wanted: &PageWanted, page: &mut Gathered) -> Result<(), StoreError> {
    let sql = match wanted.order.descending {
        false => columns!("NULL", "records r WHERE collection = ?1 AND id > ?2 ORDER BY id"),
        true => columns!("NULL", "records r WHERE collection = ?1 AND id < ?2 ORDER BY id DESC"),
    };
    let start = if wanted.order.descending { LAST } else { "" };
    let start = wanted.after.as_ref().map_or(start, |after| &after.id);
    page.look_through(connection.prepare_cached(sql)?, (&wanted.collection, start))?;
    Ok(())
}

/// By an order that is kept. Records that have nothing at its place come last, in either direction.
fn by_index(connection: &Connection, number: i64, wanted: &PageWanted, page: &mut Gathered) -> Result<(), StoreError> {
    let after = wanted.after.as_ref().map(|after| (after.key.as_slice(), after.id.as_str()));
    if !wanted.order.descending {
        let sql = columns!(
            "o.key",
            "ordered o CROSS JOIN records r ON r.number = o.record
             WHERE in_order = ?1 AND (o.key, o.id) > (?2, ?3) ORDER BY o.key, o.id"
        );
        let (key, id) = after.unwrap_or_default();
        page.look_through(connection.prepare_cached(sql)?, (number, key, id))?;
        return Ok(());
    }
    let sql = columns!(
        "o.key",
        "ordered o CROSS JOIN records r ON r.number = o.record
         WHERE in_order = ?1 AND (o.key, o.id) < (?2, ?3) AND o.key >= ?4 ORDER BY o.key DESC, o.id DESC"
    );
    let among_missing = after.filter(|(key, _)| *key == MISSING);
    if among_missing.is_none() {
        let (key, id) = after.unwrap_or((MISSING, ""));
        if !page.look_through(connection.prepare_cached(sql)?, (number, key, id, [].as_slice()))? {
            return Ok(());
        }
    }
    let (key, id) = among_missing.unwrap_or((MISSING, LAST));
    page.look_through(connection.prepare_cached(sql)?, (number, key, id, MISSING))?;
    Ok(())
}

/// The places and numbers of all records that pass, put in order; `None` where that is too much to look at.
fn in_order(
    connection: &Connection,
    wanted: &PageWanted,
    place: &Pointer,
    bounds: &Bounds,
) -> Result<Option<Vec<(Cursor, i64)>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, number, text FROM records WHERE collection = ?1")?;
    let mut rows = statement.query([&wanted.collection])?;
    let (mut looked, mut found) = (Measure::default(), Vec::new());
    while let Some(row) = rows.next()? {
        let text = text(row, 2)?;
        let Some(more) = looked.with(text.map_or(0, <[u8]>::len), bounds.looked) else { return Ok(None) };
        looked = more;
        if passes(wanted.filter.as_ref(), row, 0, 2)? {
            let key = order::key(super::record(text_of(row, 2)?)?.fields(), place);
            found.push((Cursor { key, id: row.get(0)? }, row.get(1)?));
        }
    }
    found.sort_unstable_by(|(a, _), (b, _)| wanted.order.compare(a, b));
    Ok(Some(found))
}

fn by_number(
    connection: &Connection,
    order: Vec<(Cursor, i64)>,
    wanted: &PageWanted,
    page: &mut Gathered,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(columns!("?2", "records r WHERE number = ?1"))?;
    let is_before = |at: &Cursor| wanted.after.as_ref().is_some_and(|after| wanted.order.compare(at, after).is_le());
    for (at, number) in order.into_iter().skip_while(|(at, _)| is_before(at)) {
        let mut rows = statement.query((number, at.key))?;
        if let Some(row) = rows.next()?
            && !page.look(row)?
        {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use midair_record::Record;
    use midair_record::wire::Key;
    use proptest::prelude::*;

    use super::super::{BulkItem, Definition, Expect, Hand, Removal, Tags, Write};
    use super::*;

    const TIGHT: Bounds = Bounds { looked: Measure { records: 7, bytes: 400 }, bytes: 60, sorted: 0 };
    const ROOMY: Bounds = Bounds { looked: Measure { records: 1_000, bytes: 1 << 20 }, sorted: 1_000, ..TIGHT };
    const ANY: Expect = Expect { matches: Some(Tags::Any), none_match: None };

    async fn define(store: &Store, text: &str, expect: Expect) {
        let definition = Record::parse(text).unwrap();
        store.define(Definition { name: "c".into(), definition, by: String::new() }, expect).await.unwrap();
    }

    /// Records by their ids: what stands there, or that nothing does any more.
    type Deeds = Vec<(String, Option<String>)>;

    async fn write(store: &Store, model: &mut BTreeMap<String, String>, deeds: Deeds) {
        let mut items = Vec::new();
        for (id, text) in deeds {
            let (key, hand) = (Key::new("c", &id).unwrap(), Hand::default());
            items.push(match &text {
                Some(text) => {
                    let record = Record::parse(text).unwrap();
                    BulkItem::Put(Write { key, record, expect: Expect::default(), hand })
                }
                None => BulkItem::Delete(Removal { key, expect: ANY, hand }),
            });
            match text {
                Some(text) => drop(model.insert(id, text)),
                None => drop(model.remove(&id)),
            }
        }
        store.bulk(items, false).await.unwrap();
    }

    /// What all pages hold together, each held against its bounds.
    async fn all(store: &Store, wanted: &PageWanted, bounds: &'static Bounds, counted: usize) -> Vec<String> {
        let (mut ids, mut wanted) = (Vec::new(), wanted.clone());
        loop {
            let asked = wanted.clone();
            let listed = store.reading(move |connection| page(connection, &asked, bounds)).await.unwrap();
            let Listed::Page(page) = listed else { panic!("{:?} is not kept", wanted.order) };
            let bytes: usize = page.items.iter().map(|item| item.fields.text().len()).sum();
            assert!(page.items.len() <= (wanted.limit as usize).min(bounds.looked.records as usize));
            assert!(page.items.len() <= 1 || bytes <= bounds.bytes, "{} records of {bytes} bytes", page.items.len());
            assert!(page.total.map_or(wanted.filter.is_some(), |total| total == counted as u64), "{:?}", page.total);
            ids.extend(page.items.into_iter().map(|item| item.id));
            let Some(next) = page.next else { return ids };
            wanted.after = wanted.order.place(&wanted.order.cursor(&next));
            assert_eq!(wanted.after, Some(next));
        }
    }

    async fn holds(
        store: &Store,
        model: &BTreeMap<String, String>,
        (sorts, limit, filter): (&[&str], u32, &str),
        bounds: &'static Bounds,
    ) -> Result<(), TestCaseError> {
        for sort in sorts {
            let (descending, name) = sort.strip_prefix('-').map_or((false, *sort), |name| (true, name));
            let by = Pointer::parse(name).map_or(By::Id, By::Member);
            let order = Order { by, descending };
            let place = |id: &str, text: &str| {
                let key = match &order.by {
                    By::Id => Vec::new(),
                    By::Member(at) => order::key(Record::parse(text).unwrap().fields(), at),
                };
                Cursor { key, id: id.to_owned() }
            };
            let mut expected: Vec<Cursor> = model
                .iter()
                .filter(|(id, text)| [id, text].iter().any(|text| text.to_lowercase().contains(filter)))
                .map(|(id, text)| place(id, text))
                .collect();
            expected.sort_by(|a, b| order.compare(a, b));
            let expected: Vec<String> = expected.into_iter().map(|place| place.id).collect();
            let filter = (!filter.is_empty()).then(|| Filter::of(filter).unwrap());
            let wanted = PageWanted { collection: "c".into(), order, after: None, limit, filter };
            prop_assert_eq!(all(store, &wanted, bounds, expected.len()).await, expected, "{}", sort);
        }
        Ok(())
    }

    fn deeds() -> impl Strategy<Value = Deeds> {
        let value = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("[1]".to_owned()),
            (-20..20_i32).prop_map(|n| n.to_string()),
            (0..9_u8).prop_map(|n| format!("{n}.50")),
            "[a-cX-ZÉé]{0,3}".prop_map(|text| format!("\"{text}\"")),
        ];
        let record = prop_oneof![
            value.clone().prop_map(|a| format!(r#"{{"a":{a}}}"#)),
            (value.clone(), value).prop_map(|(a, b)| format!(r#"{{"o":{{"b":{b}}},"a":{a}}}"#)),
            Just(r#"{"x":"neither"}"#.to_owned()),
        ];
        prop::collection::vec(("[Rr][0-9]{1,2}", prop::option::weighted(0.8, record)), 0..60)
    }

    const IDS: &[&str] = &["id", "-id"];
    const MEMBERS: &[&str] = &["/a", "-/a", "/o/b", "-/o/b"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]

        /// All pages together hold each record once, in order, whatever was written before the order was declared, while
        /// it was, and after; and none is more than it may be.
        #[test]
        fn pages_hold_every_record_once_in_order(
            before in deeds(), after in deeds(), limit in 1..9_u32, filter in "|x|é|1|r",
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let folder = tempfile::tempdir().unwrap();
                let store = Store::open(&folder.path().join("midair.db")).unwrap();
                define(&store, r#"{"preconditions":"optional"}"#, Expect::absent()).await;
                let mut model = BTreeMap::new();
                write(&store, &mut model, before).await;
                holds(&store, &model, (IDS, limit, &filter), &TIGHT).await?;
                holds(&store, &model, (MEMBERS, limit, &filter), &ROOMY).await?;
                define(&store, r#"{"preconditions":"optional","indexes":["/a","/o/b"]}"#, ANY).await;
                holds(&store, &model, (MEMBERS, limit, &filter), &TIGHT).await?;
                write(&store, &mut model, after).await;
                holds(&store, &model, (MEMBERS, limit, &filter), &TIGHT).await?;
                let stale = |connection: &Connection| {
                    Ok(connection.query_row("SELECT count(*) FROM ordered", [], |row| row.get::<_, usize>(0))?)
                };
                prop_assert_eq!(store.reading(stale).await.unwrap(), 2 * model.len());
                define(&store, r#"{"preconditions":"optional","indexes":["/a"]}"#, ANY).await;
                prop_assert_eq!(store.reading(stale).await.unwrap(), model.len());
                holds(&store, &model, (MEMBERS, limit, &filter), &ROOMY).await
            })?;
        }
    }

    #[test]
    fn a_filter_finds_what_it_says_in_any_case_and_nothing_else() {
        let passes = |filter: &str, text: &str| Filter::of(filter).unwrap().lets_through("Prj_1", text.as_bytes());
        for (filter, text, found) in [
            ("MOON", r#"{"name":"moon"}"#, true),
            ("É", r#"{"name":"é"}"#, true),
            (".*", "{}", false),
            ("50%", r#"{"a":"50% b"}"#, true),
            ("pRJ_", "{}", true),
            ("prjx1", "{}", false),
        ] {
            assert_eq!(passes(filter, text), found, "{filter}");
        }
        assert!(Filter::of(&"é".repeat(LONGEST_FILTER)).is_some());
        assert!(Filter::of(&"a".repeat(LONGEST_FILTER + 1)).is_none());
    }
}
