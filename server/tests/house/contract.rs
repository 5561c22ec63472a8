//! Holds every answer that a test gets against what the server's own contract says of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::Answer;

/// Headers that say how an answer travels, not what it is.
const OF_THE_WIRE: [&str; 6] = ["content-type", "content-length", "date", "transfer-encoding", "connection", "allow"];

/// `/openapi.json`, read.
pub struct Contract {
    pub document: Value,
    /// The schemas that were asked for, by their text: compiling one takes longer than a request.
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
    /// How many answers of each kind were held against it.
    held: Mutex<HashMap<(String, String, u16), usize>>,
}

/// How many answers of one kind are looked at; tests that race make half a million.
const ENOUGH: usize = 100;

impl Contract {
    pub fn read(document: &str) -> Contract {
        Contract {
            document: serde_json::from_str(document).unwrap(),
            compiled: Mutex::default(),
            held: Mutex::default(),
        }
    }

    /// The path of the contract that `path` is one of, with what can be done there.
    fn resource(&self, path: &str) -> Option<(&String, &Map<String, Value>)> {
        let path = path.split('?').next().unwrap();
        let fits = |pattern: &str| {
            let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
            pattern.len() == path.len()
                && pattern.iter().zip(&path).all(|(a, b)| a == b || a.starts_with('{') && !b.is_empty())
        };
        let (pattern, item) = self.document["paths"].as_object().unwrap().iter().find(|(pattern, _)| fits(pattern))?;
        Some((pattern, item.as_object().unwrap()))
    }

    /// The methods that the contract tells of a path, as `Allow` lists them.
    pub fn methods(item: &Map<String, Value>) -> Vec<String> {
        let mut methods: Vec<String> =
            item.keys().filter(|name| *name != "parameters").map(|name| name.to_ascii_uppercase()).collect();
        methods.sort_unstable();
        methods
    }

    fn resolved<'c>(&'c self, value: &'c Value) -> &'c Value {
        let reference = value["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
        reference.map_or(value, |place| self.document.pointer(place).unwrap())
    }

    fn fits(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let compile = || {
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            Arc::new(jsonschema::validator_for(&whole).unwrap())
        };
        let validator = self.compiled.lock().unwrap().entry(schema.to_string()).or_insert_with(compile).clone();
        validator.validate(value).map_err(|fault| format!("{fault} at {}", fault.instance_path()))
    }

    /// Panics unless the answer is one that the contract tells of: its status, its headers, its body.
    pub fn holds(&self, method: &str, path: &str, answer: &Answer) {
        let found = self.resource(path);
        let kind = (method.to_owned(), found.map_or(path, |(pattern, _)| pattern).to_owned(), answer.status);
        let held = self.held.lock().unwrap().entry(kind).and_modify(|held| *held += 1).or_insert(1).to_owned();
        if held > ENOUGH {
            return;
        }
        let at = format!("{method} {path} answered {} {}", answer.status, answer.text);
        // What is not taken, the contract does not tell of.
        if answer.code() == "test_hooks_off" {
            return;
        }
        let Some((_, item)) = found else {
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{at}");
            return;
        };
        let Some((_, operation)) = item.iter().find(|(name, _)| name.to_ascii_uppercase() == method) else {
            let mut allowed: Vec<&str> = answer.header("allow").split(", ").collect();
            allowed.sort_unstable();
            assert_eq!(allowed, Contract::methods(item), "{at}");
            assert_eq!(answer.status, if method == "OPTIONS" { 204 } else { 405 }, "{at}");
            return;
        };
        let told = &operation["responses"][answer.status.to_string()];
        assert!(told.is_object(), "{at}, of which the contract says nothing");
        self.headers_hold(told, answer, &at);
        self.body_holds(told, answer, &at);
    }

    fn headers_hold(&self, told: &Value, answer: &Answer, at: &str) {
        let empty = Map::new();
        let headers = told["headers"].as_object().unwrap_or(&empty);
        for name in answer.headers.keys().filter(|name| !OF_THE_WIRE.contains(&name.as_str())) {
            let known = headers.keys().any(|told| told.eq_ignore_ascii_case(name.as_str()));
            assert!(known, "{at} with {name}, of which the contract says nothing");
        }
        for (name, header) in headers {
            let header = self.resolved(header);
            let Some(value) = answer.headers.get(name.as_str()) else {
                assert_ne!(header["required"], true, "{at} without {name}");
                continue;
            };
            let text = value.to_str().unwrap();
            let value = match header["schema"]["type"].as_str() {
                Some("integer") => text.parse::<u64>().unwrap().into(),
                _ => Value::from(text),
            };
            self.fits(&header["schema"], &value).unwrap_or_else(|fault| panic!("{at} with {name}: {fault}"));
        }
    }

    fn body_holds(&self, told: &Value, answer: &Answer, at: &str) {
        if answer.text.is_empty() {
            return;
        }
        let content = &told["content"][answer.header("content-type")];
        assert!(content.is_object(), "{at} as {}, of which the contract says nothing", answer.header("content-type"));
        if !answer.header("content-type").contains("json") {
            return;
        }
        if answer.header("content-type").contains("ndjson") {
            let result = json!({ "$ref": "#/components/schemas/BulkResult" });
            for line in answer.text.lines() {
                let line = serde_json::from_str(line).unwrap();
                self.fits(&result, &line).unwrap_or_else(|fault| panic!("{at}: {fault}"));
            }
            return;
        }
        self.fits(&content["schema"], &answer.json()).unwrap_or_else(|fault| panic!("{at}: {fault}"));
        if answer.status >= 400 {
            let members = self.document["components"]["schemas"]["Problem"]["properties"].as_object().unwrap();
            for name in answer.json().as_object().unwrap().keys() {
                assert!(members.contains_key(name), "{at} with {name}, of which the contract says nothing");
            }
        }
    }
}
