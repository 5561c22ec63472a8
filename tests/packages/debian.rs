//! The Debian package: made of this binary, installed and removed for real, and nothing of it left.

use std::path::Path;
use std::process::{Command, Output};

use crate::file;
use crate::tools::{are_here, passed_over};

fn run(words: &[&str]) -> Output {
    Command::new(words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive").output().unwrap()
}

fn says(words: &[&str]) -> String {
    let output = run(words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const BINARY: &str = "/usr/bin/midair";
/// Where the server of the package keeps its records.
const RECORDS: &str = "/var/lib/midair";

/// A package that does not outlive its test, however that ends.
struct Installed;

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = run(&["dpkg", "--purge", "midair"]);
    }
}

/// The package, in this folder.
fn made(folder: &Path) -> String {
    let mut script = Command::new(file("scripts/deb.sh"));
    script.arg(env!("CARGO_BIN_EXE_midair")).arg(folder);
    // A package that is thrown away need not be small.
    script.env("DPKG_DEB_COMPRESSOR_TYPE", "gzip").env("DPKG_DEB_COMPRESSOR_LEVEL", "1");
    let output = script.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_package_is_made_installed_removed_and_purged_without_a_trace() {
    if !are_here(&["dpkg-deb", "dpkg-shlibdeps", "strip", "gzip"], "the Debian package") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let package = made(folder.path());
    let told = says(&["dpkg-deb", "--info", &package]);
    assert!(told.contains(" Package: midair\n") && told.contains(" Depends: libc6 (>= "), "{told}");
    let holds = says(&["dpkg-deb", "--contents", &package]);
    for name in [
        "root/root",
        " ./usr/bin/midair\n",
        " ./usr/share/man/man1/midair-get.1.gz\n",
        " ./usr/share/bash-completion/completions/midair\n",
        " ./usr/share/zsh/vendor-completions/_midair\n",
        " ./usr/share/fish/vendor_completions.d/midair.fish\n",
        " ./usr/lib/systemd/system/midair.socket\n",
        " ./usr/share/doc/midair/copyright\n",
    ] {
        assert!(holds.contains(name), "{name} in {holds}");
    }
    assert!(!holds.lines().any(|line| !line.contains(" root/root ")), "{holds}");

    if says(&["id", "-u"]).trim() != "0" {
        return passed_over("only root installs packages", "installing the Debian package");
    }
    if run(&["dpkg-query", "--status", "midair"]).status.success()
        || [BINARY, RECORDS].iter().any(|path| Path::new(path).exists())
    {
        return passed_over("a midair is installed here", "installing the Debian package");
    }
    let installed = Installed;
    says(&["dpkg", "--install", &package]);
    let version = says(&[BINARY, "--version"]);
    assert_eq!(says(&["dpkg-query", "--show", "--showformat", "midair ${Version}\n", "midair"]), version);
    assert_eq!(says(&["dpkg", "--verify", "midair"]), "");
    let files = says(&["dpkg-query", "--listfiles", "midair"]);
    std::fs::create_dir(RECORDS).unwrap();
    says(&["dpkg", "--remove", "midair"]);
    assert!(!Path::new(BINARY).exists() && Path::new(RECORDS).exists(), "records outlive the program");
    says(&["dpkg", "--purge", "midair"]);
    drop(installed);
    assert!(!run(&["dpkg-query", "--status", "midair"]).status.success());
    let left: Vec<_> =
        files.lines().chain([RECORDS]).filter(|name| name.contains("midair") && Path::new(name).exists()).collect();
    assert!(left.is_empty(), "{left:?}");
}
