//! The screen of `midair mergetool`: one collision of three files, from its first key to its last; knows no file.

use midair_record::draft::Draft;
use midair_record::{Object, Resolution};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use super::app::{NOTHING_SELECTED, SMALLEST, draw_keys};
use super::keys::{self, Action, Place, TABLE};
use super::msg::{Clock, Mouse, Press};
use super::screens::collision::{Collision, Files};
use super::screens::editor::Editor;
use super::screens::help::Help;
use super::theme::Theme;
use super::widgets::panel;

/// What a key led to.
#[derive(Clone, Debug)]
pub enum Next {
    /// Nothing beyond the screen.
    Stay,
    /// The decisions changed: this is kept until the result is written.
    Keep(Box<Draft>),
    /// Everything is decided, and the result is to be written.
    Write(Box<Resolution>),
    /// The person leaves; this is kept.
    Leave(Box<Draft>),
    /// This text goes to the terminal's clipboard.
    Copy(String),
    /// The screen is to be drawn anew.
    Repaint,
}

/// Three files being merged.
#[derive(Clone, Debug)]
pub struct MergeFiles {
    collision: Box<Collision>,
    help: Option<Help>,
    notice: String,
    theme: Theme,
    clock: Clock,
    size: (u16, u16),
    clipboard: String,
}

impl MergeFiles {
    /// Opens on the first undecided member. `notice`: what is said at the start.
    pub fn open(resolution: Resolution, files: Files, notice: String, theme: Theme, clock: Clock) -> Self {
        let draft = resolution.draft().clone();
        let slot = draft.edit_id.clone();
        let editor = Box::new(Editor::open(draft, slot, Object::new()));
        let collision = Box::new(Collision::of_files(editor, resolution, files));
        MergeFiles { collision, help: None, notice, theme, clock, size: SMALLEST, clipboard: String::new() }
    }

    /// The terminal has so many columns and rows now.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        self.fit();
    }

    fn fit(&mut self) {
        self.collision.fit(Self::body(Rect::new(0, 0, self.size.0, self.size.1)));
    }

    /// What has to be kept when the program ends now.
    pub fn parting(&self) -> Draft {
        self.collision.parked()
    }

    /// Says something in the last line but one.
    pub fn say(&mut self, words: impl Into<String>) {
        self.notice = words.into();
    }

    fn page(&self) -> usize {
        usize::from(self.size.1.saturating_sub(6)).max(1)
    }

    /// A key was pressed.
    pub fn key(&mut self, press: Press) -> Next {
        let next = self.take_key(press);
        self.fit();
        next
    }

    /// The mouse did something.
    pub fn mouse(&mut self, mouse: Mouse) -> Next {
        let body = Self::body(Rect::new(0, 0, self.size.0, self.size.1));
        if self.help.is_none() && self.collision.mouse(body, mouse, &self.theme, self.clock) {
            self.collision.act(Action::ByHand);
        }
        self.fit();
        Next::Stay
    }

    /// Copies, cuts or inserts what was copied, in a value written by hand.
    fn clipboard_key(&mut self, press: Press) -> Option<Next> {
        let action = keys::action_in(Place::Text, press).filter(|_| self.place() == Place::Field)?;
        let selected = self.collision.text().and_then(|text| text.selected());
        match (action, selected) {
            (Action::Paste, _) => Some(self.paste(&self.clipboard.clone())),
            (Action::Cut | Action::Copy, Some(text)) => {
                self.clipboard.clone_from(&text);
                if action == Action::Cut {
                    self.collision.hand_act(Action::EraseRight);
                }
                Some(Next::Copy(text))
            }
            (Action::Cut | Action::Copy, None) if self.notice != NOTHING_SELECTED => {
                self.say(NOTHING_SELECTED);
                Some(Next::Stay)
            }
            _ => None,
        }
    }

    fn take_key(&mut self, press: Press) -> Next {
        if let Some(next) = self.clipboard_key(press) {
            return next;
        }
        let action = match self.place() {
            Place::Collision => keys::action(Place::Files, press).filter(|found| self.is_of_files(*found, press)),
            _ => None,
        };
        let Some(action) = action.or_else(|| keys::action(self.place(), press)) else {
            return self.type_key(press);
        };
        self.notice.clear();
        match (action, &mut self.help) {
            (Action::Repaint, _) => return Next::Repaint,
            (Action::QuitNow, _) => return Next::Leave(Box::new(self.parting())),
            (Action::Back, Some(_)) => self.help = None,
            (action, Some(help)) => {
                let page = usize::from(self.size.1.saturating_sub(6)).max(1);
                help.act(action, page);
            }
            (Action::Help, None) => self.help = Some(Help::open()),
            (action, None) => return self.act(action),
        }
        Next::Stay
    }

    /// Whether a key means what the table says of merging files, not what it means everywhere.
    fn is_of_files(&self, action: Action, press: Press) -> bool {
        let name = keys::name(press);
        TABLE
            .iter()
            .any(|line| line.place == Place::Files && line.action == action && line.keys.contains(&name.as_str()))
    }

    fn place(&self) -> Place {
        match () {
            () if self.help.is_some() => Place::Help,
            () if self.collision.by_hand() => Place::Field,
            () => Place::Collision,
        }
    }

    fn act(&mut self, action: Action) -> Next {
        if self.collision.by_hand() {
            match action {
                Action::Save | Action::LeaveField => return self.hand_done(),
                other => self.collision.hand_act(other),
            }
            return Next::Stay;
        }
        match action {
            Action::Back => return Next::Leave(Box::new(self.parting())),
            Action::Submit => match self.collision.resolution.undecided() {
                0 => return Next::Write(Box::new(self.collision.resolution.clone())),
                1 => self.say("One field is undecided; n goes to it. Nothing was written."),
                many => self.say(format!("{many} fields are undecided; n goes to the next. Nothing was written.")),
            },
            other => match self.collision.refuses(other) {
                Some(why) => self.say(why),
                None if self.collision.act(other) => return Next::Keep(Box::new(self.parting())),
                None => {}
            },
        }
        Next::Stay
    }

    fn hand_done(&mut self) -> Next {
        match self.collision.hand_done() {
            Ok(()) => Next::Keep(Box::new(self.parting())),
            Err(why) => {
                self.say(why);
                Next::Stay
            }
        }
    }

    fn type_key(&mut self, press: Press) -> Next {
        let page = self.page();
        let taken = self.collision.key(press, page);
        match () {
            () if !taken && press.code == KeyCode::Enter => self.hand_done(),
            () if taken => Next::Keep(Box::new(self.parting())),
            () => Next::Stay,
        }
    }

    /// Text was pasted.
    pub fn paste(&mut self, text: &str) -> Next {
        self.collision.paste(&text.replace("\r\n", "\n").replace('\r', "\n"));
        self.fit();
        Next::Keep(Box::new(self.parting()))
    }

    fn body(area: Rect) -> Rect {
        Rect { height: area.height.saturating_sub(2), ..area }
    }

    /// Where the caret stands, where there is one.
    #[must_use]
    pub fn cursor(&self, area: Rect) -> Option<Position> {
        if self.help.is_some() || area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return None;
        }
        self.collision.caret(Self::body(area))
    }
}

