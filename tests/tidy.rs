//! The house rules that the compiler does not keep: the walls between rooms, how files open, how long they get.
#![allow(clippy::unwrap_used)]

#[path = "tidy/paths.rs"]
mod paths;
#[path = "tidy/stories.rs"]
mod stories;

use std::path::{Path, PathBuf};

use paths::{mentions, mentions_in_tests};

/// Who must never name what. `a::b` is found wherever `a::b` stands in a path, however it is imported. A room is a
/// folder or a file; `except` are the rooms inside it to which the wall does not apply.
struct Wall {
    room: &'static [&'static str],
    except: &'static [&'static str],
    never: &'static [&'static str],
}

const WALLS: &[Wall] = &[
    Wall {
        room: &["record/src"],
        except: &[],
        never: &[
            "tokio",
            "axum",
            "reqwest",
            "ratatui",
            "rusqlite",
            "std::fs",
            "std::net",
            "std::time",
            "std::thread",
            "std::env",
        ],
    },
    Wall {
        room: &["src/tui"],
        except: &[],
        never: &[
            "tokio",
            "reqwest",
            "midair_server",
            "crate::backend",
            "crate::run",
            "crate::cli",
            "super::backend",
            "super::run",
            "super::cli",
            "Frame",
            "Terminal",
            "Instant",
            "SystemTime",
            "Timestamp::now",
            "Zoned::now",
            "static",
            "thread_local",
            "std::env",
            "std::fs",
            "println",
            "print",
            "eprintln",
            "eprint",
        ],
    },
    Wall {
        room: &["src/scenario"],
        except: &[],
        never: &[
            "tokio",
            "reqwest",
            "hyper",
            "midair_server",
            "crate::backend",
            "crate::run",
            "crate::cli",
            "super::backend",
            "super::run",
            "super::cli",
            "Instant",
            "SystemTime",
            "Timestamp",
            "std::env",
            "std::fs",
            "std::net",
            "std::time",
            "println",
            "print",
        ],
    },
    Wall {
        room: &["src/backend"],
        except: &[],
        never: &["crate::tui", "crate::run", "crate::cli", "super::tui", "super::run", "midair_server", "rusqlite"],
    },
    Wall { room: &["src"], except: &["src/cli"], never: &["midair_server"] },
    Wall { room: &["src/run"], except: &[], never: &["rusqlite", "midair_record::merge"] },
    Wall { room: &["src"], except: &[], never: &["rusqlite"] },
    Wall { room: &["server/src/store"], except: &[], never: &["axum"] },
    Wall { room: &["server/src"], except: &["server/src/store"], never: &["rusqlite"] },
];

/// Names that say what kind of thing a file holds, where they should say which story it tells.
const VAGUE: [&str; 12] = [
    "utils", "util", "helpers", "helper", "common", "types", "models", "model", "misc", "manager", "handlers",
    "handler",
];

/// Tests that stagger what they do instead of waiting for something; why is said there.
const MAY_SLEEP: [&str; 2] = ["server/tests/racing.rs", "tests/faults/dice.rs"];

const MOST_LINES: usize = 600;

fn is_in(file: &str, room: &str) -> bool {
    file.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest == ".rs")
}

fn walls(file: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for wall in WALLS {
        let inside = |rooms: &[&str]| rooms.iter().any(|room| is_in(file, room));
        if !inside(wall.room) || inside(wall.except) {
            continue;
        }
        for name in wall.never.iter().filter(|name| mentions(text, name)) {
            faults.push(format!("must not know {name}"));
        }
    }
    faults
}

fn opening(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let sentence = lines.split(|line| line.trim().is_empty()).next().unwrap_or_default().concat();
    if sentence.trim().ends_with('.') { vec![] } else { vec!["does not open with a //! sentence".into()] }
}

fn name(file: &str) -> Vec<String> {
    let parts = file.trim_end_matches(".rs").split('/');
    parts.filter(|part| VAGUE.contains(part)).map(|part| format!("{part:?} says the kind, not the story")).collect()
}

fn length(text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines > MOST_LINES { vec![format!("has {lines} lines, more than {MOST_LINES}")] } else { vec![] }
}

fn sleeps(file: &str, text: &str) -> Vec<String> {
    let all_test = file.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "examples" | "benches"));
    let sleeps = |name: &&&str| if all_test { mentions(text, name) } else { mentions_in_tests(text, name) };
    let found = ["thread::sleep", "time::sleep"].iter().find(sleeps);
    let found = found.filter(|_| !MAY_SLEEP.contains(&file));
    found.map(|name| format!("waits with {name}; wait for what you expect instead")).into_iter().collect()
}

