//! Stories of three versions put together: what is certain, what is asked, and what becomes of arrays and groups.

use super::*;

fn object(text: &str) -> Object {
    Value::parse(text).unwrap().as_object().unwrap().clone()
}

fn states(base: &str, mine: &str, theirs: &str) -> Vec<(String, State)> {
    let merge = merge(Some(&object(base)), &object(mine), &object(theirs));
    merge.units().iter().map(|unit| (unit.at.to_string(), unit.state)).collect()
}

fn only_kind(base: &str, mine: &str, theirs: &str) -> Kind {
    match states(base, mine, theirs)[..] {
        [(_, State::Conflict(kind))] => kind,
        ref other => panic!("expected one conflict, got {other:?}"),
    }
}

#[test]
fn every_kind_of_conflict_is_told_apart() {
    assert_eq!(only_kind(r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#), Kind::EditEdit);
    assert_eq!(only_kind(r#"{"a":1}"#, r#"{"a":2}"#, r#"{}"#), Kind::EditDelete);
    assert_eq!(only_kind(r#"{"a":1}"#, r#"{}"#, r#"{"a":3}"#), Kind::DeleteEdit);
    assert_eq!(only_kind(r#"{}"#, r#"{"a":2}"#, r#"{"a":3}"#), Kind::AddAdd);
    assert_eq!(only_kind(r#"{"a":1}"#, r#"{"a":"1"}"#, r#"{"a":3}"#), Kind::TypeChange);
    assert_eq!(only_kind(r#"{"a":{"b":1}}"#, r#"{}"#, r#"{"a":{"b":2}}"#), Kind::ParentDeleted);
    assert_eq!(only_kind(r#"{"a":{"b":1}}"#, r#"{"a":{"b":2}}"#, r#"{}"#), Kind::ParentDeleted);
    assert_eq!(only_kind(r#"{"a":"x"}"#, r#"{"a":null}"#, r#"{"a":"y"}"#), Kind::EditEdit);
}

#[test]
fn absent_null_and_empty_conflict_with_each_other() {
    assert_eq!(only_kind(r#"{"a":"x"}"#, r#"{"a":null}"#, r#"{"a":""}"#), Kind::EditEdit);
    assert_eq!(only_kind(r#"{"a":"x"}"#, r#"{}"#, r#"{"a":null}"#), Kind::DeleteEdit);
}

#[test]
fn a_parent_deleted_with_nothing_edited_inside_is_only_theirs() {
    assert_eq!(
        states(r#"{"a":{"b":1},"c":1}"#, r#"{"a":{"b":1},"c":2}"#, r#"{"c":1}"#),
        [("/a".to_owned(), State::OnlyTheirs), ("/c".to_owned(), State::OnlyMine)]
    );
}

#[test]
fn objects_added_on_both_sides_are_asked_member_by_member() {
    assert_eq!(
        states("{}", r#"{"o":{"a":1,"b":2}}"#, r#"{"o":{"a":1,"c":3}}"#),
        [
            ("/o/a".to_owned(), State::Same),
            ("/o/b".to_owned(), State::Conflict(Kind::AddAdd)),
            ("/o/c".to_owned(), State::Conflict(Kind::AddAdd))
        ]
    );
}

#[test]
fn without_a_base_nothing_is_merged_by_itself() {
    let merge = merge(None, &object(r#"{"a":1,"b":2,"c":3}"#), &object(r#"{"a":1,"b":5}"#));
    assert!(merge.units().iter().all(|unit| unit.state == State::Conflict(Kind::BaseUnknown)));
    assert_eq!(merge.units().len(), 2);
    assert_eq!(merge.clean(), None);
}

#[test]
fn my_order_stays_where_they_kept_theirs() {
    let [base, mine, theirs] = [r#"{"a":1,"b":2}"#, r#"{"b":2,"n":0,"a":1}"#, r#"{"a":1,"t":0,"b":2}"#].map(object);
    let merged = merge(Some(&base), &mine, &theirs).clean().unwrap();
    assert_eq!(Value::Object(merged).to_json(), r#"{"b":2,"n":0,"a":1,"t":0}"#);
}

#[test]
fn their_order_stays_where_i_moved_only_what_they_took_out() {
    let sides = [r#"{"a":1,"b":2,"c":3}"#, r#"{"b":2,"a":1,"c":3}"#, r#"{"c":3,"a":1}"#].map(object);
    let [base, mine, theirs] = sides;
    let merged = merge(Some(&base), &mine, &theirs).clean().unwrap();
    assert_eq!(Value::Object(merged).to_json(), r#"{"c":3,"a":1}"#);
}

fn merged_by(schema: &str, base: &str, mine: &str, theirs: &str) -> Merge {
    let rules = Rules::of_schema(&Value::parse(schema).unwrap()).unwrap();
    merge_by(&rules, Some(&object(base)), &object(mine), &object(theirs))
}

/// What merged is by inferred rules, `None` where something is asked.
fn clean(base: &str, mine: &str, theirs: &str) -> Option<String> {
    merged_by("{}", base, mine, theirs).clean().map(|merged| Value::Object(merged).to_json())
}

fn all_theirs(merge: &Merge) -> String {
    let picks: Vec<_> = merge.units().iter().map(|unit| unit.theirs.clone()).collect();
    Value::Object(merge.assemble(&picks)).to_json()
}

#[test]
fn an_array_in_another_order_is_one_unit_so_that_all_theirs_is_theirs() {
    let base = r#"{"a":[{"id":1},{"id":2}]}"#;
    let mine = r#"{"a":[{"id":2},{"id":1}]}"#;
    let theirs = r#"{"a":[{"id":1},{"id":2},{"id":3}]}"#;
    let merge = merged_by("{}", base, mine, theirs);
    let units: Vec<_> = merge.units().iter().map(|unit| (unit.label(), unit.state)).collect();
    assert_eq!(units, [("a".to_owned(), State::Merged)]);
    assert_eq!(all_theirs(&merge), theirs);
    assert_eq!(clean(base, mine, theirs).as_deref(), Some(r#"{"a":[{"id":2},{"id":3},{"id":1}]}"#));
    let moved_and_edited = r#"{"a":[{"id":2,"n":1},{"id":1}]}"#;
    assert_eq!(only_kind(base, moved_and_edited, r#"{"a":[{"id":1},{"id":2,"n":2}]}"#), Kind::EditEdit);
}

#[test]
fn elements_that_i_removed_keep_their_order_in_theirs() {
    let base = r#"{"a":[{"id":8},{"id":1},{"id":2},{"id":3}]}"#;
    let theirs = r#"{"a":[{"id":2},{"id":1},{"id":3}]}"#;
    assert_eq!(all_theirs(&merged_by("{}", base, r#"{"a":[{"id":8},{"id":3}]}"#, theirs)), theirs);
}

#[test]
fn an_element_that_both_added_under_one_key_is_not_asked_for_its_key() {
    let units = states(r#"{"a":[]}"#, r#"{"a":[{"id":1,"n":0}]}"#, r#"{"a":[{"id":1}]}"#);
    assert_eq!(units, [("/a/id=1/n".to_owned(), State::OnlyMine)]);
}

#[test]
fn an_element_that_both_replaced_by_the_same_one_is_no_question() {
    let base = r#"{"a":[{"id":8},{"id":7}]}"#;
    let mine = r#"{"a":[{"id":1},{"id":7},{"id":9}]}"#;
    assert_eq!(clean(base, mine, r#"{"a":[{"id":1},{"id":7},{"id":2}]}"#), None, "which comes first is not known");
    let theirs = r#"{"a":[{"id":1,"n":0},{"id":7}]}"#;
    assert_eq!(clean(base, mine, theirs).as_deref(), Some(r#"{"a":[{"id":1,"n":0},{"id":7},{"id":9}]}"#));
    assert_eq!(clean(base, mine, r#"{"a":[{"id":2},{"id":7}]}"#), None);
}

#[test]
fn an_empty_object_that_both_added_can_be_decided() {
    assert_eq!(states("{}", r#"{"a":{}}"#, r#"{"a":{}}"#), [("/a".to_owned(), State::Same)]);
}

#[test]
fn a_name_keeps_the_escapes_of_who_changed_them() {
    let [plain, escaped] = [r#"{"a":1}"#, r#"{"\u0061":1}"#];
    assert_eq!(clean(plain, plain, escaped).as_deref(), Some(escaped));
    assert_eq!(clean(plain, escaped, r#"{"a":2}"#).as_deref(), Some(r#"{"\u0061":2}"#));
}

#[test]
fn what_is_always_asked_is_asked_wherever_it_stands() {
    let price = r#"{"properties":{"price":{"x-merge":"manual"}}}"#;
    let inside = format!(r#"{{"x-merge-groups":[["o","p"]],"properties":{{"o":{price},"a":{{"items":{price}}}}}}}"#);
    let kinds = |mine: &str, theirs: &str| -> Vec<(String, State)> {
        let base = r#"{"a":[{"id":1,"n":0,"price":2}],"o":{"n":0,"price":2},"x":0}"#;
        let units = merged_by(&inside, base, mine, theirs).units().to_vec();
        let asked = units.iter().filter(|unit| unit.is_conflict());
        asked.map(|unit| (unit.label(), unit.state)).collect()
    };
    let mine = r#"{"a":[{"id":1,"n":0,"price":2}],"o":{"n":0,"price":2},"x":1}"#;
    let manual = |at: &str| vec![(at.to_owned(), State::Conflict(Kind::Manual))];
    assert_eq!(kinds(mine, r#"{"a":[{"id":1,"n":0,"price":3}],"o":{"n":0,"price":2},"x":0}"#), manual("a[1].price"));
    assert_eq!(kinds(mine, r#"{"a":[{"id":1,"n":5,"price":2}],"o":{"n":5,"price":2},"x":0}"#), []);
    assert_eq!(kinds(mine, r#"{"a":[],"o":{"n":0,"price":2},"x":0}"#), manual("a[1]"));
    assert_eq!(kinds(mine, r#"{"a":[{"id":1,"n":0,"price":2}],"x":0}"#), manual("o + p"));
}

#[test]
fn a_group_in_an_object_that_both_added_is_asked_like_any_member_of_it() {
    let schema = r#"{"properties":{"o":{"x-merge-groups":[["price","currency"]]}}}"#;
    let merge = merged_by(schema, "{}", r#"{"o":{"price":1,"currency":"EUR"}}"#, r#"{"o":{"n":0}}"#);
    assert!(merge.units().iter().all(|unit| unit.state == State::Conflict(Kind::AddAdd)));
}

#[test]
fn two_who_count_the_same_count_twice() {
    let stock = r#"{"properties":{"stock":{"x-merge":"counter"}}}"#;
    let counted =
        |base: &str, both: &str| merged_by(stock, base, both, both).clean().map(|fields| fields["stock"].clone());
    let number = |text: &str| Some(Value::parse(text).unwrap());
    assert_eq!(counted(r#"{"stock":10}"#, r#"{"stock":8}"#), number("6"));
    assert_eq!(counted(r#"{"stock":10}"#, r#"{"stock":10}"#), number("10"));
    assert_eq!(counted("{}", r#"{"stock":5}"#), number("5"), "both wrote down what is there");
    assert_eq!(counted(r#"{"stock":10}"#, r#"{"stock":"none"}"#), number(r#""none""#));
    let lines = r#"{"properties":{"lines":{"x-merge":"map","items":{"properties":{"n":{"x-merge":"counter"}}}}}}"#;
    let both = r#"{"lines":[{"id":1,"n":8,"x":1}]}"#;
    let merged = merged_by(lines, r#"{"lines":[{"id":1,"n":10,"x":0}]}"#, both, both).clean();
    assert_eq!(merged, Some(object(r#"{"lines":[{"id":1,"n":6,"x":1}]}"#)));
}
