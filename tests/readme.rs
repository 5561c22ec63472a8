//! The README says what the program does: its list of keys is the table of keys.

use std::path::Path;

/// `UPDATE_README=1 cargo test --test readme` writes the list anew.
#[test]
fn the_keys_of_the_readme_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let (before, rest) = readme.split_once("<!-- keys -->\n").expect("the start of the list of keys");
    let (listed, after) = rest.split_once("<!-- /keys -->").expect("the end of the list of keys");
    let keys = midair::tui::keys::markdown();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{before}<!-- keys -->\n{keys}\n<!-- /keys -->{after}")).expect("written");
        return;
    }
    assert_eq!(listed.trim(), keys.trim(), "write it anew with UPDATE_README=1");
}
