//! Writes the contract down as an OpenAPI 3.1 document; says nothing that the tables do not.

use std::collections::BTreeMap;

use axum::http::Method;
use midair_record::wire::{COLLECTION, COLLECTION_LENGTH, ID, ID_LENGTH};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::problems;
use super::{Answer, Ask, Body, Header, Media, Operation, Resource, headers, headers::written, of};
use crate::problem::{self, Code};
use crate::routes;
use crate::serve::Limits;

/// What the document says before it comes to the paths.
const ABOUT: &str = include_str!("about.md");

/// The document that describes `resources` under these limits.
pub(crate) fn document(resources: &[&Resource], limits: &Limits) -> Value {
    let mut writer = Writer {
        limits,
        sent: SchemaSettings::draft2020_12()
            .with(|settings| settings.definitions_path = SCHEMAS.into())
            .into_generator(),
        told: SchemaSettings::draft2020_12()
            .with(|settings| settings.definitions_path = SCHEMAS.into())
            .for_serialize()
            .into_generator(),
        parameters: Map::new(),
        headers: Map::new(),
    };
    let mut paths = Map::new();
    let mut groups: Vec<Value> = Vec::new();
    for resource in resources {
        let group = json!({ "name": resource.group.name, "description": resource.group.about });
        if !groups.contains(&group) {
            groups.push(group);
        }
        paths.insert(resource.path.to_owned(), writer.path(resource));
    }
    let mut schemas = writer.sent.take_definitions(true);
    schemas.append(&mut writer.told.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "midair",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A versioned store of JSON records that refuses every write which has not seen what it replaces.",
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": groups,
        "paths": paths,
        "components": { "schemas": schemas, "parameters": writer.parameters, "headers": writer.headers },
    })
}

const SCHEMAS: &str = "/components/schemas";

struct Writer<'d> {
    limits: &'d Limits,
    /// Gives the schemas of what the server reads.
    sent: SchemaGenerator,
    /// Gives the schemas of what the server writes.
    told: SchemaGenerator,
    parameters: Map<String, Value>,
    headers: Map<String, Value>,
}

