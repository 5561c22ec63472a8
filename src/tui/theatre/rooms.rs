//! Where everything stands on a stage of any size: the screens beside each other, stacked or in turn, then who has no room,
//! the wire, the caption and the keys.

use ratatui::layout::Rect;

use crate::tui::app::SMALLEST;

/// The least a screen gets beside another one, the gap between them included.
const BESIDE: u16 = 52;
/// The least a screen gets above another one, the line with the name included.
const ABOVE: u16 = 12;
/// From this height on, there is room for a little of the wire at all times.
const LOW: u16 = 20;
/// From this height on, there is more to be seen of it.
const TALL: u16 = 30;
/// Between two screens.
const GAP: u16 = 1;

/// How many lines a caption has.
pub(super) const CAPTION: u16 = 2;

/// The stage, divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rooms {
    /// Whose screen stands where, below the line with the name.
    pub screens: Vec<(usize, Rect)>,
    /// Who is told in a line of their own, because there is no room or no screen.
    pub lines: Vec<(usize, Rect)>,
    pub wire: Rect,
    pub caption: Rect,
    pub foot: Rect,
}

/// Divides `area`. `people`: whether each has a screen; `first`: whose screen is wanted most, then the next, and so on;
/// `taken`: whether somebody types there, who in a low terminal needs the room more than the wire and the caption do.
/// `None` where the terminal is too small.
pub(super) fn rooms(area: Rect, people: &[bool], first: &[usize], taken: bool) -> Option<Rooms> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let seated: Vec<usize> = (0..people.len()).filter(|person| people[*person]).collect();
    let without = count(people.len() - seated.len());
    let (wire, caption) = match area.height {
        TALL.. => (7, CAPTION),
        LOW.. => (4, CAPTION),
        _ if taken => (0, 0),
        _ => (1, CAPTION),
    };
    let below = without + wire + caption + 1;
    let room = area.height.saturating_sub(below);
    let (beside, above) = (area.width / BESIDE, room / ABOVE);
    let shown = usize::from(beside.max(above).max(1)).min(seated.len());
    let lines = area.height - below - count(seated.len() - shown);
    let mut on: Vec<usize> = first.iter().copied().filter(|person| seated.contains(person)).take(shown).collect();
    let rest = seated.iter().copied().filter(|person| !first.contains(person));
    on.extend(rest.take(shown - on.len()));
    on.sort_unstable();
    let stage = Rect { height: lines, ..area };
    let slots = count(shown).max(1);
    let slot = |at: u16| match usize::from(beside) >= shown {
        true => cut(stage.width + GAP, slots, at, |from, wide| Rect { x: stage.x + from, width: wide - GAP, ..stage }),
        false => cut(stage.height, slots, at, |from, high| Rect { y: stage.y + from, height: high, ..stage }),
    };
    let screens: Vec<(usize, Rect)> = on.iter().copied().zip((0..).map(slot)).collect();
    let line = |row: u16, height: u16| Rect { y: area.y + row, height, ..area };
    let aside = (0..people.len()).filter(|person| !on.contains(person));
    let lines: Vec<(usize, Rect)> = aside.zip(lines..).map(|(person, row)| (person, line(row, 1))).collect();
    let bottom = area.height - 1 - caption;
    Some(Rooms {
        screens,
        lines,
        wire: line(bottom - wire, wire),
        caption: line(bottom, caption),
        foot: line(area.height - 1, 1),
    })
}

/// The `at`th of `parts` parts of `whole`; the last takes what is left over.
fn cut(whole: u16, parts: u16, at: u16, place: impl Fn(u16, u16) -> Rect) -> Rect {
    let part = whole / parts;
    let from = part * at;
    place(from, if at + 1 == parts { whole - from } else { part })
}

fn count(of: usize) -> u16 {
    u16::try_from(of).unwrap_or(u16::MAX)
}

/// What is below the line with the name.
pub(super) fn below_name(place: Rect) -> Rect {
    Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::SMALLEST_ON_STAGE;

    fn divided(columns: u16, rows: u16, people: &[bool], first: &[usize]) -> Rooms {
        rooms(Rect::new(0, 0, columns, rows), people, first, false).unwrap()
    }

    #[test]
    fn nothing_overlaps_every_row_is_used_and_nobody_gets_less_than_an_app_needs() {
        for people in
            [&[true][..], &[true, true], &[true, true, true], &[true, false, true], &[false, false, true, true]]
        {
            for (columns, rows) in (60..=200).step_by(23).flat_map(|width| (15..=60).map(move |height| (width, height)))
            {
                for taken in [false, true] {
                    let rooms = rooms(Rect::new(0, 0, columns, rows), people, &[1], taken).unwrap();
                    let all = rooms.screens.iter().chain(&rooms.lines).map(|(_, place)| *place);
                    let all: Vec<Rect> = all.chain([rooms.wire, rooms.caption, rooms.foot]).collect();
                    let has = |x: u16, y: u16| all.iter().filter(|place| place.contains((x, y).into())).count();
                    for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
                        assert!(has(x, y) <= 1, "{columns}×{rows} {people:?}: {rooms:?}");
                        assert!(x > 0 || has(x, y) == 1, "{columns}×{rows} {people:?}: {rooms:?}");
                    }
                    for (_, place) in &rooms.screens {
                        let screen = below_name(*place);
                        let enough = screen.width >= SMALLEST_ON_STAGE.0 && screen.height >= SMALLEST_ON_STAGE.1;
                        assert!(enough, "{columns}×{rows} {people:?}: {screen:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn screens_stand_beside_each_other_else_above_else_who_acts_comes_first() {
        let places = |columns, rows, people: &[bool], first: &[usize]| {
            let rooms = divided(columns, rows, people, first);
            let whose = |places: &[(usize, Rect)]| places.iter().map(|(person, _)| *person).collect::<Vec<_>>();
            (whose(&rooms.screens), whose(&rooms.lines), rooms.screens[0].1.width == columns)
        };
        assert_eq!(places(120, 40, &[true, true], &[1]), (vec![0, 1], vec![], false));
        assert_eq!(places(160, 50, &[true, true, true], &[1]), (vec![0, 1, 2], vec![], false));
        assert_eq!(places(80, 50, &[true, true], &[1]), (vec![0, 1], vec![], true));
        assert_eq!(places(80, 24, &[true, true], &[1]), (vec![1], vec![0], true));
        assert_eq!(places(120, 30, &[true, true, true], &[2, 0]), (vec![0, 2], vec![1], false));
        assert_eq!(places(60, 15, &[true, false, true], &[2]), (vec![2], vec![0, 1], true));
    }

    #[test]
    fn there_is_a_smallest_stage() {
        assert_eq!(rooms(Rect::new(0, 0, 59, 15), &[true], &[], false), None);
        assert_eq!(rooms(Rect::new(0, 0, 60, 14), &[true], &[], false), None);
    }
}
