//! `midair mergetool`: the collision screen, or its questions line by line, on three files.

use std::path::Path;

use jiff::Timestamp;
use midair_record::draft::Draft;
use midair_record::merge::rule::Rules;
use midair_record::{Record, Resolution};

use super::document::{self, Document, Law, Versions};
use super::plain;
use crate::cli::arguments::{Common, Mergetool};
use crate::cli::exit::{Exit, Failure};
use crate::cli::places;
use crate::cli::records::say;
use crate::cli::settings::Settings;
use crate::draft_box::{DraftBox, Kept};
use crate::run::{self, Ending, Merged};
use crate::tui::definition::in_words;
use crate::tui::screens::collision::Files;

/// Settles three files, and writes the result.
pub async fn mergetool(common: &Common, asked: &Mergetool, settings: &Settings) -> Result<Exit, Failure> {
    let names = [asked.base.as_path(), &asked.mine, &asked.theirs];
    // git leaves no file where a side has none.
    let base = if asked.base.exists() { document::bytes(&asked.base)? } else { Vec::new() };
    let bytes = [base, document::bytes(&asked.mine)?, document::bytes(&asked.theirs)?];
    let versions = Versions::of(&bytes, names)?;
    let law = Law::of(&asked.how)?;
    let named = [asked.merged.as_path(), &asked.mine, &asked.theirs];
    let document = Document::parse(versions, &named, names)?;
    let mut kept = Decisions::open(common, asked);
    let (resolution, resumed) = kept.resumed(document.resolution(&law.rules, &asked.merged), &law.rules);
    let settled = if asked.plain {
        plain::settle(resolution, &files(asked), |draft| kept.keep(draft))?
    } else {
        let notice = match resumed {
            true => "This is what you decided before; it is written when all is decided and you say so.".into(),
            false => settings.complaint(),
        };
        let seat = (settings.here(), settings.mouse());
        match run::merge_files(resolution, files(asked), notice, seat, |draft| kept.keep(draft)).await {
            Ok(Merged::Settled(resolution)) => Some(*resolution),
            Ok(Merged::Left(Ending::Quit)) => None,
            Ok(Merged::Left(Ending::Signal(number))) => return Ok(Exit::of_signal(number)),
            Err(fault) => return Err(Failure::because(format!("the screen cannot be shown: {fault:#}"))),
        }
    };
    let Some(resolution) = settled else {
        let sentence =
            format!("{} is not settled, and stays as it is; what you decided is kept", asked.merged.display());
        return Err(Failure::because(sentence));
    };
    let text = document.settled(&resolution)?;
    document::to_file(&asked.merged, document.versions.as_file(&text).as_bytes())?;
    kept.forget();
    let lost = document.lost_comments(&text);
    if !lost.is_empty() {
        say::aside(&format!("these comments are not in {}: {}", asked.merged.display(), lost.join("; ")));
    }
    match law.faults(|| Some(resolution.merged())).as_slice() {
        [] => Ok(Exit::Done),
        faults => {
            let sentence =
                format!("{} is written, and breaks the schema: {}", asked.merged.display(), in_words(faults));
            Err(Failure::because(sentence))
        }
    }
}

fn files(asked: &Mergetool) -> Files {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Files {
        base: name(&asked.base),
        mine: name(&asked.mine),
        theirs: name(&asked.theirs),
        merged: asked.merged.display().to_string(),
    }
}

/// What is decided of one file, kept on disk until the result is written. Without a place for it, it is not kept.
struct Decisions {
    drafts: Option<DraftBox>,
    slot: String,
    /// Stands where a server stands for other drafts.
    file: String,
    who: String,
}

impl Decisions {
    fn open(common: &Common, asked: &Mergetool) -> Self {
        let drafts = places::drafts().ok().and_then(|folder| DraftBox::open(&folder).ok());
        let whole = std::path::absolute(&asked.merged).unwrap_or_else(|_| asked.merged.clone());
        let who = common.who.clone().unwrap_or_default();
        Decisions { drafts, slot: uuid::Uuid::new_v4().to_string(), file: format!("file:{}", whole.display()), who }
    }

    /// What was decided before of the same file, where mine and base are what they were.
    fn resumed(&mut self, start: Resolution, rules: &Rules) -> (Resolution, bool) {
        let Some(drafts) = &self.drafts else { return (start, false) };
        for kept in drafts.waiting(&self.file) {
            let same = kept.draft.fields == start.draft().fields && base(&kept.draft) == base(start.draft());
            if same && kept.draft.settled.is_some() && drafts.claim(&kept.id) {
                self.slot = kept.id;
                return (kept.draft.rebase_by(rules, start.theirs().clone(), None, Vec::new()), true);
            }
        }
        (start, false)
    }

    fn keep(&mut self, draft: &Draft) -> Result<(), String> {
        let Some(drafts) = &self.drafts else { return Ok(()) };
        let kept = Kept {
            id: self.slot.clone(),
            server: self.file.clone(),
            who: self.who.clone(),
            saved_at: Timestamp::now().to_string(),
            sending: false,
            draft: draft.clone(),
        };
        let _ = drafts.claim(&self.slot);
        drafts.keep(&kept).map_err(|fault| fault.to_string())
    }

    fn forget(&self) {
        if let Some(drafts) = &self.drafts {
            drafts.forget(&self.slot);
        }
    }
}

fn base(draft: &Draft) -> Option<&Record> {
    draft.base.stored().map(|stored| &stored.fields)
}
