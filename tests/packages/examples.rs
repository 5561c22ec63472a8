//! The examples that test a client: they tell one that keeps what others save from one that does not.

use std::process::Command;

use crate::file;
use crate::shell::{Home, Run};
use crate::tools::{are_here, passed_over};

/// Reads, and writes over what it read and nothing else; does its edit again where that has changed.
const CAREFUL: &str = r#"
for try in 1 2 3; do
    curl -fsS -D headers -o body "$RECORD"
    tag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' headers | tr -d '\r')
    status=$(sed s/Moon/Moonshot/ body | curl -sS -o /dev/null -w '%{http_code}' -X PUT "$RECORD" \
        -H "If-Match: $tag" -H 'Content-Type: application/json' --data-binary @-)
    [ "$status" = 412 ] || break
done
[ "$status" = 200 ]
"#;

/// Reads, and writes over whatever is there.
const CARELESS: &str = r#"
curl -fsS "$RECORD" | sed s/Moon/Moonshot/ >body
curl -fsS -o /dev/null -X PUT "$RECORD" -H 'Content-Type: application/json' --data-binary @body
"#;

fn check(words: &[&str]) -> (Option<i32>, String) {
    let home = Home::new();
    let mut command = Command::new(file("examples").join(words[0]));
    command.args(&words[1..]).env("MIDAIR", env!("CARGO_BIN_EXE_midair")).current_dir(home.folder.path());
    let run = Run::of(command.env("HOME", home.folder.path()).output().unwrap());
    assert!(run.out.is_empty() || !run.err.contains("midair"), "{}", run.err);
    (run.code, run.out)
}

fn done(code: i32, says: &str) -> (Option<i32>, String) {
    (Some(code), format!("{says}\n"))
}

#[test]
fn the_script_tells_a_client_that_keeps_what_others_save_from_one_that_does_not() {
    if !are_here(&["bash", "curl"], "examples/conflict-check.sh") {
        return;
    }
    let script = std::fs::read_to_string(file("examples/conflict-check.sh")).unwrap();
    assert!(script.lines().count() < 30);
    let client = |text: &str| check(&["conflict-check.sh", "sh", "-c", text]);
    assert_eq!(client(CAREFUL), done(0, "kept: both changes are there"));
    assert_eq!(client(CARELESS), done(1, "lost: bob's change was overwritten"));
    let told = "kept: bob's change is there, the client's is not, and it says exit code";
    let once = CAREFUL.replace("1 2 3", "1");
    assert_eq!(client(&once), done(0, &format!("{told} 1")), "it was refused, and says so");
    assert_eq!(client(&format!("{once}exit 0")), done(1, &format!("{told} 0")), "it says that it saved");
    assert_eq!(client("true"), done(2, "the client wrote nothing"));
    assert_eq!(check(&["conflict-check.sh"]), (Some(2), String::new()));
}

#[test]
fn the_python_program_tells_a_careful_client_from_a_careless_one() {
    if !are_here(&["python3"], "examples/conflict_check.py") {
        return;
    }
    let requests = Command::new("python3").args(["-c", "import requests"]).output().unwrap();
    if !requests.status.success() {
        return passed_over("requests is missing for python3", "examples/conflict_check.py");
    }
    assert_eq!(check(&["conflict_check.py", "careful"]), done(0, "kept: both changes are there"));
    assert_eq!(check(&["conflict_check.py", "careless"]), done(1, "lost: {'quota': 150} is not there"));
    assert_eq!(check(&["conflict_check.py", "somebody"]), (Some(2), String::new()));
}
