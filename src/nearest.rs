//! What is known where something unknown was asked for, with the nearest first.

/// `did you mean "save"? Known are …`, or `known are …` alone.
pub fn known<'k>(asked: &str, known: impl Iterator<Item = &'k str>) -> String {
    let names: Vec<&str> = known.collect();
    let near = |name: &&str| strsim::jaro_winkler(&asked.to_lowercase(), name);
    let nearest = names.iter().copied().max_by(|a, b| near(a).total_cmp(&near(b))).filter(|name| near(name) > 0.8);
    match nearest {
        None if names.is_empty() => "there is none".into(),
        Some(name) => format!("did you mean {name:?}? Known are {}", names.join(", ")),
        None => format!("known are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_asked_for_and_nothing_that_is_far() {
        let names = ["theme", "motion", "mouse"];
        assert_eq!(known("tehme", names.into_iter()), "did you mean \"theme\"? Known are theme, motion, mouse");
        assert_eq!(known("Mouse", names.into_iter()), "did you mean \"mouse\"? Known are theme, motion, mouse");
        assert_eq!(known("xyz", names.into_iter()), "known are theme, motion, mouse");
    }
}
