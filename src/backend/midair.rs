//! What is read from midair's own server: the records, their histories, and the server itself; refuses to write anything.

use jiff::Timestamp;
use midair_record::Record;
use midair_record::pulse::Pulse;
use midair_record::wire::{Key, Stored, VersionLine};
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::fault::{Asks, Fault};
use super::{Backend, CONTRACT, CollectionLine, Hello, Page, Read};

#[derive(Deserialize)]
struct Health {
    service: String,
    contract: u64,
    #[serde(default)]
    version: String,
    #[serde(default)]
    store: String,
}

#[derive(Deserialize)]
struct Listed<T, Cursor> {
    items: Vec<T>,
    #[serde(default = "Option::default")]
    next: Option<Cursor>,
}

impl Backend {
    /// Asks the server who it is.
    ///
    /// # Errors
    /// [`Fault::NotMidair`] and [`Fault::OtherContract`] when it is somebody else, and as for every question
    /// [`Fault::Unreachable`].
    pub async fn hello(&self) -> Result<Hello, Fault> {
        self.greeting().await.map(|(hello, _)| hello)
    }

    /// As [`Backend::hello`], with what its clock says, where it says so.
    ///
    /// # Errors
    /// As [`Backend::hello`].
    pub async fn greeting(&self) -> Result<(Hello, Option<Timestamp>), Fault> {
        let answer = self.get(self.url(&["healthz"])).await?;
        let health: Health = match serde_json::from_slice(&answer.body) {
            Ok(health) if answer.status.is_success() => health,
            _ if matches!(answer.status.as_u16(), 401 | 403) => return Err(answer.fault(Asks::Read)),
            _ => return Err(answer.not_midair()),
        };
        match health {
            Health { service, .. } if service != "midair" => Err(answer.not_midair()),
            Health { contract, .. } if contract != CONTRACT => Err(Fault::OtherContract { found: contract }),
            Health { version, store, .. } => Ok((Hello { version, store }, answer.date())),
        }
    }

