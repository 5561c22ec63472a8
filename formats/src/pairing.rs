//! Finds the elements of one list in another; refuses to know how either is written.

use std::collections::HashMap;

use midair_record::Value;

/// Longer lists than this many comparisons are matched from the front only.
const COMPARISONS: usize = 4_000_000;

/// For every element of `list` the index of its counterpart in `other`: the equal one, else the one it was changed from.
pub(crate) fn counterparts(list: &[Value], other: &[Value]) -> Vec<Option<usize>> {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut numbered = |values: &[Value]| -> Vec<usize> {
        values
            .iter()
            .map(|value| {
                let next = ids.len();
                *ids.entry(value.canonical()).or_insert(next)
            })
            .collect()
    };
    let (a, b) = (numbered(list), numbered(other));
    let mut found = in_order(&a, &b);
    let mut taken = vec![false; b.len()];
    found.iter().flatten().for_each(|&at| taken[at] = true);
    for (at, place) in found.iter_mut().enumerate().filter(|(_, place)| place.is_none()) {
        if let Some(moved) = (0..b.len()).find(|&index| !taken[index] && b[index] == a[at]) {
            taken[moved] = true;
            *place = Some(moved);
        }
    }
    pair_changed(list, other, &mut found, &mut taken);
    found
}

/// The longest common subsequence.
fn in_order(a: &[usize], b: &[usize]) -> Vec<Option<usize>> {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (&a[start..], &b[start..]);
    let end = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (mid_a, mid_b) = (&rest_a[..rest_a.len() - end], &rest_b[..rest_b.len() - end]);
    let mut found: Vec<Option<usize>> = (0..start).map(Some).collect();
    found.resize(a.len(), None);
    for back in 1..=end {
        found[a.len() - back] = Some(b.len() - back);
    }
    if mid_a.len().saturating_mul(mid_b.len()) > COMPARISONS {
        return found;
    }
    let width = mid_b.len() + 1;
    let mut length = vec![0u32; (mid_a.len() + 1) * width];
    for i in (0..mid_a.len()).rev() {
        for j in (0..mid_b.len()).rev() {
            length[i * width + j] = if mid_a[i] == mid_b[j] {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < mid_a.len() && j < mid_b.len() {
        if mid_a[i] == mid_b[j] {
            found[start + i] = Some(start + j);
            (i, j) = (i + 1, j + 1);
        } else if length[(i + 1) * width + j] >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// Pairs what is left between two matches: what is most alike first, then, where as many are left on both sides, in
/// their order.
fn pair_changed(list: &[Value], other: &[Value], found: &mut [Option<usize>], taken: &mut [bool]) {
    let mut at = 0;
    while at < list.len() {
        if found[at].is_some() {
            at += 1;
            continue;
        }
        let until = (at..list.len()).find(|&index| found[index].is_some()).unwrap_or(list.len());
        let from = if at == 0 { 0 } else { found[at - 1].map_or(0, |index| index + 1) };
        let to = found.get(until).copied().flatten().unwrap_or(other.len()).max(from);
        for one in at..until {
            let free = (from..to).filter(|&index| !taken[index]);
            let best = free.map(|index| (alike(&list[one], &other[index]), index)).max_by_key(|(score, _)| *score);
            if let Some((1.., index)) = best {
                (found[one], taken[index]) = (Some(index), true);
            }
        }
        let left: Vec<usize> = (at..until).filter(|&one| found[one].is_none()).collect();
        let free: Vec<usize> = (from..to).filter(|&index| !taken[index]).collect();
        if left.len() == free.len() {
            for (one, index) in left.into_iter().zip(free) {
                if list[one].type_name() == other[index].type_name() {
                    (found[one], taken[index]) = (Some(index), true);
                }
            }
        }
        at = until;
    }
}

/// In how many members two objects agree.
fn alike(one: &Value, other: &Value) -> usize {
    match (one.as_object(), other.as_object()) {
        (Some(one), Some(other)) => one.iter().filter(|(name, value)| other.get(name.as_str()) == Some(value)).count(),
        _ => 0,
    }
}
