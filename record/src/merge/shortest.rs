//! The fewest changes that make one sequence into another, at the places where git sees them; knows only numbers.
//!
//! Myers, "An O(ND) Difference Algorithm and Its Variations", in linear space: the furthest paths from both ends meet
//! in the middle, and each half is searched the same way. Of changes that are as few, those that git takes, so that a
//! text merges as it does there: ties break the same way, the same items are left out of the search, and groups of
//! changes are moved to the same ends.

use std::ops::Range;

/// Which items of `old` are gone, and which of `new` came.
pub(super) fn changed(old: &[u32], new: &[u32]) -> [Vec<bool>; 2] {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut changed = [vec![false; old.len()], vec![false; new.len()]];
    let searched = [start..old.len() - end, start..new.len() - end];
    if searched.iter().any(Range::is_empty) {
        for (side, range) in searched.into_iter().enumerate() {
            changed[side][range].fill(true);
        }
    } else {
        let kept = [(old, new, &searched[0]), (new, old, &searched[1])].map(|(one, other, range)| {
            let worth = worths(one, other, range.clone());
            range.clone().filter(|index| is_searched(&worth, index - range.start)).collect::<Vec<usize>>()
        });
        for (side, range) in searched.into_iter().enumerate() {
            changed[side][range].fill(true);
            kept[side].iter().for_each(|index| changed[side][*index] = false);
        }
        let items = |side: &[u32], kept: &[usize]| kept.iter().map(|index| side[*index]).collect::<Vec<u32>>();
        let [found_old, found_new] = Search::run(&items(old, &kept[0]), &items(new, &kept[1]));
        for (side, found) in [found_old, found_new].into_iter().enumerate() {
            kept[side].iter().zip(found).for_each(|(index, found)| changed[side][*index] = found);
        }
    }
    let [gone, came] = &mut changed;
    settle(old, gone, came);
    settle(new, came, gone);
    changed
}

/// What an item is worth to the search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// The other side does not have it: it is changed wherever it stands.
    Nothing,
    /// The other side has it so often that it says little.
    Little,
    Full,
}

/// How often an item may stand on the other side, at most, and still say something.
const MOST_OFTEN: usize = 1024;

fn worths(one: &[u32], other: &[u32], range: Range<usize>) -> Vec<Worth> {
    let often = about_the_root(one.len()).min(MOST_OFTEN);
    let highest = one.iter().chain(other).copied().max().unwrap_or(0);
    let mut counts = vec![0usize; highest as usize + 1];
    other.iter().for_each(|item| counts[*item as usize] += 1);
    let worth = |item: &u32| match counts[*item as usize] {
        0 => Worth::Nothing,
        count if count >= often => Worth::Little,
        _ => Worth::Full,
    };
    one[range].iter().map(worth).collect()
}

/// A power of two near the square root.
fn about_the_root(mut number: usize) -> usize {
    let mut root = 1;
    while number > 0 {
        root *= 2;
        number /= 4;
    }
    root
}

/// How far around an item of little worth its neighbours count.
const NEIGHBOURHOOD: usize = 100;

/// Whether the item takes part in the search. One of little worth does not where most of its neighbours, up to the next
/// of full worth on each side, are worth nothing.
fn is_searched(worths: &[Worth], index: usize) -> bool {
    match worths[index] {
        Worth::Nothing => return false,
        Worth::Full => return true,
        Worth::Little => {}
    }
    let count = |neighbours: &mut dyn Iterator<Item = &Worth>| {
        neighbours.take(NEIGHBOURHOOD).take_while(|worth| **worth != Worth::Full).fold(
            (0, 1),
            |(nothing, little), worth| {
                if *worth == Worth::Nothing { (nothing + 1, little) } else { (nothing, little + 1) }
            },
        )
    };
    let (before, after) = (count(&mut worths[..index].iter().rev()), count(&mut worths[index + 1..].iter()));
    let (nothing, little) = (before.0 + after.0, before.1 + after.1);
    before.0 == 0 || after.0 == 0 || nothing <= 3 * little
}

