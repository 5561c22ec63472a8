//! The manual pages: one for each command, each set by groff without a complaint.

use std::process::Command;

use crate::shell::Home;
use crate::tools::are_here;

#[test]
fn every_manual_page_is_set_without_a_complaint() {
    let home = Home::new();
    let folder = home.folder.path().join("man1");
    let run = home.run(&["man", "--dir", &folder.display().to_string()]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(0), "", ""));
    let mut pages: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|page| page.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() > 20, "{pages:?}");
    let printed = home.run(&["man"]).out;
    assert_eq!(printed, std::fs::read_to_string(folder.join("midair.1")).unwrap());
    if !are_here(&["groff"], "setting the manual pages") {
        return;
    }
    for page in pages {
        let set =
            Command::new("groff").args(["-man", "-Tutf8", "-wall", "-rLL=78n", "-P-cbou"]).arg(&page).output().unwrap();
        let complaint = String::from_utf8_lossy(&set.stderr);
        assert!(set.status.success() && complaint.is_empty(), "{}: {complaint}", page.display());
        let text = String::from_utf8_lossy(&set.stdout);
        assert!(text.contains("EXIT STATUS\n       0      Done.\n"), "{text}");
    }
}

#[test]
fn pages_that_cannot_be_written_are_named() {
    let home = Home::new();
    let taken = home.file("taken", "");
    let run = home.run(&["man", "--dir", &taken]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.starts_with(&format!("midair: cannot make the folder {taken} (")), "{}", run.err);
}
