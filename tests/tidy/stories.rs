//! The table of promises and the stories that tell them, held against the sources.

/// The promises around a save that need a story.
const PROMISES: std::ops::RangeInclusive<u32> = 1..=11;

/// What is wrong with the table in `text`; `source` gives a test file by its name.
pub fn faults(text: &str, source: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut told = Vec::new();
    for line in
        text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| no.") && !line.starts_with("| ---"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _, file, story] = cells.as_slice() else {
            faults.push(format!("{line:?} is not four cells"));
            continue;
        };
        told.extend(number.parse::<u32>());
        match source(file) {
            None => faults.push(format!("there is no {file}")),
            Some(source) if !source.contains(&format!("#[test]\nfn {story}()")) => {
                faults.push(format!("{file} has no story {story}"));
            }
            Some(_) => {}
        }
    }
    let untold = PROMISES.filter(|number| !told.contains(number));
    faults.extend(untold.map(|number| format!("no story tells promise {number}")));
    faults
}
