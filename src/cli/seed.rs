//! The sample collections that a new database begins with, with records and what they are asked to be; refuses to touch a record that is there.

use midair_record::Record;
use serde::Deserialize;

use crate::backend::{Backend, Creation, Fault, Together};

const AUTHOR: &str = "midair";
const NOTE: &str = "sample record";

/// The name of a collection, what it asks of its records, the records. What the others ask is left to whoever tries it.
const SAMPLES: [(&str, Option<&str>, &str); 3] = [
    ("hotels", Some(include_str!("seed/hotels.definition.json")), include_str!("seed/hotels.json")),
    ("products", None, include_str!("seed/products.json")),
    ("projects", None, include_str!("seed/projects.json")),
];

#[derive(Deserialize)]
struct Sample {
    id: String,
    fields: Record,
}

/// Creates the sample records on the server at `url`.
pub async fn sow(url: &str) -> Result<(), Fault> {
    let backend = Backend::connect(url, AUTHOR).map_err(|fault| Fault::Broken(fault.to_string()))?;
    for (collection, definition, text) in SAMPLES {
        if let Some(Ok(definition)) = definition.map(|text| Record::parse(text.trim())) {
            backend.define(collection, &definition).await?;
        }
        backend.create(collection, &creations(text), Some(NOTE), Together::AllOrNone).await?;
    }
    Ok(())
}

/// The records in a sample file, without the white space that makes the file readable.
fn creations(text: &str) -> Vec<Creation> {
    let samples: Vec<Sample> = serde_json::from_str(text).unwrap_or_default();
    let creation = |sample: Sample| Creation { id: sample.id, fields: Record::of(sample.fields.fields().clone()) };
    samples.into_iter().map(creation).collect()
}

#[cfg(test)]
mod tests {
    use midair_record::schema::Schema;
    use midair_record::wire::{check_collection, check_id};

    use super::*;

    #[test]
    fn every_sample_is_a_record_under_a_good_name() {
        for (collection, definition, text) in SAMPLES {
            let definition = Record::parse(definition.unwrap_or(r#"{"schema":{}}"#).trim()).expect(collection);
            let schema = Schema::parse(&definition.fields()["schema"]).expect(collection);
            check_collection(collection).expect(collection);
            let creations = creations(text);
            assert!(creations.len() >= 12, "{collection} holds {}", creations.len());
            for creation in &creations {
                check_id(&creation.id).expect(collection);
                assert!(creation.fields.fields().len() > 5, "{collection}/{}", creation.id);
                assert_eq!(schema.faults(creation.fields.fields()), [], "{collection}/{}", creation.id);
            }
        }
    }

    #[test]
    fn a_rating_of_four_stays_4_0() {
        let (_, _, hotels) = SAMPLES[0];
        assert!(creations(hotels).iter().any(|hotel| hotel.fields.text().contains("\"rating\":4.0,")));
    }
}
