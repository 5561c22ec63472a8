//! Stories of patches: the examples of RFC 6902, midair's operations, and how each refusal is told.

use super::*;
use crate::json::MAX_DEPTH;

fn record(text: &str) -> Record {
    Record::parse(text).expect(text)
}

/// The text of the record after the patch, or what is said instead.
fn patched(kind: PatchKind, before: &str, patch: &str) -> Result<String, PatchFault> {
    let after = Patch::parse(kind, patch.as_bytes())?.apply(&record(before))?;
    Ok(after.text().to_owned())
}

fn by_json(before: &str, patch: &str) -> Result<String, PatchFault> {
    patched(PatchKind::JsonPatch, before, patch)
}

fn by_ops(before: &str, patch: &str) -> Result<String, PatchFault> {
    patched(PatchKind::Ops, before, patch)
}

#[test]
fn the_examples_of_rfc_6902_hold() {
    // Appendix A.1 to A.8, A.10, A.11, A.14, A.16.
    for (example, before, patch, after) in [
        ("A.1", r#"{"foo":"bar"}"#, r#"[{"op":"add","path":"/baz","value":"qux"}]"#, r#"{"foo":"bar","baz":"qux"}"#),
        (
            "A.2",
            r#"{"foo":["bar","baz"]}"#,
            r#"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
            r#"{"foo":["bar","qux","baz"]}"#,
        ),
        ("A.3", r#"{"baz":"qux","foo":"bar"}"#, r#"[{"op":"remove","path":"/baz"}]"#, r#"{"foo":"bar"}"#),
        ("A.4", r#"{"foo":["bar","qux","baz"]}"#, r#"[{"op":"remove","path":"/foo/1"}]"#, r#"{"foo":["bar","baz"]}"#),
        (
            "A.5",
            r#"{"baz":"qux","foo":"bar"}"#,
            r#"[{"op":"replace","path":"/baz","value":"boo"}]"#,
            r#"{"baz":"boo","foo":"bar"}"#,
        ),
        (
            "A.6",
            r#"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
            r#"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
            r#"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#,
        ),
        (
            "A.7",
            r#"{"foo":["all","grass","cows","eat"]}"#,
            r#"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
            r#"{"foo":["all","cows","eat","grass"]}"#,
        ),
        (
            "A.8",
            r#"{"baz":"qux","foo":["a",2,"c"]}"#,
            r#"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
            r#"{"baz":"qux","foo":["a",2,"c"]}"#,
        ),
        (
            "A.10",
            r#"{"foo":"bar"}"#,
            r#"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
            r#"{"foo":"bar","child":{"grandchild":{}}}"#,
        ),
        (
            "A.11",
            r#"{"foo":"bar"}"#,
            r#"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
            r#"{"foo":"bar","baz":"qux"}"#,
        ),
        ("A.14", r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":10}]"#, r#"{"/":9,"~1":10}"#),
        (
            "A.16",
            r#"{"foo":["bar"]}"#,
            r#"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
            r#"{"foo":["bar",["abc","def"]]}"#,
        ),
    ] {
        assert_eq!(by_json(before, patch).as_deref(), Ok(after), "{example}");
    }
}

#[test]
fn the_errors_of_rfc_6902_are_told_apart() {
    // Appendix A.9, A.12, A.13, A.15.
    let fault = |before: &str, patch: &str| by_json(before, patch).expect_err(patch);
    let test = fault(r#"{"baz":"qux"}"#, r#"[{"op":"test","path":"/baz","value":"bar"}]"#);
    assert!(matches!(test, PatchFault::TestFailed(_)));
    assert_eq!(test.to_string(), "operation 0 (test /baz): another text stands there");
    let missing = fault(r#"{"foo":"bar"}"#, r#"[{"op":"add","path":"/baz/bat","value":"qux"}]"#);
    assert!(matches!(missing, PatchFault::Unprocessable(_)));
    assert_eq!(missing.to_string(), "operation 0 (add /baz/bat): the record has no member \"baz\"");
    let twice = fault(r#"{"foo":"bar"}"#, r#"[{"op":"add","path":"/baz","value":"qux","op":"remove"}]"#);
    assert!(matches!(twice, PatchFault::Malformed(_)));
    assert!(twice.to_string().ends_with("stands twice in one object at line 1, column 42 (in /0)"), "{twice}");
    let compared = fault(r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":"10"}]"#);
    assert_eq!(compared.to_string(), "operation 0 (test /~01): a number stands there, not a text");
}

#[test]
fn what_is_no_patch_is_malformed_and_named_with_its_place() {
    for (kind, patch, says) in [
        (PatchKind::JsonPatch, "{}", "the patch should be a list of operations, this is an object"),
        (PatchKind::JsonPatch, "[{}]", "operation 0: the member \"op\" is missing (in /0)"),
        (PatchKind::JsonPatch, r#"[1]"#, "operation 0: an operation should be an object, this is a number (in /0)"),
        (PatchKind::JsonPatch, r#"[{"op":"add","path":"/a"}]"#, "operation 0: the member \"value\" is missing (in /0)"),
        (
            PatchKind::JsonPatch,
            r#"[{"op":"move","path":"/a","from":"a"}]"#,
            "operation 0: \"a\" is no JSON Pointer: it starts with / and writes ~ as ~0, / as ~1 (in /0/from)",
        ),
        (
            PatchKind::JsonPatch,
            r#"[{"op":"remove","path":"/~2"}]"#,
            "operation 0: \"/~2\" is no JSON Pointer: it starts with / and writes ~ as ~0, / as ~1 (in /0/path)",
        ),
        (
            PatchKind::Ops,
            r#"[{"op":"test","path":"/a","value":1}]"#,
            "operation 0: \"test\" is no operation; there are increment, add, remove, append (in /0/op)",
        ),
        (
            PatchKind::Ops,
            r#"[{"op":"increment","path":"/a","by":"1"}]"#,
            "operation 0: a number should stand here, this is a text (in /0/by)",
        ),
        (PatchKind::MergePatch, "{\"a\":}", "a value should stand here, found '}' at line 1, column 6 (in /a)"),
    ] {
        let fault = Patch::parse(kind, patch.as_bytes()).expect_err(patch);
        assert!(matches!(fault, PatchFault::Malformed(_)), "{patch}");
        assert_eq!(fault.to_string(), says);
    }
}

#[test]
fn what_cannot_be_done_to_this_record_is_unprocessable() {
    let before = r#"{"a":{"b":[1,2]},"id=\"x\"":1}"#;
    for (patch, says) in [
        (r#"[{"op":"remove","path":"/a/c"}]"#, "operation 0 (remove /a/c): /a has no member \"c\""),
        (
            r#"[{"op":"add","path":"/a/b/3","value":0}]"#,
            "operation 0 (add /a/b/3): /a/b has 2 elements, so 3 is out of range",
        ),
        (
            r#"[{"op":"replace","path":"/a/b/01","value":0}]"#,
            "operation 0 (replace /a/b/01): /a/b is a list, and \"01\" is no index",
        ),
        (
            r#"[{"op":"remove","path":"/a/b/-"}]"#,
            "operation 0 (remove /a/b/-): - is the place after the last element of /a/b, where nothing stands",
        ),
        (
            r#"[{"op":"add","path":"/a/b/0/c","value":0}]"#,
            "operation 0 (add /a/b/0/c): /a/b/0 is a number, which has nothing inside",
        ),
        (r#"[{"op":"move","from":"/a","path":"/a/d"}]"#, "operation 0 (move to /a/d): /a cannot be moved into itself"),
        (
            r#"[{"op":"test","path":"/a/b/0","value":1.0},{"op":"remove","path":""}]"#,
            "operation 1 (remove the record): the record as a whole cannot be taken out",
        ),
        (
            r#"[{"op":"replace","path":"","value":[]},{"op":"add","path":"/0","value":1}]"#,
            "operation 0 (replace the record): it leaves a list, and a record is an object",
        ),
    ] {
        let fault = by_json(before, patch).expect_err(patch);
        assert!(matches!(fault, PatchFault::Unprocessable(_)), "{patch}");
        assert_eq!(fault.to_string(), says);
    }
    let fault = patched(PatchKind::MergePatch, before, "null").expect_err("null");
    assert_eq!(fault.to_string(), "the patch is null and would replace the record, which must stay an object");
}

#[test]
fn a_step_by_key_is_an_ordinary_name_to_a_json_patch_and_leads_an_op_to_an_element() {
    let before = r#"{"lines":[{"sku":"a","count":1},{"sku":"b","count":1.50}]}"#;
    let pointer = r#"/lines/sku=\"b\"/count"#;
    let fault = by_json(before, &format!(r#"[{{"op":"remove","path":"{pointer}"}}]"#)).expect_err(pointer);
    assert!(fault.to_string().contains("is no index"), "{fault}");
    assert_eq!(
        by_ops(before, &format!(r#"[{{"op":"increment","path":"{pointer}","by":-2}}]"#)).as_deref(),
        Ok(r#"{"lines":[{"sku":"a","count":1},{"sku":"b","count":-0.50}]}"#)
    );
    let named = r#"{"lines":{"sku=\"b\"":1}}"#;
    let patch = r#"[{"op":"replace","path":"/lines/sku=\"b\"","value":2}]"#;
    assert_eq!(by_json(named, patch).as_deref(), Ok(r#"{"lines":{"sku=\"b\"":2}}"#));
}

#[test]
fn members_keep_their_order_and_their_bytes() {
    let before = "{\n  \"\\u0061\" : 1.0,\n  \"b\": 2,\n  \"c\": { \"x\":[1 , 2], \"y\":1e2 },\n  \"d\": 0\n}\n";
    let after = "{\n  \"\\u0061\" : \"new\",\n  \"c\": { \"x\":[1 , 2], \"y\":3 },\n  \"d\": 0,\n  \"e\": -0\n}\n";
    let json = r#"[{"op":"remove","path":"/b"},{"op":"add","path":"/e","value":-0},
        {"op":"add","path":"/a","value":"new"},{"op":"replace","path":"/c/y","value":3}]"#;
    assert_eq!(by_json(before, json).as_deref(), Ok(after));
    let merge = r#"{"e":-0,"b":null,"c":{"y":3,"z":null},"a":"new"}"#;
    assert_eq!(patched(PatchKind::MergePatch, before, merge).as_deref(), Ok(after));
}

#[test]
fn ops_do_what_they_say() {
    let before = "{ \"price\": 10.50, \"tags\": [\"a\", 1.0],\n  \"log\": \"e\\u0301\" }";
    for (ops, after) in [
        (r#"[{"op":"increment","path":"/price","by":1}]"#, before.replace("10.50", "11.50")),
        (r#"[{"op":"increment","path":"/sold","by":-2}]"#, before.replace("1\" }", "1\", \"sold\": -2 }")),
        (r#"[{"op":"add","path":"/tags","value":"a"}]"#, before.to_owned()),
        (r#"[{"op":"add","path":"/tags","value":1}]"#, before.replace("[\"a\", 1.0]", "[\"a\",1.0,1]")),
        (r#"[{"op":"remove","path":"/tags","value":"b"},{"op":"remove","path":"/x/y","value":1}]"#, before.to_owned()),
        (r#"[{"op":"remove","path":"/tags","value":"a"}]"#, before.replace("[\"a\", 1.0]", "[1.0]")),
        (r#"[{"op":"append","path":"/tags","value":"a"}]"#, before.replace("[\"a\", 1.0]", "[\"a\",1.0,\"a\"]")),
        (r#"[{"op":"append","path":"/log","value":"\u0021"}]"#, before.replace("u0301", "u0301\\u0021")),
        (r#"[{"op":"append","path":"/new","value":1}]"#, before.replace("1\" }", "1\", \"new\": [1] }")),
    ] {
        let after = after.replace("\"log\": \"e\\u0301\", ", "\"log\": \"e\\u0301\",\n  ");
        assert_eq!(by_ops(before, ops), Ok(after), "{ops}");
    }
}

#[test]
fn ops_name_the_place_and_the_type_they_cannot_work_on() {
    let before = r#"{"name":"x","tags":[],"stock":1}"#;
    for (ops, says) in [
        (
            r#"[{"op":"increment","path":"/stock","by":1},{"op":"increment","path":"/name","by":1}]"#,
            "operation 1 (increment /name): a text stands there, not a number",
        ),
        (r#"[{"op":"add","path":"/stock","value":1}]"#, "operation 0 (add /stock): a number stands there, not a list"),
        (
            r#"[{"op":"append","path":"/name","value":[]}]"#,
            "operation 0 (append /name): a text stands there, to which a list cannot be appended",
        ),
        (
            r#"[{"op":"append","path":"/stock","value":1}]"#,
            "operation 0 (append /stock): a number stands there, neither a list nor a text",
        ),
        (
            r#"[{"op":"increment","path":"","by":1}]"#,
            "operation 0 (increment the record): an object stands there, not a number",
        ),
        (r#"[{"op":"add","path":"/a/b","value":1}]"#, "operation 0 (add /a/b): there is no /a to hold it"),
        (
            r#"[{"op":"remove","path":"/name/b","value":1}]"#,
            "operation 0 (remove /name/b): /name is a text, which has nothing inside",
        ),
        (r#"[{"op":"add","path":"/tags/0","value":1}]"#, "operation 0 (add /tags/0): the list has no element \"0\""),
    ] {
        let fault = by_ops(before, ops).expect_err(ops);
        assert!(matches!(fault, PatchFault::Unprocessable(_)), "{ops}");
        assert_eq!(fault.to_string(), says);
    }
}

#[test]
fn ops_go_without_a_token_only_where_the_schema_says_so() {
    let schema = r#"{"properties":{
        "stock":{"x-merge":"counter"},"tags":{"x-merge":"set"},"log":{"x-merge":"append"},
        "total":{"x-merge":"counter"},"sealed":{"x-merge":"manual","properties":{"n":{"x-merge":"counter"}}},
        "lines":{"x-merge-key":"sku","items":{"properties":{"count":{"x-merge":"counter"}}}}},
        "x-merge-groups":[["total","currency"]]}"#;
    let rules = Rules::of_schema(&Value::parse(schema).unwrap()).unwrap();
    let bound = |op: &str, path: &str| {
        let ops = format!(r#"[{{"op":"{op}","path":"{path}","value":1,"by":1}}]"#);
        Patch::parse(PatchKind::Ops, ops.as_bytes()).unwrap().commutes_by(&rules).is_err()
    };
    let free = [
        ("increment", "/stock"),
        ("add", "/tags"),
        ("remove", "/tags"),
        ("append", "/log"),
        ("increment", r#"/lines/sku=\"a\"/count"#),
    ];
    for (op, path) in free {
        assert!(!bound(op, path), "{op} {path}");
    }
    let held = [
        ("add", "/stock"),
        ("append", "/tags"),
        ("add", "/log"),
        ("increment", "/other"),
        ("increment", "/total"),
        ("increment", "/sealed/n"),
        ("increment", "/lines/0/count"),
        ("increment", r#"/lines/id=\"a\"/count"#),
        ("increment", ""),
    ];
    for (op, path) in held {
        assert!(bound(op, path), "{op} {path}");
    }
    let two = r#"[{"op":"increment","path":"/stock","by":1},{"op":"add","path":"/x","value":1}]"#;
    let patch = Patch::parse(PatchKind::Ops, two.as_bytes()).unwrap();
    assert_eq!(patch.commutes_by(&rules), Err(Pointer::parse("/x").unwrap()));
    let patch = Patch::parse(PatchKind::MergePatch, br#"{"stock":1}"#).unwrap();
    assert_eq!(patch.commutes_by(&rules), Err(Pointer::parse("/stock").unwrap()));
}

#[test]
fn a_patch_tells_every_place_it_writes() {
    let touched = |kind, patch: &str| {
        let patch = Patch::parse(kind, patch.as_bytes()).unwrap();
        patch.touches().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        touched(PatchKind::MergePatch, r#"{"a":{"0":1,"x":null},"b":{},"c":[1]}"#),
        ["/a/0", "/a/x", "/b", "/c"]
    );
    assert!(touched(PatchKind::MergePatch, "{}").is_empty());
    let json = r#"[{"op":"test","path":"/t","value":1},{"op":"move","from":"/a/b","path":"/tags/-"},
        {"op":"copy","from":"/c","path":"/d"},{"op":"remove","path":"/tags/0/x"},{"op":"remove","path":"/0"}]"#;
    assert_eq!(touched(PatchKind::JsonPatch, json), ["/a/b", "/tags", "/d", "/0"]);
    let ops = r#"[{"op":"add","path":"/tags","value":1},{"op":"remove","path":"/tags","value":2}]"#;
    assert_eq!(touched(PatchKind::Ops, ops), ["/tags"]);
}

#[test]
fn the_kind_is_known_by_its_media_type() {
    for kind in PatchKind::ALL {
        assert_eq!(PatchKind::of_media_type(kind.media_type()), Some(kind));
    }
    assert_eq!(PatchKind::of_media_type("Application/JSON-Patch+json ; charset=utf-8"), Some(PatchKind::JsonPatch));
    assert_eq!(PatchKind::of_media_type("application/json"), None);
}

#[test]
fn deep_and_growing_patches_are_refused_before_they_hurt() {
    let deep = format!("{}1{}", "{\"a\":".repeat(MAX_DEPTH), "}".repeat(MAX_DEPTH));
    assert_eq!(patched(PatchKind::MergePatch, &deep, &deep).as_deref(), Ok(deep.as_str()));
    assert!(by_json(&deep, r#"[{"op":"copy","from":"","path":"/b"}]"#).is_err());
    let nesting = r#"{"op":"add","path":"/b","value":{}},{"op":"move","from":"/a","path":"/b/a"},{"op":"move","from":"/b","path":"/a"},"#;
    let nesting = format!("[{}{}]", nesting.repeat(10_000), r#"{"op":"remove","path":"/a"}"#);
    let fault = by_json(r#"{"a":1}"#, &nesting).unwrap_err();
    assert!(fault.to_string().ends_with("nested deeper than 128 levels"), "{fault}");
    let doubling = r#"{"op":"copy","from":"/a","path":"/a/-"},"#;
    let doubling = format!("[{}{}]", doubling.repeat(60), r#"{"op":"remove","path":"/a"}"#);
    let fault = by_json(&format!(r#"{{"a":["{}"]}}"#, "x".repeat(1_000)), &doubling).unwrap_err();
    assert!(fault.to_string().ends_with("copies more than 16777216 bytes"), "{fault}");
}
