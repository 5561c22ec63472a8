#!/usr/bin/env python3
"""Takes each protection away and sees which scenario notices: scripts/mutations.py [NAME...]

Copies the sources that git knows into a folder of its own, breaks one protection after the other there, builds midair, and
plays every bundled scenario. Prints the table that stands in docs/scenarios.md. A protection whose loss no scenario
notices, one that is noticed by others than it names, and a text that is no longer in its file end it with exit code 1.
Takes about a minute and a half for each; CARGO_TARGET_DIR says where it builds (default: target/mutations).
"""
import os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.abspath(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target", "mutations")))

# What protects; the scenarios that must notice its loss; where it stands: file, text, and what stands there instead.
PROTECTIONS = [
    ("the store compares the token", ["prevented", "same-field", "stale-replica", "hot-record", "stale-intent", "offline"],
     [("server/src/store/mod.rs", "tags.iter().any(|one| one == tag)", "!tags.is_empty() || tag.is_empty()")]),
    ("a record is created only where there is none", ["create-against-create"],
     [("server/src/store/mod.rs", " && !self.none_match.as_ref().is_some_and(named)", "")]),
    ("a deletion compares the token", ["delete-against-edit"],
     [("server/src/store/judge.rs", "if !removal.expect.holds(row.tag()) {", "if row.tag().is_none() {")]),
    ("an edit that is sent twice is one", ["lost-response"],
     [("server/src/store/judge.rs", "    let (Some(edit_id), Some(row)) = (&hand.edit_id, row) else { return Ok(None) };\n    let sql = \"SELECT op, asked",
       "    let (Some(edit_id), Some(row)) = (hand.edit_id.as_ref().filter(|_| false), row) else { return Ok(None) };\n    let sql = \"SELECT op, asked"),
      ("src/tui/app/answered.rs", "line.edit_id.as_ref() == Some(&flight.draft.edit_id)", "line.edit_id.is_none() && !flight.draft.edit_id.is_empty()")]),
    ("what only they changed is theirs", ["disjoint"],
     [("record/src/merge/walk.rs", "() if mine == base => Some(State::OnlyTheirs)", "() if mine == base => Some(State::OnlyMine)")]),
    ("what both changed is asked", ["same-field", "second-collision"],
     [("record/src/merge/walk.rs", "            None => (conflict, None),\n        };\n        self.push(", "            None => (State::Merged, Some(mine.clone())),\n        };\n        let _ = conflict;\n        self.push(")]),
    ("texts merge line by line", ["text-hunks"],
     [("record/src/merge/text.rs", "HunkState::OnlyTheirs\n        } else if", "HunkState::OnlyMine\n        } else if")]),
    ("sets keep what each side added", ["tags"],
     [("record/src/merge/list.rs", "kept.chain(added).filter(", "kept.chain(added.take(0)).filter(")]),
    ("counters add up", ["stock"],
     [("record/src/merge/number.rs", "theirs.at(scale)?.checked_add(mine.at(scale)?.checked_sub(base.at(scale)?)?)?", "theirs.at(scale).and(base.at(scale)).and(mine.at(scale))?")]),
    ("what is declared manual is asked", ["price"],
     [("record/src/merge/walk.rs", "Some(_) if rule.0 == Rule::Manual && self.both_changed() || self.asks_inside(sides, declared) => {", "Some(_) if rule.0 == Rule::Manual && self.path.is_empty() => {")]),
    ("members of a group move together", ["price-and-currency"],
     [("record/src/merge/walk.rs", "declared.and_then(groups);", "declared.and_then(groups).filter(|_| false);")]),
    ("decisions outlive a second collision", ["second-collision"],
     [("record/src/resolution.rs", "            if earlier.is_empty() {\n                break;", "            if earlier.len() < usize::MAX {\n                break;")]),
    ("what is resubmitted names the fresh token", ["same-field", "disjoint", "hot-record"],
     [("record/src/resolution.rs", "base: Basis::Version(Box::new(self.theirs.clone())),\n            fields: self.merged(),", "base: self.draft.base.clone(),\n            fields: self.merged(),")]),
    ("each write of many compares its token", ["bulk"],
     [("server/src/routes/bulk/item.rs", "let conditions = conditions(item.if_match.as_deref(),", "let conditions = conditions(item.if_match.as_deref().map(|_| \"*\"),")]),
]


def run(*words, **more):
    return subprocess.run(words, text=True, capture_output=True, **more)


def failing(folder):
    """Builds and plays; the names of the scenarios that fail, or why it could not be built."""
    built = run("cargo", "build", "--quiet", "-p", "midair", cwd=folder, env={**os.environ, "CARGO_TARGET_DIR": TARGET})
    if built.returncode:
        sys.exit(f"it does not build:\n{built.stderr[-3000:]}")
    try:
        played = run(os.path.join(TARGET, "debug", "midair"), "play", "--format", "tap", "--patience", "4", timeout=900)
    except subprocess.TimeoutExpired:
        sys.exit("the scenarios do not end")
    found = re.findall(r"^(not )?ok \d+ - ([^:]+):", played.stdout, re.M)
    if not found:
        sys.exit(f"midair play says nothing:\n{played.stdout[-2000:]}{played.stderr[-2000:]}")
    return [name for no, name in found if no]


def main():
    wanted = sys.argv[1:]
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for name in run("git", "ls-files", "-z", cwd=ROOT).stdout.split("\0"):
            if name and os.path.isfile(os.path.join(ROOT, name)):
                os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
                shutil.copy(os.path.join(ROOT, name), os.path.join(folder, name))
        if bad := failing(folder):
            sys.exit(f"with every protection in place these fail: {', '.join(bad)}")
        print("| taken away | where | scenarios that fail |\n| --- | --- | --- |", flush=True)
        for what, expected, places in PROTECTIONS:
            if wanted and not any(word in what for word in wanted):
                continue
            kept = {}
            for file, old, new in places:
                path = os.path.join(folder, file)
                with open(path) as source:
                    kept.setdefault(path, source.read())
                    source.seek(0)
                    text = source.read()
                if text.count(old) != 1:
                    sys.exit(f"{what}: its text stands {text.count(old)} times in {file}")
                with open(path, "w") as source:
                    source.write(text.replace(old, new))
            caught = failing(folder)
            for path, text in kept.items():
                with open(path, "w") as source:
                    source.write(text)
            missed = [name for name in expected if name not in caught]
            if missed:
                faults.append(f"{what}: {', '.join(missed)} did not notice")
            where = ", ".join(f"`{file}`" for file, _, _ in places)
            print(f"| {what} | {where} | {', '.join(caught) or '**none**'} |", flush=True)
    sys.exit("\n".join(faults) or 0)


main()