fn faults(file: &str, text: &str) -> Vec<String> {
    let all = [walls(file, text), opening(text), name(file), length(text), sleeps(file, text)].concat();
    all.into_iter().map(|fault| format!("{file}: {fault}")).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        let hidden = name.to_string_lossy().starts_with('.');
        if entry.file_type().unwrap().is_dir() && !hidden && name != "target" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(root, &mut files);
    assert!(files.len() > 50, "only {} files were found", files.len());
    let found: Vec<_> = files
        .iter()
        .flat_map(|path| {
            let file = path.strip_prefix(root).unwrap().to_str().unwrap();
            faults(file, &std::fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_promise_around_a_save_has_its_stories() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    let found = stories::faults(&read("README.md").unwrap(), read);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn a_story_that_is_gone_and_a_promise_without_one_are_named() {
    let source = |file: &str| (file == "a.rs").then(|| "#[test]\nfn told() {}\n".to_owned());
    let table =
        |from: u32| (from..=11).map(|number| format!("| {number} | it holds | a.rs | told |\n")).collect::<String>();
    assert_eq!(stories::faults(&table(1), source), [""; 0]);
    assert_eq!(stories::faults(&table(2), source), ["no story tells promise 1"]);
    let told = |line: &str| stories::faults(&(table(1) + line), source);
    assert_eq!(told("| 1 | it holds | a.rs | untold |"), ["a.rs has no story untold"]);
    assert_eq!(told("| 1 | it holds | b.rs | told |"), ["there is no b.rs"]);
    assert_eq!(told("| 1 | it holds |"), ["\"| 1 | it holds |\" is not four cells"]);
}

#[test]
fn every_room_that_has_a_wall_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for room in WALLS.iter().flat_map(|wall| wall.room.iter().chain(wall.except)).chain(&MAY_SLEEP) {
        assert!(root.join(room).exists() || root.join(format!("{room}.rs")).exists(), "there is no {room}");
    }
}

const GOOD: &str = "//! Tells one story; knows nothing else.\n";

fn complains(file: &str, text: &str, about: &str) {
    let found = faults(file, &format!("{GOOD}{text}"));
    assert!(found.len() == 1 && found[0].contains(about), "{file} with {text:?}: {found:?}");
}

#[test]
fn a_wall_is_seen_through_every_way_of_naming() {
    complains("record/src/diff.rs", "use std::fs;", "std::fs");
    complains(
        "record/src/diff.rs",
        "use std::{\n    collections::HashMap,\n    net::{IpAddr, TcpStream as S},\n};",
        "std::net",
    );
    complains("record/src/diff.rs", "fn f() { std::thread::spawn(g); }", "std::thread");
    complains("src/tui/app.rs", "use crate::{\n    backend::Backend,\n    tui::App,\n};", "crate::backend");
    complains("src/tui/app.rs", "fn f() -> Timestamp { jiff::Timestamp::now() }", "Timestamp::now");
    complains("src/tui/app.rs", "use ratatui::{Frame, layout::Rect};", "Frame");
    complains("src/tui/app.rs", "static COUNT: AtomicU32 = AtomicU32::new(0);", "static");
    complains("src/tui/app.rs", "fn f() { println!(\"drawn\"); }", "println");
    complains("src/tui/screens/help.rs", "use super::super::run::Seat;", "super::run");
    complains("src/backend/feed.rs", "use crate::tui::Msg;", "crate::tui");
    complains("src/run/mod.rs", "use midair_server::Store;", "midair_server");
    complains("src/run/mod.rs", "use midair_record::merge;", "midair_record::merge");
    complains("src/draft_box.rs", "fn f() { midair_server::serve(); }", "midair_server");
    complains("server/src/store/write.rs", "use axum::Json;", "axum");
    complains("server/src/routes/mod.rs", "use rusqlite::Connection;", "rusqlite");
}

#[test]
fn a_wall_is_not_seen_where_there_is_none() {
    for (file, text) in [
        ("record/src/diff.rs", "// std::fs is not for here\nconst A: &str = \"std::fs \\\" std::net\";"),
        ("record/src/diff.rs", "/* use std::fs; */ const A: char = '\"'; const B: &str = r#\"use tokio; \" \"#;"),
        ("src/tui/app.rs", "fn f(text: &'static str) -> &'static str { text }"),
        ("src/tui/app.rs", "use crate::tui::running::Runner; fn terminal() {}"),
        ("src/cli/serve.rs", "use midair_server::Store;"),
        ("server/src/store/open.rs", "use rusqlite::Connection;"),
        ("src/cli/local.rs", "async fn f() { tokio::time::sleep(pause).await; }\n#[cfg(test)]\nmod tests {}\n"),
    ] {
        assert_eq!(faults(file, &format!("{GOOD}{text}")), [""; 0], "{file} with {text:?}");
    }
}

#[test]
fn every_other_rule_can_be_broken() {
    for text in ["", "use std::fmt;\n", "//! No end\n", "//!\n//! Late.\n", "/// Outer.\n"] {
        assert_eq!(faults("src/cli/a.rs", text), ["src/cli/a.rs: does not open with a //! sentence"], "{text:?}");
    }
    complains("src/cli/utils.rs", "", "utils");
    complains("server/src/helpers/mod.rs", "", "helpers");
    complains("src/cli/a.rs", &"\n".repeat(MOST_LINES), "601 lines");
    complains("tests/story.rs", "fn f() { std::thread::sleep(LONG); }", "thread::sleep");
    complains("server/tests/story.rs", "use tokio::time::{Duration, sleep};", "time::sleep");
    complains("src/cli/a.rs", "#[cfg(test)]\nmod tests {\n    use std::thread::sleep;\n}\n", "thread::sleep");
}