    /// Whether its store answers and can be written.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] with the reason where it cannot.
    pub async fn ready(&self) -> Result<(), Fault> {
        let answer = self.get(self.url(&["readyz"])).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.fault(Asks::Read)) }
    }

    /// The collections, in the order of their names.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn collections(&self) -> Result<Vec<CollectionLine>, Fault> {
        self.all::<_, String>(self.url(&["v1", "collections"])).await
    }

    /// The records of a collection that come after the cursor `after` and hold `filter`, at most `limit` of them.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn page(
        &self,
        collection: &str,
        after: Option<&str>,
        limit: u32,
        filter: Option<&str>,
    ) -> Result<Page, Fault> {
        self.found(self.pages(collection, after, limit, filter)).await
    }

    /// As [`Backend::page`], from the end of the collection towards its start: the records that come before the cursor
    /// `before`, the greatest id first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn page_from_end(
        &self,
        collection: &str,
        before: Option<&str>,
        limit: u32,
        filter: Option<&str>,
    ) -> Result<Page, Fault> {
        let mut url = self.pages(collection, before, limit, filter);
        url.query_pairs_mut().append_pair("sort", "-id");
        self.found(url).await
    }

    fn pages(&self, collection: &str, after: Option<&str>, limit: u32, filter: Option<&str>) -> reqwest::Url {
        let mut url = self.url(&["v1", "collections", collection, "records"]);
        url.query_pairs_mut()
            .append_pair("limit", &limit.to_string())
            .extend_pairs(after.map(|after| ("after", after)))
            .extend_pairs(filter.map(|filter| ("filter", filter)));
        url
    }

    /// What stands under a key now, byte for byte.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Broken`] for an answer without a strong entity tag.
    pub async fn read(&self, key: &Key) -> Result<Read, Fault> {
        let answer = self.get(self.record(key)).await?;
        match answer.status {
            StatusCode::OK => stored(&answer, key).map(Read::Stored),
            StatusCode::GONE => match answer.problem().deleted {
                Some(tombstone) => Ok(Read::Gone(tombstone)),
                None => Ok(Read::Missing),
            },
            StatusCode::NOT_FOUND if !answer.problem().code.is_empty() => Ok(Read::Missing),
            _ => Err(answer.fault(Asks::Read)),
        }
    }

    /// What a collection is defined as: its schema, with its merge rules. `None` where there is no such collection.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn definition(&self, collection: &str) -> Result<Option<Record>, Fault> {
        let answer = self.get(self.url(&["v1", "collections", collection])).await?;
        match answer.status {
            StatusCode::OK => Record::parse_bytes(&answer.body)
                .map(Some)
                .map_err(|fault| Fault::Broken(format!("the definition of {collection} is no record: {fault}"))),
            StatusCode::NOT_FOUND if !answer.problem().code.is_empty() => Ok(None),
            _ => Err(answer.fault(Asks::Read)),
        }
    }

    /// What the server tells of its last minutes.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] from a server that tells no numbers.
    pub async fn pulse(&self) -> Result<Pulse, Fault> {
        self.found(self.url(&["v1", "stats"])).await
    }

    /// The history of a record, oldest first. Empty when there never was such a record.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn history(&self, key: &Key) -> Result<Vec<VersionLine>, Fault> {
        match self.all::<VersionLine, u64>(self.versions(key)).await {
            Err(Fault::Refused { status: 404, .. }) => Ok(Vec::new()),
            lines => lines,
        }
    }

    /// One version of a record, whole.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] with status 404 for a version that is not kept, or that was a deletion.
    pub async fn version(&self, key: &Key, number: u64) -> Result<Stored, Fault> {
        let mut url = self.versions(key);
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(&number.to_string());
        }
        let answer = self.get(url).await?;
        match answer.status {
            StatusCode::OK => stored(&answer, key),
            _ => Err(answer.fault(Asks::Read)),
        }
    }

    pub(super) fn record(&self, key: &Key) -> reqwest::Url {
        self.url(&["v1", "collections", &key.collection, "records", &key.id])
    }

    pub(super) fn versions(&self, key: &Key) -> reqwest::Url {
        let mut url = self.record(key);
        if let Ok(mut path) = url.path_segments_mut() {
            path.push("versions");
        }
        url
    }

    async fn get(&self, url: reqwest::Url) -> Result<Answer, Fault> {
        self.exchange(Asks::Read, self.inner.client.get(url)).await
    }

    async fn found<T: DeserializeOwned>(&self, url: reqwest::Url) -> Result<T, Fault> {
        let answer = self.get(url).await?;
        match answer.status {
            StatusCode::OK => answer.json(),
            _ => Err(answer.fault(Asks::Read)),
        }
    }

    /// The items of one page of a list.
    pub(super) async fn listed<T: DeserializeOwned, Cursor: DeserializeOwned>(
        &self,
        url: reqwest::Url,
    ) -> Result<Vec<T>, Fault> {
        self.found::<Listed<T, Cursor>>(url).await.map(|page| page.items)
    }

    /// Every item of a list, over all its pages.
    async fn all<T: DeserializeOwned, Cursor: DeserializeOwned + ToString>(
        &self,
        url: reqwest::Url,
    ) -> Result<Vec<T>, Fault> {
        let mut listed: Listed<T, Cursor> = self.found(url.clone()).await?;
        let mut items = listed.items;
        while let Some(next) = listed.next {
            let mut url = url.clone();
            url.query_pairs_mut().append_pair("after", &next.to_string());
            listed = self.found(url).await?;
            items.append(&mut listed.items);
        }
        Ok(items)
    }
}

/// The version in the answer to a GET of a record.
fn stored(answer: &Answer, key: &Key) -> Result<Stored, Fault> {
    let Some(token) = answer.token()? else {
        return Err(Fault::Broken(format!(
            "the server gave no ETag for {key}; nothing can be saved safely until it is mended"
        )));
    };
    let fields = Record::parse_bytes(&answer.body)
        .map_err(|fault| Fault::Broken(format!("the server holds {key} as no record: {fault}")))?;
    answer.version_of(&key.id, token, fields)
}
