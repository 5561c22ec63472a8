//! The image: what its Dockerfile starts and asks is what midair understands; built where an engine is at hand.

use std::io::Write;
use std::process::Command;

use crate::file;
use crate::shell::Home;

/// Its instructions, one a line.
fn instructions() -> Vec<String> {
    let text = std::fs::read_to_string(file("Dockerfile")).unwrap().replace("\\\n", "");
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// The words of the JSON array that ends the one instruction that begins like this.
fn words(instruction: &str) -> Vec<String> {
    let all = instructions();
    let found: Vec<_> = all.iter().filter(|line| line.starts_with(instruction)).collect();
    assert_eq!(found.len(), 1, "{instruction} in {all:?}");
    serde_json::from_str(&found[0][found[0].find('[').unwrap()..]).unwrap()
}

#[test]
fn what_the_image_starts_is_served_and_its_health_is_told() {
    let home = Home::new();
    let here = |word: String| word.replace("127.0.0.1:4120", &home.listen.to_string());
    let start: Vec<String> = [words("ENTRYPOINT"), words("CMD")].concat();
    let health: Vec<String> = words("HEALTHCHECK").into_iter().map(here).collect();
    assert_eq!((start[0].as_str(), health[0].as_str()), ("midair", "midair"));
    let health: Vec<&str> = health[1..].iter().map(String::as_str).collect();

    assert_eq!(home.run(&health).code, Some(5), "nothing is served yet");
    let start: Vec<&str> = start[1..].iter().map(String::as_str).collect();
    let [serve, options @ ..] = start.as_slice() else { panic!("nothing is started") };
    assert_eq!(*serve, "serve");
    let (_serving, _) = home.serve(options);
    assert_eq!(home.run(&health).code, Some(0));
}

#[test]
fn the_image_is_built_by_the_compiler_that_midair_asks_for_and_runs_as_nobody_in_particular() {
    let all = instructions();
    let compiler = env!("CARGO_PKG_RUST_VERSION");
    assert!(all[0].starts_with(&format!("FROM rust:{compiler}-slim-")), "{}", all[0]);
    let last = all.iter().rposition(|line| line.starts_with("FROM ")).unwrap();
    let place = |what: &str| all[last..].iter().position(|line| line.starts_with(what));
    let (user, entry) = (place("USER ").expect("a user"), place("ENTRYPOINT ").expect("a program"));
    assert!(user < entry && !all[last + user].contains("root") && !all[last + user].contains(" 0"));
    let port = all.iter().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    assert!(all.iter().any(|line| line.contains(&format!("MIDAIR_LISTEN=0.0.0.0:{port} "))));
}

#[test]
fn the_image_is_built_where_an_engine_is_at_hand() {
    let works = |engine: &&&str| Command::new(engine).arg("info").output().is_ok_and(|output| output.status.success());
    let Some(engine) = ["docker", "podman"].iter().find(works) else {
        let _ = writeln!(std::io::stderr(), "NOT RUN, no docker or podman works here: building the image");
        return;
    };
    let built = Command::new(engine).args(["build", "-q", "."]).current_dir(file("")).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}