impl Writer<'_> {
    fn path(&mut self, resource: &Resource) -> Value {
        let mut item = Map::new();
        let names = names(resource.path);
        if !names.is_empty() {
            item.insert("parameters".to_owned(), names.iter().map(|name| path_parameter(name)).collect());
        }
        for operation in resource.operations {
            let mut written = self.operation(resource, operation);
            if operation.method == Method::GET {
                item.insert("head".to_owned(), as_head(&written));
            }
            written["description"] = operation.about.into();
            item.insert(operation.method.as_str().to_ascii_lowercase(), written);
        }
        item.into()
    }

    fn operation(&mut self, resource: &Resource, operation: &Operation) -> Value {
        let mut parameters: Vec<Value> = operation.query.map(|query| self.query(query)).unwrap_or_default();
        parameters.extend(operation.headers.iter().map(|ask| self.ask(ask)));
        if self.limits.test_hooks {
            parameters.push(self.ask(&Ask::may(&routes::ASKED)));
        }
        let mut answers: BTreeMap<String, Value> = BTreeMap::new();
        for answer in operation.answers {
            let mut told = self.answer(answer);
            let tagged = answer.headers.iter().any(|header| std::ptr::eq(*header, &raw const headers::ETAG));
            let links = links(resource);
            if tagged && !links.is_empty() {
                told["links"] = links.into();
            }
            answers.insert(answer.status.to_string(), told);
        }
        let mut refusals: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        let hooked: &[Code] = if self.limits.test_hooks { routes::REFUSED } else { &[] };
        for code in operation.refusals.iter().copied().flatten().chain(hooked) {
            let codes = refusals.entry(code.status).or_default();
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        for (status, codes) in refusals {
            answers.insert(status.to_string(), self.refusal(status, &codes));
        }
        let mut everywhere = vec![self.header(&headers::REQUEST_ID, true), self.header(&headers::TRACEPARENT, false)];
        if self.limits.test_hooks {
            everywhere.push(self.header(&routes::DONE, false));
        }
        for answer in answers.values_mut() {
            for (name, header) in &everywhere {
                answer["headers"][name.as_str()] = header.clone();
            }
        }
        let mut written = json!({
            "operationId": operation.name,
            "summary": operation.summary,
            "tags": [resource.group.name],
            "parameters": parameters,
            "responses": answers,
        });
        if let Some(body) = &operation.body {
            written["requestBody"] = self.body(body);
        }
        written
    }

    /// The members of the type that the query is read into, each a parameter.
    fn query(&mut self, query: super::SchemaOf) -> Vec<Value> {
        let schema = query(&mut self.sent).to_value();
        let needed = schema["required"].as_array().cloned().unwrap_or_default();
        let members = schema["properties"].as_object().cloned().unwrap_or_default();
        let parameter = |(name, mut schema): (String, Value)| {
            let about = schema.as_object_mut().and_then(|schema| schema.remove("description")).unwrap_or_default();
            // Absent is absent in a query: there is no null.
            if let Some(kinds) = schema["type"].as_array() {
                schema["type"] = kinds.iter().find(|kind| *kind != "null").cloned().unwrap_or_default();
            }
            let required = needed.contains(&Value::from(name.as_str()));
            json!({ "name": name, "in": "query", "required": required, "description": about, "schema": schema })
        };
        members.into_iter().map(parameter).collect()
    }

    fn ask(&mut self, ask: &Ask) -> Value {
        let name = written(&ask.header.name);
        let mut parameter = json!({
            "name": name, "in": "header", "required": ask.needed, "description": ask.header.about,
            "schema": (ask.header.schema)(),
        });
        if ask.needed {
            parameter["schema"]["minLength"] = 1.into();
        }
        if let Some(example) = ask.example {
            parameter["example"] = example.into();
            return parameter;
        }
        self.parameters.insert(name.clone(), parameter);
        json!({ "$ref": format!("#/components/parameters/{name}") })
    }

    fn body(&mut self, body: &Body) -> Value {
        json!({
            "description": format!("At most {} bytes.", (body.limit)(self.limits)),
            "required": body.needed,
            "content": content(body.media, &mut self.sent),
        })
    }

    fn answer(&mut self, answer: &Answer) -> Value {
        let mut told = json!({ "description": answer.about });
        let always = answer.headers.iter().map(|header| (*header, true));
        let headers = always.chain(answer.sometimes.iter().map(|header| (*header, false)));
        let headers: Map<String, Value> = headers.map(|(header, always)| self.header(header, always)).collect();
        if !headers.is_empty() {
            told["headers"] = headers.into();
        }
        if !answer.media.is_empty() {
            told["content"] = content(answer.media, &mut self.told);
        }
        told
    }

    fn header(&mut self, header: &Header, always: bool) -> (String, Value) {
        let name = written(&header.name);
        let told = json!({ "description": header.about, "required": always, "schema": (header.schema)() });
        let key = if always { name.clone() } else { format!("{name}-sometimes") };
        let reference = json!({ "$ref": format!("#/components/headers/{key}") });
        self.headers.insert(key, told);
        (name, reference)
    }

    fn refusal(&mut self, status: u16, codes: &[Code]) -> Value {
        let about: Vec<String> = codes.iter().map(|code| format!("`{}`: {}.", code.name, code.title)).collect();
        let names: Vec<&str> = codes.iter().map(|code| code.name).collect();
        let problem = of::<problems::Problem>(&mut self.told);
        let narrowed = json!({ "status": { "const": status }, "code": { "enum": names } });
        let mut told = vec![self.header(&headers::CACHE_CONTROL, true)];
        told.extend(match status {
            412 => Some(self.header(&headers::ETAG, false)),
            415 => Some(self.header(&headers::ACCEPT_PATCH, false)),
            503 => Some(self.header(&headers::RETRY_AFTER, true)),
            _ => None,
        });
        json!({
            "description": about.join(" "),
            "headers": told.into_iter().collect::<Map<_, _>>(),
            "content": { problem::MEDIA_TYPE: { "schema": { "allOf": [problem], "properties": narrowed } } },
        })
    }
}

fn content(media: &[Media], generator: &mut SchemaGenerator) -> Value {
    let written = |one: &Media| {
        let mut content = json!({ "schema": (one.schema)(generator) });
        if let Some(example) = one.example {
            content["example"] = serde_json::from_str(example).unwrap_or_else(|_| example.into());
        }
        (one.kind.to_owned(), content)
    };
    media.iter().map(written).collect::<Map<_, _>>().into()
}

