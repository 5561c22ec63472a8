//! Schemas and what they say of records, good and bad.
use super::*;

fn value(text: &str) -> Value {
    Value::parse(text).expect(text)
}

fn schema(text: &str) -> Schema {
    Schema::parse(&value(text)).expect(text)
}

fn object(text: &str) -> Object {
    value(text).as_object().expect(text).clone()
}

fn at(text: &str) -> Pointer {
    Pointer::parse(text).expect(text)
}

/// The violations as `pointer what`.
fn faults(of: &str, fields: &str) -> Vec<String> {
    let faults = schema(of).faults(&object(fields)).into_iter();
    faults.map(|Violation { at, what }| format!("{at} {what}")).collect()
}

/// What a member breaks when `of` is asked of it.
fn what(of: &str, member: &str) -> String {
    faults(&format!(r#"{{"properties":{{"a":{of}}}}}"#), &format!(r#"{{"a":{member}}}"#)).join("; ")
}

fn bad(text: &str) -> String {
    Schema::parse(&value(text)).expect_err(text).to_string()
}

#[test]
fn every_kind_of_violation_has_its_words() {
    let expected = [
        (r#"{"type":"number"}"#, r#""1""#, "/a should be a number"),
        (r#"{"type":"integer"}"#, "1.5", "/a should be a whole number"),
        (r#"{"type":"string"}"#, "1", "/a should be text"),
        (r#"{"type":"boolean"}"#, "1", "/a should be true/false"),
        (r#"{"type":"array"}"#, "1", "/a should be a list"),
        (r#"{"type":"object"}"#, "1", "/a should be an object"),
        (r#"{"type":"null"}"#, "1", "/a should be null"),
        (r#"{"type":["null","string","array"]}"#, "1", "/a should be text, a list or null"),
        (r#"{"enum":["a","b"]}"#, "1", r#"/a should be one of "a", "b""#),
        (r#"{"enum":[1.50]}"#, "1", "/a should be 1.50"),
        (r#"{"const":{"x":[null]}}"#, "1", r#"/a should be {"x":[null]}"#),
        (r#"{"minimum":5}"#, "4", "/a should be at least 5"),
        (r#"{"maximum":1e400}"#, "1e401", "/a should be at most 1e400"),
        (r#"{"exclusiveMinimum":5}"#, "5", "/a should be more than 5"),
        (r#"{"exclusiveMaximum":0.5}"#, "0.5", "/a should be less than 0.5"),
        (r#"{"multipleOf":0.25}"#, "0.3", "/a should be a multiple of 0.25"),
        (r#"{"minLength":2}"#, r#""a""#, "/a should be at least 2 characters"),
        (r#"{"minLength":1}"#, r#""""#, "/a should not be empty"),
        (r#"{"maxLength":1}"#, r#""ab""#, "/a should be at most 1 character"),
        (r#"{"pattern":"^[a-z]+$"}"#, r#""A""#, "/a should match the pattern ^[a-z]+$"),
        (r#"{"minItems":1}"#, "[]", "/a should not be empty"),
        (r#"{"minItems":2}"#, "[1]", "/a should have at least 2 elements"),
        (r#"{"maxItems":0}"#, "[1]", "/a should be empty"),
        (r#"{"maxItems":1}"#, "[1,2]", "/a should have at most 1 element"),
        (r#"{"uniqueItems":true}"#, "[1,2,1.0]", "/a should not have the same element twice"),
        (r#"{"contains":{"const":1}}"#, "[2]", "/a should have an element of the kind that is asked for"),
        (r#"{"contains":{"const":1},"minContains":2}"#, "[1]", "/a has too few elements of a kind that is asked for"),
        (r#"{"contains":{"const":1},"maxContains":1}"#, "[1,1]", "/a has too many elements of a kind that is limited"),
        (r#"{"items":{"type":"number"}}"#, r#"[1,"x",true]"#, "/a/1 should be a number; /a/2 should be a number"),
        (r#"{"prefixItems":[true],"items":false}"#, "[1,2]", "/a/1 is not allowed here"),
        (r#"{"prefixItems":[true],"unevaluatedItems":false}"#, "[1,2,3]", "/a has 2 elements too many"),
        (r#"{"minProperties":1}"#, "{}", "/a should not be empty"),
        (r#"{"minProperties":2}"#, "{}", "/a should have at least 2 fields"),
        (r#"{"maxProperties":1}"#, r#"{"x":1,"y":2}"#, "/a should have at most 1 field"),
        (r#"{"required":["x"]}"#, "{}", "/a/x is missing"),
        (r#"{"dependentRequired":{"y":["x"]}}"#, r#"{"y":1}"#, "/a/x is missing"),
        (r#"{"additionalProperties":false}"#, r#"{"y":1,"x":2}"#, "/a/y is not a field here; /a/x is not a field here"),
        (r#"{"unevaluatedProperties":false}"#, r#"{"y":1}"#, "/a/y is not a field here"),
        (
            r#"{"propertyNames":{"maxLength":2}}"#,
            r#"{"xyz":1}"#,
            "/a/xyz has a name that should be at most 2 characters",
        ),
        ("false", "1", "/a is not allowed here"),
        (r#"{"not":{"const":1}}"#, "1", "/a should not be 1"),
        (r#"{"not":{"enum":[1,2]}}"#, "1", "/a should be none of 1, 2"),
        (r#"{"not":{"pattern":"x"}}"#, r#""x""#, "/a should not match the pattern x"),
        (r#"{"not":{"required":["x"]}}"#, r#"{"x":1}"#, r#"/a should not have "x""#),
        (r#"{"not":{"type":"number"}}"#, "1", "/a is of a form that is not allowed here"),
        (r#"{"oneOf":[{"type":"number"},{"minimum":0}]}"#, "1", "/a fits more than one of the forms allowed here"),
        (r#"{"if":{"type":"number"},"then":{"minimum":2},"else":false}"#, "1", "/a should be at least 2"),
    ];
    for (of, member, says) in expected {
        assert_eq!(what(of, member), says, "{of} {member}");
    }
    assert_eq!(faults(r#"{"additionalProperties":false}"#, r#"{"x":1}"#), ["/x is not a field of this collection"]);
    assert_eq!(faults(r#"{"minProperties":1}"#, "{}"), [" should not be empty"]);
    let of = r#"{"patternProperties":{"^x":{}},"additionalProperties":false}"#;
    assert_eq!(faults(of, r#"{"x":1,"y":1}"#), ["/y is not a field of this collection"]);
    let of = r#"{"properties":{"x":{}},"patternProperties":{"^x":{}},"additionalProperties":false}"#;
    assert_eq!(faults(of, r#"{"x":1,"y":1}"#), ["/y is not a field of this collection"]);
    let of = r#"{"properties":{"additionalProperties":false}}"#;
    assert_eq!(faults(of, r#"{"additionalProperties":{"x":1}}"#), ["/additionalProperties is not allowed here"]);
    assert_eq!(faults("false", "{}"), [" is not allowed here"]);
}

#[test]
fn of_several_forms_the_one_that_was_meant_is_told() {
    assert_eq!(what(r#"{"anyOf":[{"type":"null"},{"type":"number"}]}"#, r#""x""#), "/a should be a number or null");
    assert_eq!(
        what(r#"{"oneOf":[{"enum":["x"]},{"const":2},{"type":"null"}]}"#, "1"),
        r#"/a should be "x", 2 or null"#
    );
    let person = r#"{"type":"object","required":["name"],"properties":{"age":{"type":"number"}}}"#;
    let of = format!(r#"{{"anyOf":[{person},{{"type":"null"}}]}}"#);
    assert_eq!(what(&of, r#"{"age":"x"}"#), "/a/age should be a number; /a/name is missing");
    let kind = |kind: &str, size: u8| {
        format!(r#"{{"type":"object","properties":{{"kind":{{"const":"{kind}"}},"size":{{"maximum":{size}}}}}}}"#)
    };
    let of = format!(r#"{{"oneOf":[{},{}]}}"#, kind("cat", 2), kind("dog", 3));
    assert_eq!(what(&of, r#"{"kind":"dog","size":4}"#), "/a/size should be at most 3");
    assert_eq!(what(&of, r#"{"kind":"cow","size":1}"#), "/a fits none of the 2 forms allowed here");
}

#[test]
fn formats_are_checked_and_others_ignored() {
    let expected = [
        ("date", "2026-02-30", "2026-02-28", "a date such as 2026-03-31"),
        ("date-time", "2026-02-28", "2026-02-28T01:02:03Z", "a date and time such as 2026-03-31T14:30:00Z"),
        ("time", "25:00", "14:30:00Z", "a time such as 14:30:00Z"),
        ("duration", "3 days", "P3DT12H", "a duration such as P3DT12H"),
        ("email", "ada", "ada@example.com", "an e-mail address"),
        ("idn-email", "ada", "ada@exämple.com", "an e-mail address"),
        ("hostname", "a b", "example.com", "a host name"),
        ("idn-hostname", "a b", "exämple.com", "a host name"),
        ("ipv4", "1.2.3", "1.2.3.4", "an IPv4 address"),
        ("ipv6", "1.2.3.4", "::1", "an IPv6 address"),
        ("uri", "/a", "https://example.com/", "a full address such as https://example.com/"),
        ("uri-reference", "a b", "/a", "an address, full or relative"),
        ("uri-template", "{", "/a{?b}", "an address template (RFC 6570)"),
        ("uuid", "7", "123e4567-e89b-12d3-a456-426614174000", "a UUID"),
        ("json-pointer", "a", "/a/b", "a JSON Pointer such as /a/b"),
        ("relative-json-pointer", "/a", "1/a", "a relative JSON Pointer such as 1/a"),
        ("regex", "(", "a+", "a regular expression"),
    ];
    for (format, wrong, right, says) in expected {
        let of = format!(r#"{{"format":"{format}"}}"#);
        assert_eq!(what(&of, &format!("{wrong:?}")), format!("/a should be {says}"));
        assert_eq!(what(&of, &format!("{right:?}")), "", "{format}");
    }
    assert_eq!(what(r#"{"format":"barcode"}"#, r#""x""#), "");
}

#[test]
fn violations_stand_in_record_order_on_their_pointers() {
    let of = r#"{"required":["z","y"],"properties":{"a":{"type":"number"},"b/c":{"properties":{"~d":
        {"required":["/"],"type":"object"}}},"list":{"items":{"required":["n"],"properties":{"n":{"minimum":1}}}}}}"#;
    let fields = r#"{"list":[{"n":0},{},{"n":1},{"n":0}],"b/c":{"~d":{}},"a":"x"}"#;
    let says = [
        "/list/0/n should be at least 1",
        "/list/1/n is missing",
        "/list/3/n should be at least 1",
        "/b~1c/~0d/~1 is missing",
        "/a should be a number",
        "/z is missing",
        "/y is missing",
    ];
    assert_eq!(faults(of, fields), says);
    let of = r#"{"required":["x"],"allOf":[{"required":["x"]}],"anyOf":[{"required":["x"]}]}"#;
    assert_eq!(faults(of, "{}"), ["/x is missing"]);
}

#[test]
fn violations_never_quote_the_record() {
    let of = r#"{"properties":{"a":{"enum":["x"]},"b":{"type":"number","maxLength":2,"format":"date","pattern":"^x",
        "not":{"type":"string"},"oneOf":[{"const":1},{"minLength":99}]},"c":{"prefixItems":[false],"unevaluatedItems":false}}}"#;
    let says = faults(of, r#"{"a":"hunter2","b":"hunter2","c":["hunter2"]}"#);
    assert_eq!(says.len(), 8, "{says:?}");
    assert!(says.iter().all(|says| !says.contains("hunter2")), "{says:?}");
}

#[test]
fn a_member_that_is_wrong_does_not_make_its_parents_unknown() {
    let of = r#"{"properties":{"a":{"properties":{"b":{"type":"number"}},"unevaluatedProperties":false},
        "l":{"items":{"type":"number"},"unevaluatedItems":false}},"unevaluatedProperties":false}"#;
    let says = [
        "/a/b should be a number",
        "/a/c is not a field here",
        "/l/0 should be a number",
        "/x is not a field of this collection",
    ];
    assert_eq!(faults(of, r#"{"a":{"b":"x","c":1},"l":["x"],"x":1}"#), says);
}

#[test]
fn lengths_count_code_points() {
    for (text, length) in [("é", 1), ("e\\u0301", 2), ("\\ud83d\\ude00", 1), ("👩\u{200d}👧", 3)] {
        let member = format!("\"{text}\"");
        assert_eq!(what(&format!(r#"{{"minLength":{length},"maxLength":{length}}}"#), &member), "", "{text}");
    }
    assert_eq!(what(r#"{"pattern":"^\\p{Lu}.$"}"#, r#""Éé""#), "");
    assert_eq!(what(r#"{"enum":["é"]}"#, r#""\u00e9""#), "");
}

#[test]
fn numbers_are_compared_exactly() {
    assert_eq!(what(r#"{"maximum":9007199254740992}"#, "9007199254740993"), "/a should be at most 9007199254740992");
    assert_eq!(what(r#"{"const":9007199254740993}"#, "9007199254740992"), "/a should be 9007199254740993");
    assert_eq!(what(r#"{"const":1}"#, "1.0"), "");
    assert_eq!(what(r#"{"const":1e400}"#, "10e399"), "");
    assert_eq!(what(r#"{"multipleOf":0.1}"#, "0.3"), "");
    assert_eq!(what(r#"{"type":"integer"}"#, "1.0"), "");
    assert_eq!(what(r#"{"maximum":0.1}"#, "0.1000000000000000000001"), "/a should be at most 0.1");
    for huge in ["1e999999999", "-1e999999999", "1e-999999999", "1e99999999999999999999", "1E+5", "-0", "-0.0e-0"] {
        for keyword in ["minimum", "exclusiveMaximum", "const"] {
            what(&format!(r#"{{"{keyword}":{huge}}}"#), "7");
            what(&format!(r#"{{"{keyword}":{huge},"multipleOf":0.5,"type":"integer"}}"#), huge);
        }
        what(r#"{"multipleOf":7}"#, huge);
    }
}

#[test]
fn a_schema_that_asks_nothing_accepts_everything() {
    for of in ["true", "{}", r#"{"x-widget":{"$ref":7},"x-secret":1,"unknown":[{"type":7}]}"#] {
        assert!(faults(of, r#"{"a":[1e400,null,{"b":"\u0000"}],"":{}}"#).is_empty(), "{of}");
    }
}

#[test]
fn a_broken_schema_is_told_with_its_place() {
    let types = r#""array", "boolean", "integer", "null", "number", "object", "string" or a list"#;
    assert_eq!(bad(r#"{"type":7}"#), format!("/type in the schema should be {types}"));
    assert_eq!(bad("7"), "the schema should be true/false or an object");
    assert_eq!(
        bad(r#"{"properties":{"a/b":{"maxLength":-1}}}"#),
        "/properties/a~1b/maxLength in the schema should be at least 0"
    );
    let broken = "is not a regular expression, or too large a one";
    assert_eq!(bad(r#"{"properties":{"a":{"pattern":"("}}}"#), format!("/properties/a/pattern in the schema {broken}"));
    assert_eq!(bad(r#"{"patternProperties":{"(":{}}}"#), format!("/patternProperties/( in the schema {broken}"));
    let large = "((a{1,999}){1,999}){1,999}";
    assert_eq!(bad(&format!(r#"{{"pattern":"{large}"}}"#)), format!("/pattern in the schema {broken}"));
    let slow = "uses look-around or a back-reference, which cannot be checked in linear time";
    for pattern in ["(?=a)b", "(a)\\\\1"] {
        assert_eq!(bad(&format!(r#"{{"pattern":"{pattern}"}}"#)), format!("/pattern in the schema {slow}"));
    }
    let says = bad(r##"{"properties":{"a":{"$ref":"#/$defs/x"}}}"##);
    assert_eq!(says, "/properties/a/$ref in the schema leads to #/$defs/x, which does not exist");
    let says = bad(r##"{"$ref":"#x"}"##);
    assert_eq!(says, "/$ref in the schema leads to #x, which does not exist");
    let says = bad(r#"{"$schema":"https://example.com/dialect"}"#);
    assert_eq!(says, "/$schema in the schema names a dialect that is not known, https://example.com/dialect");
}

#[test]
fn nothing_is_fetched() {
    for away in
        ["https://example.com/x.json", "http://127.0.0.1:1/x#/a", "file:///etc/passwd", "x.json", "../x#y", "urn:x:y"]
    {
        let says = format!("/items/$ref in the schema leads to {away}, and a schema is never fetched from elsewhere");
        assert_eq!(bad(&format!(r#"{{"items":{{"$ref":"{away}"}}}}"#)), says);
    }
    assert!(bad(r#"{"$id":"https://example.com/a","$ref":"b"}"#).contains("never fetched"));
    assert!(bad(r#"{"$ref":"::%"}"#).contains("not an address"), "{}", bad(r#"{"$ref":"::%"}"#));
    let meta = r#"{"properties":{"a":{"$ref":"https://json-schema.org/draft/2020-12/schema"}}}"#;
    assert_eq!(faults(meta, r#"{"a":{"minLength":-1}}"#), ["/a/minLength should be at least 0"]);
}

#[test]
fn references_within_are_followed() {
    let of = r##"{"$id":"https://example.com/project","properties":{"a":{"$ref":"#/$defs/x~1y"},"b":{"$ref":"#anchor"},
        "c":{"$ref":"project#/$defs/p%25"},"d":{"$ref":"owner"},"e":{"$ref":"owner#/$defs/in"}},
        "$defs":{"x/y":{"title":"A"},"z":{"$anchor":"anchor","title":"B"},"p%":{"title":"C"},
        "owner":{"$id":"owner","title":"D","properties":{"f":{"$ref":"#/$defs/in"}},"$defs":{"in":{"title":"E"}}}}}"##;
    let schema = schema(of);
    for (place, title) in [("/a", "A"), ("/b", "B"), ("/c", "C"), ("/d", "D"), ("/e", "E"), ("/d/f", "E")] {
        assert_eq!(schema.keyword(&at(place), "title").and_then(Value::as_str), Some(title), "{place}");
        assert_eq!(
            schema.at(&at(place)).and_then(Value::as_object).and_then(|of| of.get("title")),
            Some(&Value::string(title))
        );
    }
    let dynamic = r##"{"$dynamicAnchor":"node","properties":{"next":{"$dynamicRef":"#node"},"n":{"type":"number"}}}"##;
    assert_eq!(faults(dynamic, r#"{"next":{"next":{"n":"x"}}}"#), ["/next/next/n should be a number"]);
}

#[test]
fn cycles_end() {
    let endless = "applies itself to the same value again, without end";
    for (of, place) in [
        (r##"{"$ref":"#"}"##, "the schema"),
        (r##"{"properties":{"a":{"allOf":[{"$ref":"#/properties/a"}]}}}"##, "/properties/a in the schema"),
        (
            r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"items":{"$ref":"#/$defs/a"}}"##,
            "/$defs/a in the schema",
        ),
        (r##"{"anyOf":[{"not":{"$ref":"#"}}]}"##, "the schema"),
    ] {
        assert_eq!(bad(of), format!("{place} {endless}"));
    }
    let tree = r##"{"properties":{"name":{"type":"string"},"children":{"items":{"$ref":"#"}}}}"##;
    assert_eq!(
        faults(tree, r#"{"children":[{},{"children":[{"name":7}]}]}"#),
        ["/children/1/children/0/name should be text"]
    );
    let tree = schema(tree);
    assert_eq!(tree.at(&at("/children/0/children/7")), Some(tree.source()));
    assert!(!tree.is_secret(&at(&"/children/0".repeat(50))));
}

#[test]
fn a_member_finds_its_subschema() {
    let schema = schema(
        r##"{"properties":{"p":{"type":"string"},"list":{"items":{"$ref":"#/$defs/item"}},
        "pair":{"prefixItems":[{"title":"first"}],"items":{"title":"more"}},
        "open":{"additionalProperties":{"title":"any"}},"shut":{"additionalProperties":false},
        "both":{"$ref":"#/$defs/item","title":"beside"}},
        "patternProperties":{"^x-":{"title":"one"},"^x-y":{"title":"two"}},
        "allOf":[{"properties":{"q":{"title":"q1"}}},{"properties":{"q":{"title":"q2"},"p":{"title":"later"}}}],
        "$defs":{"item":{"title":"item","properties":{"a/b":{"title":"ab"}}}}}"##,
    );
    let json = |place: &str| schema.at(&at(place)).map(Value::to_json);
    assert_eq!(json("/p").as_deref(), Some(r#"{"type":"string"}"#));
    assert_eq!(schema.keyword(&at("/p"), "title"), Some(&Value::string("later")));
    for place in ["/list/0/a~1b", "/list/17/a~1b", r#"/list/id="x"/a~1b"#, "/list/-/a~1b"] {
        assert_eq!(json(place).as_deref(), Some(r#"{"title":"ab"}"#), "{place}");
    }
    assert_eq!(json("/pair/0").as_deref(), Some(r#"{"title":"first"}"#));
    assert_eq!(json("/pair/1").as_deref(), Some(r#"{"title":"more"}"#));
    assert_eq!(json("/pair/id=1").as_deref(), Some(r#"{"title":"more"}"#));
    assert_eq!(json("/x-yz").as_deref(), Some(r#"{"title":"one"}"#));
    assert_eq!(json("/q").as_deref(), Some(r#"{"title":"q1"}"#));
    assert_eq!(json("/open/7").as_deref(), Some(r#"{"title":"any"}"#));
    assert_eq!(json("/shut/z").as_deref(), Some("false"));
    assert!(json("/both").is_some_and(|json| json.starts_with(r#"{"title":"item""#)));
    assert_eq!(schema.keyword(&at("/both"), "title"), Some(&Value::string("beside")));
    assert_eq!(json("/none"), None);
    assert_eq!(json("/p/none"), None);
    assert_eq!(json("").map(|json| json.len()), Some(schema.source().to_json().len()));
}

#[test]
fn secrets_are_found_wherever_they_are_marked() {
    let schema = schema(
        r##"{"properties":{"plain":{"x-secret":false},"token":{"writeOnly":true},"login":{"x-secret":true,
        "properties":{"user":{}}},"far":{"$ref":"#/$defs/key"},"beside":{"$ref":"#/$defs/open","writeOnly":true},
        "keys":{"items":{"properties":{"pin":{"$ref":"#/$defs/key"}}}},
        "maybe":{"anyOf":[{"type":"null"},{"properties":{"pin":{"x-secret":true}}}]},
        "pair":{"prefixItems":[{"writeOnly":true},{}]}},
        "patternProperties":{"^secret-":{"writeOnly":true},"^plain$":{}},
        "if":{"required":["plain"]},"then":{"properties":{"conditional":{"x-secret":true}}},
        "allOf":[{"properties":{"late":{}}},{"properties":{"late":{"writeOnly":true}}}],
        "$defs":{"key":{"allOf":[{"x-secret":true}]},"open":{"x-secret":"true"}}}"##,
    );
    for secret in [
        "/token",
        "/token/deep/er",
        "/login",
        "/login/user",
        "/far",
        "/beside",
        "/keys/0/pin",
        r#"/keys/id="a"/pin"#,
        "/maybe/pin",
        "/pair/0",
        r#"/pair/id="a""#,
        "/secret-a",
        "/conditional",
        "/late",
    ] {
        assert!(schema.is_secret(&at(secret)), "{secret}");
    }
    for plain in ["", "/plain", "/keys", "/keys/0", "/maybe", "/pair/1", "/nothing", "/a/b/c"] {
        assert!(!schema.is_secret(&at(plain)), "{plain}");
    }
    assert!(super::tests::schema(r#"{"writeOnly":true}"#).is_secret(&at("/a")));
}

#[test]
fn huge_lists_are_checked_and_the_violations_limited() {
    let list = |length: usize, element: &str| format!(r#"{{"a":[{}]}}"#, vec![element; length].join(","));
    let of = r##"{"properties":{"a":{"items":{"$ref":"#/$defs/n"}}},"$defs":{"n":{"type":"number"}}}"##;
    assert!(faults(of, &list(100_000, "7")).is_empty());
    let says = faults(of, &list(100_000, "\"x\""));
    assert_eq!(says.len(), MAX_VIOLATIONS);
    assert_eq!(says[99], "/a/99 should be a number");
    let of = r#"{"properties":{"a":{"items":{"allOf":[{"required":["x"]},{"required":["y"]}],"properties":{"x":{"type":"string"}}}}}}"#;
    assert_eq!(faults(of, &list(10_000, r#"{"x":"1","y":2}"#)), [""; 0]);
    let says = faults(of, &list(10_000, r#"{"x":1}"#));
    assert_eq!(says[..2], ["/a/0/x should be text", "/a/0/y is missing"]);
}

#[test]
fn patterns_do_not_backtrack() {
    let slow = format!(r#""{}!""#, "a".repeat(100_000));
    assert_eq!(what(r#"{"pattern":"^(a|a)*(a+)+$"}"#, &slow), "/a should match the pattern ^(a|a)*(a+)+$");
}

#[test]
fn neither_depth_nor_repetition_is_a_danger() {
    let deep = (0..MAX_DEPTH + 1).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let says = schema("{}").faults(&[("a".into(), deep.clone())].into_iter().collect());
    assert_eq!(says[0].what, "is nested deeper than 128 levels");
    assert!(Schema::parse(&deep).expect_err("deep").to_string().contains("nested deeper"));
    // As deep as a record and a schema can be.
    let nested = |levels: usize| format!("{}{}", r#"{"a":"#.repeat(levels) + "7", "}".repeat(levels));
    let raw = r#"{"not":"#.repeat(127) + "{}" + &"}".repeat(127);
    assert!(Schema::parse(&value(&raw)).is_ok());
    let heavy = r##"{"$ref":"#/$defs/node","$defs":{"node":{"anyOf":[{"allOf":[{"if":true,"then":{"$ref":"#/$defs/in"}}]}],
        "unevaluatedProperties":false},"in":{"type":"object","properties":{"a":{"$ref":"#/$defs/node"}}}}}"##;
    let place = "/a".repeat(80);
    assert_eq!(faults(heavy, &nested(80)), [format!("{place} should be an object")]);
    // A chain of references, then each level of the record through such a chain.
    let chain = |length: usize, last: &str| {
        let link = |n: usize| format!(r##""d{n}":{{"allOf":[{{"$ref":"#/$defs/d{}"}}]}},"##, n + 1);
        let links: String = (0..length).map(link).collect();
        format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{links}"d{length}":{last}}}}}"##)
    };
    assert!(bad(&chain(20_000, "{}")).contains("more than 10000 subschemas"));
    assert!(bad(&chain(3_000, "{}")).contains("for too long"));
    assert_eq!(faults(&chain(200, r#"{"type":"object"}"#), "{}").len(), 0);
    let of = chain(50, r##"{"type":"object","properties":{"a":{"$ref":"#"}}}"##);
    assert_eq!(faults(&of, &nested(4)).len(), 1);
    assert_eq!(
        faults(&of, &nested(120)),
        [" is nested too deeply to be checked against the schema of this collection"]
    );
    // What doubles with each reference, in the schema alone and with each level of a record.
    let twice = |length: usize, keyword: &str| {
        let pair = |n: usize| match keyword {
            "allOf" => format!(r##"{{"allOf":[{{"$ref":"#/$defs/d{n}"}},{{"$ref":"#/$defs/d{n}"}}]}}"##),
            _ => format!(
                r##"{{"allOf":[{{"properties":{{"a":{{"$ref":"#/$defs/d{n}"}}}}}},
                {{"properties":{{"a":{{"$ref":"#/$defs/d{n}"}}}}}}]}}"##
            ),
        };
        let links: String = (0..length).map(|n| format!(r#""d{n}":{},"#, pair(n + 1))).collect();
        format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{links}"d{length}":{{}}}}}}"##)
    };
    assert!(bad(&twice(40, "allOf")).contains("too many times over"));
    assert_eq!(faults(&twice(5, "allOf"), "{}").len(), 0);
    let large = [" is too large to be checked against the schema of this collection"];
    assert_eq!(faults(&twice(40, "properties"), &nested(100)), large);
    assert_eq!(faults(&twice(40, "properties"), &nested(10)).len(), 0);
    let recursive =
        r##"{"allOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}],"type":"object"}"##;
    assert_eq!(faults(recursive, &nested(100)), large);
    assert_eq!(faults(recursive, &nested(5)).len(), 1);
    // Choices in choices, as a tree of nodes has them, are no such thing.
    let tree = r##"{"anyOf":[{"type":"object","properties":{"a":{"$ref":"#"}}},{"type":"null"}]}"##;
    let place = "/a".repeat(127);
    assert_eq!(faults(tree, &nested(127)), [format!("{place} should be an object or null")]);
}

#[test]
fn older_dialects_are_read_by_their_own_rules() {
    let of = r#"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"items":[{"type":"number"}],
        "additionalItems":{"type":"string"}},"b":{"$ref":"SHARP/definitions/b"}},"definitions":{"b":{"writeOnly":true}}}"#;
    let of = of.replace("SHARP", "#");
    assert_eq!(faults(&of, r#"{"a":["x",1]}"#), ["/a/0 should be a number", "/a/1 should be text"]);
    assert_eq!(schema(&of).at(&at("/a/0")).map(Value::to_json).as_deref(), Some(r#"{"type":"number"}"#));
    assert_eq!(schema(&of).at(&at("/a/4")).map(Value::to_json).as_deref(), Some(r#"{"type":"string"}"#));
    assert!(schema(&of).is_secret(&at("/b")));
}