impl Widget for &MergeFiles {
    fn render(self, area: Rect, buf: &mut Buffer) {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            let words = format!("Too small: midair needs {}×{}. Nothing is lost.", SMALLEST.0, SMALLEST.1);
            panel::line(buf, area, 0, &[(&words, self.theme.notice)]);
            return;
        }
        let body = MergeFiles::body(area);
        match &self.help {
            Some(help) => help.draw(Place::Files, body, buf, &self.theme),
            None => self.collision.draw(body, buf, &self.theme, self.clock),
        }
        panel::line(buf, area, area.height - 2, &[(" ", self.theme.plain), (&self.notice, self.theme.notice)]);
        let foot = Rect { y: area.bottom() - 1, height: 1, ..area };
        let place = self.place();
        let of_files = |action: Action| TABLE.iter().any(|line| line.place == Place::Files && line.action == action);
        let here =
            TABLE.iter().filter(|line| line.place == place && (place != Place::Collision || !of_files(line.action)));
        let here = here.filter(|line| match place {
            Place::Collision => self.collision.works_now(line.action),
            _ => !matches!(line.action, Action::Find | Action::GoToLine),
        });
        let (first, rest): (Vec<_>, Vec<_>) = here.partition(|line| keys::decides(line.action));
        let files = TABLE.iter().filter(|line| line.place == Place::Files && place == Place::Collision);
        let mut shown: Vec<_> = first.into_iter().chain(files).chain(rest).collect();
        if place == Place::Collision {
            shown.sort_by_key(|line| !self.collision.comes_first(line.action));
        }
        draw_keys(foot, buf, &self.theme, shown.into_iter().filter(|line| !line.hint.is_empty()));
    }
}

#[cfg(test)]
mod tests {
    use midair_record::draft::Basis;
    use midair_record::merge::rule::Rules;
    use midair_record::wire::{Key, Stored, Token};
    use midair_record::{Choice, Record};
    use ratatui::crossterm::event::KeyModifiers;

    use super::*;
    use crate::tui::theme::Depth;

