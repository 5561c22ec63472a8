//! The pieces of the page that are smaller than an operation: sentences, types, requests as a shell would send them.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

/// Where the examples of the page are sent.
const HOST: &str = "http://127.0.0.1:4120";
/// How long a body may be that stands on one line.
const ONE_LINE: usize = 90;

/// A method on a path, as the document tells of it.
pub(super) struct Operation<'d> {
    pub(super) path: &'d str,
    pub(super) method: &'d str,
    pub(super) says: &'d Value,
    pub(super) parameters: Vec<&'d Value>,
}

impl Operation<'_> {
    pub(super) fn name(&self) -> &str {
        text(&self.says["operationId"])
    }
}

/// A text of the document, empty where it has none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Markdown of the document. It is ours, and may hold HTML.
pub(super) fn prose(value: &Value) -> Markup {
    let mut told = String::new();
    pulldown_cmark::html::push_html(&mut told, pulldown_cmark::Parser::new(text(value)));
    PreEscaped(told)
}

/// What a reference leads to.
pub(super) fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let place = value["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    place.unwrap_or(value)
}

/// The type that a schema stands for, in a few words.
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return html! { a href={ "#shape-" (name) } { (name) } };
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! { @for (place, value) in values.iter().enumerate() { @if place > 0 { " | " } (text(value)) } };
    }
    if let Some(value) = schema["const"].as_str() {
        return html! { (value) };
    }
    if let Some(content) = schema.get("contentSchema") {
        return html! { "text that is JSON: " (kind(content)) };
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        _ => {
            let several = ["oneOf", "anyOf"].iter().find_map(|word| schema[word].as_array());
            return html! {
                @match several {
                    Some(several) => {
                        @for (place, one) in several.iter().enumerate() { @if place > 0 { " or " } (kind(one)) }
                    }
                    None => "anything",
                }
            };
        }
    };
    html! {
        @for (place, kind_) in kinds.iter().enumerate() {
            @if place > 0 { " or " }
            @match *kind_ {
                "array" => { "list of " (kind(&schema["items"])) }
                "integer" => {
                    "integer"
                    @if let (Some(least), Some(most)) = (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
                        @if most < u64::MAX { ", " (least) " to " (most) }
                    }
                }
                other => (other)
            }
        }
    }
}

/// How a shell would send the operation, once for each kind of body.
pub(super) fn curls(operation: &Operation) -> Vec<String> {
    let mut path = operation.path.to_owned();
    let mut words = Vec::new();
    for parameter in &operation.parameters {
        let (name, example) = (text(&parameter["name"]), &parameter["example"]);
        let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        match text(&parameter["in"]) {
            "path" => path = path.replace(&format!("{{{name}}}"), &example),
            "header" if parameter.get("example").is_some() => {
                words.push(format!("-H {}", quoted(&format!("{name}: {example}"))))
            }
            _ => {}
        }
    }
    let streams = operation.says["responses"]["200"]["content"].get("text/event-stream").is_some();
    let mut start = if streams { "curl -N".to_owned() } else { "curl -i".to_owned() };
    if operation.method != "get" {
        start += &format!(" -X {}", operation.method.to_ascii_uppercase());
    }
    start += &format!(" {HOST}{path}");
    let bodies = operation.says["requestBody"]["content"].as_object();
    let joined = |words: &[String]| [std::slice::from_ref(&start), words].concat().join(" \\\n     ");
    match bodies {
        None => vec![joined(&words)],
        Some(bodies) => {
            let with = |(kind, content): (&String, &Value)| {
                let line = content["example"].to_string();
                let example = if line.len() > ONE_LINE { format!("{:#}", content["example"]) } else { line };
                let body = [format!("-H 'Content-Type: {kind}'"), format!("-d {}", quoted(&example))];
                joined(&[words.as_slice(), &body].concat())
            };
            bodies.iter().map(with).collect()
        }
    }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
