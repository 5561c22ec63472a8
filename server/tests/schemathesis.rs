//! schemathesis asks a real server whatever `/openapi.json` allows, and whatever it does not, and holds each answer
//! against it.
#![allow(clippy::unwrap_used)]

mod house;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use house::House;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis");

/// Says on the real standard error, past the capture of the test runner, that the test did not run; where all tests have to
/// run, fails instead.
fn not_run(why: &str) {
    assert!(std::env::var_os("MIDAIR_TESTS_WHOLE").is_none(), "schemathesis cannot run here: {why}");
    let _ = writeln!(std::io::stderr(), "NOT RUN, schemathesis cannot run here: {why}");
}

fn done(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|fault| format!("{:?}: {fault}", command.get_program()))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("{:?}: {}", command.get_program(), said.lines().last().unwrap_or("it failed without a word")))
}

/// schemathesis in the versions of `requirements.txt`, from its folder under `target/`; installed there when it is not.
fn schemathesis() -> Result<PathBuf, String> {
    let requirements = Path::new(HERE).join("requirements.txt");
    let wanted = std::fs::read_to_string(&requirements).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
    let installed = folder.join("requirements.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(folder.join("bin/schemathesis"));
    }
    done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"];
    done(Command::new(folder.join("bin/python")).args(pip).arg(&requirements))?;
    // Last, so that what was installed by half is installed again.
    std::fs::write(installed, wanted).unwrap();
    Ok(folder.join("bin/schemathesis"))
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_answer_that_the_contract_does_not_tell_of() {
    let schemathesis = match schemathesis() {
        Ok(schemathesis) => schemathesis,
        Err(why) => return not_run(&why),
    };
    let house = House::open().await;
    house.create("/v1/collections/projects/records/moon", r#"{"name":"Moon","quota":100}"#).await;
    let mut run = Command::new(schemathesis);
    run.args(["--config-file", &format!("{HERE}/schemathesis.toml"), "run", "--no-color"]);
    run.env("SCHEMATHESIS_HOOKS", format!("{HERE}/formats.py"));
    run.arg(format!("{}/openapi.json", house.url)).current_dir(env!("CARGO_TARGET_TMPDIR"));
    let output = tokio::task::spawn_blocking(move || run.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(house.get("/readyz").await.status, 200);
    house.close().await;
}