    fn of(base: &str, mine: &str, theirs: &str) -> MergeFiles {
        let fields = |text: &str| Record::parse(text).unwrap();
        let stored = |version: u64, text: &str| Stored {
            id: "f.json".into(),
            version,
            token: Token::of_file(version),
            updated_at: String::new(),
            updated_by: String::new(),
            note: None,
            fields: fields(text),
        };
        let draft = Draft {
            key: Key { collection: "files".into(), id: "f.json".into() },
            base: Basis::Version(Box::new(stored(1, base))),
            fields: fields(mine).fields().clone(),
            edit_id: "file".into(),
            note: None,
            settled: None,
        };
        let resolution = draft.rebase_by(&Rules::default(), stored(2, theirs), None, Vec::new());
        let name = |side: &str| format!("{side}.json");
        let files = Files { base: name("base"), mine: name("mine"), theirs: name("theirs"), merged: "f.json".into() };
        MergeFiles::open(
            resolution,
            files,
            String::new(),
            Theme::new(Depth::None),
            Clock { now: jiff::Timestamp::UNIX_EPOCH, offset_seconds: 0 },
        )
    }

    fn press(screen: &mut MergeFiles, keys: &[KeyCode]) {
        for code in keys {
            screen.key(Press { code: *code, mods: KeyModifiers::NONE });
        }
    }

    fn shown(screen: &MergeFiles, width: u16, height: u16) -> String {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        screen.render(area, &mut buf);
        let line = |y: u16| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>() + "\n";
        (0..height).map(line).collect()
    }

    const THREE: [&str; 3] = [r#"{"a":1,"b":1,"c":1}"#, r#"{"a":2,"b":2,"c":2}"#, r#"{"a":3,"b":3,"c":3}"#];

    #[test]
    fn one_key_for_all_decides_what_is_undecided_and_nothing_else() {
        for (first, all, others) in [(KeyCode::Right, 'T', Choice::Theirs), (KeyCode::Left, 'M', Choice::Mine)] {
            let [base, mine, theirs] = THREE;
            let mut screen = of(base, mine, theirs);
            press(&mut screen, &[first, KeyCode::Char(all)]);
            let taken = if all == 'T' { Choice::Mine } else { Choice::Theirs };
            let choices = [0, 1, 2].map(|unit| screen.collision.resolution.choice(unit).clone());
            assert_eq!(choices, [taken, others.clone(), others.clone()]);
            press(&mut screen, &[KeyCode::Char('M'), KeyCode::Char('T')]);
            assert_eq!(*screen.collision.resolution.choice(2), others);
            assert!(shown(&screen, 100, 20).contains("Nothing is undecided; what is decided stays."));
        }
        let texts = [r#"{"t":"a\nb\nc\n"}"#, r#"{"t":"m\nb\nm\n"}"#, r#"{"t":"t\nb\nt\n"}"#];
        let mut screen = of(texts[0], texts[1], texts[2]);
        press(&mut screen, &[KeyCode::Right, KeyCode::Char('T')]);
        assert_eq!(Record::of(screen.collision.resolution.merged()).text(), r#"{"t":"m\nb\nt\n"}"#);
    }

    #[test]
    fn a_text_written_by_hand_has_no_undecided_parts() {
        let texts = [r#"{"t":"a\nb\nc\n"}"#, r#"{"t":"m\nb\nm\n"}"#, r#"{"t":"t\nb\nt\n"}"#];
        let mut screen = of(texts[0], texts[1], texts[2]);
        assert!(shown(&screen, 120, 24).contains("2 of 2 parts undecided"));
        press(&mut screen, &[KeyCode::Char('e'), KeyCode::Char('x'), KeyCode::Esc]);
        let said = shown(&screen, 120, 24);
        assert!(said.contains("decided · Enter writes") && said.contains("✎ by hand: "), "{said}");
        assert!(!said.contains('?') || !said.contains("part 1/2"), "{said}");
        assert!(!said.contains("undecided"), "{said}");
        press(&mut screen, &[KeyCode::Char('u')]);
        assert!(shown(&screen, 120, 24).contains("2 of 2 parts undecided"));
    }

    #[test]
    fn the_smallest_screen_says_how_to_leave_and_where_help_is() {
        for sides in [THREE, [r#"{"t":"a\nb"}"#, r#"{"t":"m\nb"}"#, r#"{"t":"t\nb"}"#]] {
            for (width, height) in [SMALLEST, (80, 24), (120, 30)] {
                let said = shown(&of(sides[0], sides[1], sides[2]), width, height);
                let foot = said.lines().last().unwrap();
                for hint in ["← theirs", "→ mine", "Esc leave", "? help"] {
                    assert!(foot.contains(hint), "{width}: {foot}");
                }
                let mut settled = of(sides[0], sides[1], sides[2]);
                press(&mut settled, &[KeyCode::Char('T')]);
                let said = shown(&settled, width, height);
                assert!(said.lines().last().unwrap().starts_with(" Enter write · ← theirs"), "{said}");
            }
        }
    }
}