/// How many steps a search goes, at least, before it takes the best place that it has found.
const PATIENCE: usize = 256;
/// How many equal items in a row lead the search.
const SNAKE: isize = 20;
/// How far ahead of the steps that it took a path has to be to be taken at once.
const AHEAD: isize = 4;

struct Search<'s> {
    old: &'s [u32],
    new: &'s [u32],
    changed: [Vec<bool>; 2],
    /// How far each path came, as a place in `old`, from the start and from the end; by diagonal.
    forward: Vec<isize>,
    backward: Vec<isize>,
    patience: usize,
}

/// A part of both sequences: where each starts and ends.
#[derive(Clone, Copy)]
struct Part {
    old: (isize, isize),
    new: (isize, isize),
}

/// Where a part is cut in two, and whether each half has to be searched to the end.
struct Cut {
    old: isize,
    new: isize,
    to_the_end: [bool; 2],
}

/// The diagonals that are reached from one corner.
struct Reach {
    low: isize,
    high: isize,
}

impl Reach {
    /// One step on: a diagonal more on each side, or one less at the edge of the part. Beyond them stands `none`.
    fn widen(&mut self, lowest: isize, highest: isize, far: &mut [isize], at: impl Fn(isize) -> usize, none: isize) {
        if self.low > lowest {
            self.low -= 1;
            far[at(self.low - 1)] = none;
        } else {
            self.low += 1;
        }
        if self.high < highest {
            self.high += 1;
            far[at(self.high + 1)] = none;
        } else {
            self.high -= 1;
        }
    }

    fn diagonals(&self) -> impl Iterator<Item = isize> + use<> {
        let low = self.low;
        std::iter::successors(Some(self.high), |diagonal| Some(diagonal - 2))
            .take_while(move |diagonal| *diagonal >= low)
    }

    fn has(&self, diagonal: isize) -> bool {
        self.low <= diagonal && diagonal <= self.high
    }
}

impl<'s> Search<'s> {
    fn run(old: &'s [u32], new: &'s [u32]) -> [Vec<bool>; 2] {
        let diagonals = old.len() + new.len() + 3;
        let mut search = Search {
            old,
            new,
            changed: [vec![false; old.len()], vec![false; new.len()]],
            forward: vec![0; diagonals],
            backward: vec![0; diagonals],
            patience: about_the_root(diagonals).max(PATIENCE),
        };
        let whole = Part { old: (0, old.len().cast_signed()), new: (0, new.len().cast_signed()) };
        search.compare(whole, false);
        search.changed
    }

    fn same(&self, old: isize, new: isize) -> bool {
        self.old[old.cast_unsigned()] == self.new[new.cast_unsigned()]
    }

    fn compare(&mut self, mut part: Part, mut to_the_end: bool) {
        loop {
            while part.old.0 < part.old.1 && part.new.0 < part.new.1 && self.same(part.old.0, part.new.0) {
                (part.old.0, part.new.0) = (part.old.0 + 1, part.new.0 + 1);
            }
            while part.old.0 < part.old.1 && part.new.0 < part.new.1 && self.same(part.old.1 - 1, part.new.1 - 1) {
                (part.old.1, part.new.1) = (part.old.1 - 1, part.new.1 - 1);
            }
            if part.old.0 == part.old.1 || part.new.0 == part.new.1 {
                for (side, (start, end)) in [part.old, part.new].into_iter().enumerate() {
                    self.changed[side][start.cast_unsigned()..end.cast_unsigned()].fill(true);
                }
                return;
            }
            let cut = self.cut(part, to_the_end);
            let first = Part { old: (part.old.0, cut.old), new: (part.new.0, cut.new) };
            self.compare(first, cut.to_the_end[0]);
            part = Part { old: (cut.old, part.old.1), new: (cut.new, part.new.1) };
            to_the_end = cut.to_the_end[1];
        }
    }

