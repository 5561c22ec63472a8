//! The clients of docs/test-hooks.md, taken from the page and run against the real server: each survives its script.
#![allow(clippy::unwrap_used)]

mod house;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use house::House;
use midair_server::Limits;
use serde_json::json;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/test-hooks.md");

/// The blocks of the page: the language of each, and its text.
fn blocks() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let mut blocks = Vec::new();
    let mut rest = page.as_str();
    while let Some((_, block)) = rest.split_once("\n```") {
        let (language, block) = block.split_once('\n').unwrap();
        let (text, after) = block.split_once("\n```\n").expect("a block that ends");
        blocks.push((language.to_owned(), format!("{text}\n")));
        rest = after;
    }
    blocks
}

/// Says what was not tried, past the capture of the test runner. Where everything has to be tried, that is a failure.
fn not_run(what: &str) {
    assert!(std::env::var_os("MIDAIR_TESTS_WHOLE").is_none(), "{what} is missing, and MIDAIR_TESTS_WHOLE is set");
    let _ = writeln!(std::io::stderr(), "NOT RUN, {what} is missing here: a client of docs/test-hooks.md");
}

/// Whether these programs are here; of one that is not, says so.
fn are_here(programs: &[&str]) -> bool {
    let missing = |program: &&&str| {
        Command::new(program).arg("--version").output().map_or(true, |output| !output.status.success())
    };
    match programs.iter().find(missing) {
        Some(program) => {
            not_run(program);
            false
        }
        None => true,
    }
}

async fn run(program: &'static str, text: &str, name: &str, house: &House) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    let url = house.url.clone();
    let command = move |file: &Path| Command::new(program).arg(file).env("MIDAIR_SERVER", url).output().unwrap();
    tokio::task::spawn_blocking(move || (command(&file), folder).0).await.unwrap()
}

/// Runs the block of `heading` that is in `language`, on a server to which the page's record and script were given.
async fn survives(heading: &str, language: &str, program: &'static str, name: &str) {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let before = page.split_once(&format!("\n### {heading}\n")).expect("its heading").0;
    let first = before.matches("\n```").count() / 2;
    let blocks = blocks();
    let [client, printed] = &blocks[first..first + 2] else { panic!("{heading} has no client") };
    assert_eq!((client.0.as_str(), printed.0.as_str()), (language, "text"), "{heading}");
    let given = &blocks.iter().find(|(language, _)| language == "sh").unwrap().1;

    let house = House::open_with(Limits { test_hooks: true, ..Limits::default() }).await;
    let set_up = run("sh", given, "given.sh", &house).await;
    assert!(set_up.status.success(), "{set_up:?}");
    let output = run(program, &client.1, name, &house).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), printed.1, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(house.get("/v1/test-hooks/projects/moon").await.text, "", "the script was played to its end");
    let history = house.get("/v1/collections/projects/records/moon/versions").await.json();
    let lines = history["items"].as_array().unwrap().iter().map(|line| json!([line["by"], line["paths"]]));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [json!(["", ["/name", "/quota"]]), json!(["bob", ["/quota"]]), json!(["alice", ["/name"]])]
    );
    house.close().await;
}

#[tokio::test]
async fn the_client_in_curl_survives_a_collision_a_lost_answer_and_a_busy_server() {
    if are_here(&["curl"]) {
        survives("curl", "sh", "sh", "trial.sh").await;
    }
}

#[tokio::test]
async fn the_client_in_python_survives_a_collision_a_lost_answer_and_a_busy_server() {
    if are_here(&["curl", "python3"]) {
        survives("Python", "python", "python3", "trial.py").await;
    }
}

#[tokio::test]
async fn the_client_in_javascript_survives_a_collision_a_lost_answer_and_a_busy_server() {
    if are_here(&["curl", "node"]) {
        survives("JavaScript", "js", "node", "trial.mjs").await;
    }
}