/// What `HEAD` does where `GET` does this.
fn as_head(get: &Value) -> Value {
    let mut head = get.clone();
    let name = get["operationId"].as_str().unwrap_or_default();
    head["operationId"] = format!("{name}Head").into();
    head["summary"] = format!("{}: the headers alone", get["summary"].as_str().unwrap_or_default()).into();
    for answer in head["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(answer) = answer.as_object_mut() {
            answer.remove("content");
        }
    }
    head
}

/// The names in braces.
fn names(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|step| step.strip_prefix('{')?.strip_suffix('}')).collect()
}

/// What stands for a name in a path.
fn path_parameter(name: &str) -> Value {
    let (about, example, schema) = match name {
        "collection" => (
            "The name of a collection.",
            json!("projects"),
            json!({ "type": "string", "pattern": COLLECTION, "minLength": 1, "maxLength": COLLECTION_LENGTH }),
        ),
        "id" => (
            "The id of a record.",
            json!("moon"),
            json!({ "type": "string", "pattern": ID, "minLength": 1, "maxLength": ID_LENGTH }),
        ),
        _ => ("A version.", json!(1), json!({ "type": "integer", "minimum": 1, "maximum": u64::MAX })),
    };
    json!({ "name": name, "in": "path", "required": true, "description": about, "example": example, "schema": schema })
}

/// What can be done with the token that an answer carries: every operation on the same path that takes one.
fn links(resource: &Resource) -> Map<String, Value> {
    let takes = |operation: &&Operation| {
        operation.method != Method::GET
            && operation.headers.iter().any(|ask| std::ptr::eq(ask.header, &raw const headers::IF_MATCH))
    };
    let link = |operation: &Operation| {
        let mut parameters: Map<String, Value> = names(resource.path)
            .into_iter()
            .map(|name| (format!("path.{name}"), format!("$request.path.{name}").into()))
            .collect();
        parameters.insert("header.If-Match".to_owned(), "$response.header.ETag".into());
        (operation.name.to_owned(), json!({ "operationId": operation.name, "parameters": parameters }))
    };
    resource.operations.iter().filter(takes).map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::CODES;
    use crate::routes;

    fn written() -> Value {
        routes::document(&Limits::default())
    }

    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = written();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50);
        for reference in found {
            let place = document.pointer(reference.trim_start_matches('#'));
            assert!(place.is_some_and(Value::is_object), "{reference}");
        }
    }

    #[test]
    fn every_code_is_in_the_document_and_every_operation_has_a_name_of_its_own() {
        let document = written();
        let told: Vec<&str> = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(told, CODES.iter().map(|code| code.name).collect::<Vec<_>>());
        let methods = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap());
        let mut names: Vec<&str> = methods.filter_map(|(_, operation)| operation["operationId"].as_str()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), names.contains(&"")), (all, false));
    }

    #[test]
    fn every_code_is_told_of_some_operation() {
        let document = written();
        let everywhere = document["paths"].to_string();
        // The first is told where no operation is; the second stands inside the answer of a bulk request; the others
        // are told to those who send Midair-Test.
        let hooks = [problem::TEST_HOOKS_OFF, problem::TEST_HOOK_FAILED];
        let elsewhere = [problem::METHOD_NOT_ALLOWED, problem::NOT_WRITTEN, hooks[0], hooks[1]];
        for code in CODES.iter().filter(|code| !elsewhere.contains(code)) {
            assert!(everywhere.contains(&format!("`{}`", code.name)), "{}", code.name);
        }
    }

    #[test]
    fn what_is_sent_and_what_is_told_never_share_a_name_for_two_schemas() {
        let mut sent = SchemaSettings::draft2020_12().into_generator();
        let mut told = SchemaSettings::draft2020_12().for_serialize().into_generator();
        for operation in routes::resources().iter().flat_map(|resource| resource.operations) {
            operation.query.iter().for_each(|query| drop(query(&mut sent)));
            operation.body.iter().flat_map(|body| body.media).for_each(|media| drop((media.schema)(&mut sent)));
            operation.answers.iter().flat_map(|answer| answer.media).for_each(|media| drop((media.schema)(&mut told)));
        }
        for (name, schema) in sent.definitions() {
            assert!(told.definitions().get(name).is_none_or(|other| other == schema), "{name}");
        }
    }
}