    /// The middle of a shortest path; where that takes too many steps, and it need not be the shortest, of a good one.
    fn cut(&mut self, part: Part, to_the_end: bool) -> Cut {
        let Part { old, new } = part;
        let shift = self.new.len() + 1;
        let at = |diagonal: isize| shift.wrapping_add_signed(diagonal);
        let (lowest, highest) = (old.0 - new.1, old.1 - new.0);
        let (from_start, from_end) = (old.0 - new.0, old.1 - new.1);
        let mut ahead = Reach { low: from_start, high: from_start };
        let mut back = Reach { low: from_end, high: from_end };
        self.forward[at(from_start)] = old.0;
        self.backward[at(from_end)] = old.1;
        let odd = (from_start - from_end) % 2 != 0;
        let here = |place: isize, diagonal: isize| Cut { old: place, new: place - diagonal, to_the_end: [true, true] };
        for step in 1.. {
            let mut snake = false;
            ahead.widen(lowest, highest, &mut self.forward, at, -1);
            for diagonal in ahead.diagonals() {
                let (below, above) = (self.forward[at(diagonal - 1)], self.forward[at(diagonal + 1)]);
                let first = if below >= above { below + 1 } else { above };
                let mut place = first;
                while place < old.1 && place - diagonal < new.1 && self.same(place, place - diagonal) {
                    place += 1;
                }
                snake |= place - first > SNAKE;
                self.forward[at(diagonal)] = place;
                if odd && back.has(diagonal) && self.backward[at(diagonal)] <= place {
                    return here(place, diagonal);
                }
            }
            back.widen(lowest, highest, &mut self.backward, at, isize::MAX);
            for diagonal in back.diagonals() {
                let (below, above) = (self.backward[at(diagonal - 1)], self.backward[at(diagonal + 1)]);
                let first = if below < above { below } else { above - 1 };
                let mut place = first;
                while place > old.0 && place - diagonal > new.0 && self.same(place - 1, place - diagonal - 1) {
                    place -= 1;
                }
                snake |= first - place > SNAKE;
                self.backward[at(diagonal)] = place;
                if !odd && ahead.has(diagonal) && place <= self.forward[at(diagonal)] {
                    return here(place, diagonal);
                }
            }
            if to_the_end {
                continue;
            }
            if snake && step > PATIENCE {
                let found = self.far_ahead(part, &ahead, at, step).or_else(|| self.far_back(part, &back, at, step));
                if let Some(cut) = found {
                    return cut;
                }
            }
            if step >= self.patience {
                break;
            }
        }
        self.furthest(part, &ahead, &back, at)
    }

    /// Where a path from the start that ran along many equal items is far ahead of the steps that were taken.
    fn far_ahead(
        &self,
        Part { old, new }: Part,
        reach: &Reach,
        at: impl Fn(isize) -> usize,
        step: usize,
    ) -> Option<Cut> {
        let mut best = (0, None);
        for diagonal in reach.diagonals() {
            let place = self.forward[at(diagonal)];
            let other = place - diagonal;
            let aside = (diagonal - (old.0 - new.0)).abs();
            let score = (place - old.0) + (other - new.0) - aside;
            let inside = old.0 + SNAKE <= place && place < old.1 && new.0 + SNAKE <= other && other < new.1;
            if score > AHEAD * step.cast_signed()
                && score > best.0
                && inside
                && (1..=SNAKE).all(|back| self.same(place - back, other - back))
            {
                best = (score, Some(Cut { old: place, new: other, to_the_end: [true, false] }));
            }
        }
        best.1
    }

    /// The same from the end.
    fn far_back(
        &self,
        Part { old, new }: Part,
        reach: &Reach,
        at: impl Fn(isize) -> usize,
        step: usize,
    ) -> Option<Cut> {
        let mut best = (0, None);
        for diagonal in reach.diagonals() {
            let place = self.backward[at(diagonal)];
            let other = place - diagonal;
            let aside = (diagonal - (old.1 - new.1)).abs();
            let score = (old.1 - place) + (new.1 - other) - aside;
            let inside = old.0 < place && place <= old.1 - SNAKE && new.0 < other && other <= new.1 - SNAKE;
            if score > AHEAD * step.cast_signed()
                && score > best.0
                && inside
                && (0..SNAKE).all(|on| self.same(place + on, other + on))
            {
                best = (score, Some(Cut { old: place, new: other, to_the_end: [false, true] }));
            }
        }
        best.1
    }

