//! A page for people who write a client, made from the document alone: no script, and nothing from any other server.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value};

use super::page_parts::{Operation, curls, kind, prose, resolved, text};

const STYLE: &str = include_str!("page.css");
/// The order in which the methods of a path are told; `HEAD` goes without saying.
const METHODS: [&str; 5] = ["get", "put", "patch", "delete", "post"];

/// The page that tells what `document` says, its paths in this order.
pub(crate) fn page(document: &Value, order: &[&str]) -> String {
    let groups = document["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let operations = operations(document, order);
    let of_group = |group: &Value| {
        let is = |operation: &&Operation| operation.says["tags"][0] == group["name"];
        operations.iter().filter(is).collect::<Vec<_>>()
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "midair " (text(&document["info"]["version"])) ": the contract" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                nav aria-label="Contents" {
                    details open {
                        summary { "midair " small { (text(&document["info"]["version"])) } }
                        a href="#top" { "First steps" }
                        @for group in groups {
                            h2 { (text(&group["name"])) }
                            @for operation in of_group(group) {
                                a href={ "#" (operation.name()) } {
                                    span class={ "method " (operation.method) } { (operation.method) }
                                    (text(&operation.says["summary"]))
                                }
                            }
                        }
                        h2 { "Shapes" }
                        @for name in document["components"]["schemas"].as_object().into_iter().flat_map(Map::keys) {
                            a href={ "#shape-" (name) } { (name) }
                        }
                    }
                }
                main id="top" {
                    h1 { "midair" }
                    p.lead { (text(&document["info"]["summary"])) }
                    p { "For programs: " a href="/openapi.json" { "/openapi.json" } ", OpenAPI " (text(&document["openapi"])) "." }
                    (prose(&document["info"]["description"]))
                    @for group in groups {
                        section {
                            h2.group { (text(&group["name"])) }
                            (prose(&group["description"]))
                            @for operation in of_group(group) { (told(document, operation)) }
                        }
                    }
                    section {
                        h2.group { "Shapes" }
                        @for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
                            article id={ "shape-" (name) } {
                                h3 { (name) }
                                (prose(&schema["description"]))
                                (members(schema))
                            }
                        }
                    }
                }
            }
        }
    }
    .into_string()
}

fn operations<'d>(document: &'d Value, order: &[&'d str]) -> Vec<Operation<'d>> {
    let mut found = Vec::new();
    for path in order {
        let item = &document["paths"][path];
        let of_path = item["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        for method in METHODS {
            if let Some(says) = item.get(method) {
                let own = says["parameters"].as_array().into_iter().flatten();
                let parameters = of_path.iter().chain(own).map(|one| resolved(document, one)).collect();
                found.push(Operation { path, method, says, parameters });
            }
        }
    }
    found
}

fn told(document: &Value, operation: &Operation) -> Markup {
    let responses = operation.says["responses"].as_object();
    let (answers, refusals): (Vec<_>, Vec<_>) =
        responses.into_iter().flatten().partition(|(status, _)| status.as_str() < "400");
    html! {
        article id=(operation.name()) {
            h3 { (text(&operation.says["summary"])) }
            p.where {
                span class={ "method " (operation.method) } { (operation.method) }
                code { (operation.path) }
            }
            (prose(&operation.says["description"]))
            @for curl in curls(operation) { pre { code { (curl) } } }
            @if !operation.parameters.is_empty() {
                h4 { "Takes" }
                dl {
                    @for parameter in &operation.parameters {
                        dt {
                            code { (text(&parameter["name"])) }
                            small {
                                (text(&parameter["in"]))
                                @if parameter["required"] == true { ", required" }
                                ", " (kind(&parameter["schema"]))
                            }
                        }
                        dd { (prose(&parameter["description"])) }
                    }
                }
            }
            @if let Some(body) = operation.says.get("requestBody") {
                h4 { "Body" }
                ul {
                    @for (media, content) in body["content"].as_object().into_iter().flatten() {
                        li { code { (media) } ": " (kind(&content["schema"])) }
                    }
                }
                (prose(&body["description"]))
            }
            h4 { "Answers" }
            dl {
                @for (status, answer) in &answers {
                    dt {
                        b { (status) }
                        @for (media, content) in answer["content"].as_object().into_iter().flatten() {
                            small { (media) ": " (kind(&content["schema"])) }
                        }
                    }
                    dd { (prose(&answer["description"])) (headers(document, answer)) }
                }
            }
            @if !refusals.is_empty() {
                details {
                    summary { "Refusals: " @for (status, _) in &refusals { b { (status) } " " } }
                    dl {
                        @for (status, answer) in &refusals {
                            dt { b { (status) } }
                            dd { (prose(&answer["description"])) }
                        }
                    }
                }
            }
        }
    }
}

fn headers(document: &Value, answer: &Value) -> Markup {
    let headers = answer["headers"].as_object();
    html! {
        @if let Some(headers) = headers {
            p.headers {
                @for (name, header) in headers {
                    @let header = resolved(document, header);
                    code title=(text(&header["description"])) {
                        (name) @if header["required"] != true { "?" }
                    }
                    " "
                }
            }
        }
    }
}

/// The members of a shape; of each, where there are several.
fn members(schema: &Value) -> Markup {
    let several = ["oneOf", "anyOf"].iter().find_map(|word| schema[word].as_array());
    let needed = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if let Some(several) = several {
            @for one in several { div.variant { (prose(&one["description"])) (members(one)) } }
        } @else if let Some(members) = schema["properties"].as_object() {
            dl {
                @for (name, member) in members {
                    dt {
                        code { (name) }
                        small {
                            (kind(member))
                            @if !needed.iter().any(|one| one == name) { ", may be absent" }
                        }
                    }
                    dd { (prose(&member["description"])) }
                }
            }
        } @else {
            p { (kind(schema)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes;
    use crate::serve::Limits;

    #[test]
    fn the_page_tells_every_operation_and_every_link_on_it_leads_somewhere() {
        let document = routes::document(&Limits::default());
        let order: Vec<&str> = routes::resources().iter().map(|resource| resource.path).collect();
        let page = page(&document, &order);
        for operation in operations(&document, &order) {
            assert!(page.contains(&format!("<article id=\"{}\"", operation.name())), "{}", operation.name());
        }
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for link in links.filter(|link| *link != "/openapi.json") {
            assert!(link.strip_prefix('#').is_some_and(|id| ids.contains(&id)), "{link}");
        }
        for foreign in ["<script", "src=", "@import", "url("] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }
}