    /// The place that is furthest from the corner where its path began.
    fn furthest(&self, Part { old, new }: Part, ahead: &Reach, back: &Reach, at: impl Fn(isize) -> usize) -> Cut {
        let (mut forward, mut backward) = ((-1, -1), (isize::MAX, isize::MAX));
        for diagonal in ahead.diagonals() {
            let place = self.forward[at(diagonal)].min(old.1).min(new.1 + diagonal);
            if forward.0 < place + place - diagonal {
                forward = (place + place - diagonal, place);
            }
        }
        for diagonal in back.diagonals() {
            let place = self.backward[at(diagonal)].max(old.0).max(new.0 + diagonal);
            if place + place - diagonal < backward.0 {
                backward = (place + place - diagonal, place);
            }
        }
        let further = (old.1 + new.1) - backward.0 < forward.0 - (old.0 + new.0);
        let ((sum, place), to_the_end) = if further { (forward, [true, false]) } else { (backward, [false, true]) };
        Cut { old: place, new: sum - place, to_the_end }
    }
}

/// Changed items in a row, perhaps none: what stands between two unchanged ones. Both sides have as many groups.
struct Group(Range<usize>);

impl Group {
    fn first(changed: &[bool]) -> Self {
        Group(0..0).grown(changed)
    }

    fn grown(self, changed: &[bool]) -> Self {
        let start = changed[..self.0.start].iter().rposition(|changed| !changed).map_or(0, |at| at + 1);
        let end = changed[self.0.end..].iter().position(|changed| !changed).map_or(changed.len(), |at| at + self.0.end);
        Group(start..end)
    }

    fn next(&self, changed: &[bool]) -> Option<Self> {
        (self.0.end < changed.len()).then(|| Group(self.0.end + 1..self.0.end + 1).grown(changed))
    }

    fn previous(&self, changed: &[bool]) -> Option<Self> {
        let end = self.0.start.checked_sub(1)?;
        Some(Group(end..end).grown(changed))
    }

    /// The group one item further up, where its last item is the same as the one before it.
    fn up(&self, items: &[u32], changed: &mut [bool]) -> Option<Self> {
        let Range { start, end } = self.0;
        if start == 0 || items[start - 1] != items[end - 1] {
            return None;
        }
        (changed[start - 1], changed[end - 1]) = (true, false);
        Some(Group(start - 1..end - 1).grown(changed))
    }

    /// The group one item further down.
    fn down(&self, items: &[u32], changed: &mut [bool]) -> Option<Self> {
        let Range { start, end } = self.0;
        if end == items.len() || items[start] != items[end] {
            return None;
        }
        (changed[start], changed[end]) = (false, true);
        Some(Group(start + 1..end + 1).grown(changed))
    }
}

/// Moves each group of changes as far down as it goes, but to where the other side has changes if it can stand there;
/// groups that meet on the way become one.
fn settle(items: &[u32], changed: &mut [bool], other: &[bool]) {
    let (mut group, mut beside) = (Group::first(changed), Group::first(other));
    loop {
        if !group.0.is_empty() {
            settle_one(items, changed, other, &mut group, &mut beside);
        }
        match (group.next(changed), beside.next(other)) {
            (Some(next), Some(next_beside)) => (group, beside) = (next, next_beside),
            _ => return,
        }
    }
}

fn settle_one(items: &[u32], changed: &mut [bool], other: &[bool], group: &mut Group, beside: &mut Group) {
    let mut together;
    let mut highest;
    loop {
        let long = group.0.len();
        while let Some(moved) = group.up(items, changed) {
            *group = moved;
            *beside = beside.previous(other).unwrap_or_else(|| Group::first(other));
        }
        highest = group.0.end;
        together = !beside.0.is_empty();
        while let Some(moved) = group.down(items, changed) {
            *group = moved;
            *beside = beside.next(other).unwrap_or(Group(other.len()..other.len()));
            together |= !beside.0.is_empty();
        }
        if long == group.0.len() {
            break;
        }
    }
    if group.0.end == highest || !together {
        return;
    }
    while beside.0.is_empty() {
        let Some(moved) = group.up(items, changed) else { return };
        *group = moved;
        *beside = beside.previous(other).unwrap_or_else(|| Group::first(other));
    }
}
