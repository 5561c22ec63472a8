//! The stage: carries a scenario out with real seats and programs on a real server, step by step, and looks whether it
//! came as it is written; knows no terminal, and starts no server.

mod check;
mod filling;
mod hand;
mod program;
mod reach;
mod setting;
mod settling;
mod shown;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::select_all;
use midair_record::wire::Key;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use self::check::Verdict;
use self::hand::{Hand, Next};
use self::program::Program;
use self::setting::Made;
use super::seat::{Place, Seat};
use super::wire::{Exchange, Line, Wire};
use crate::backend::Backend;
use crate::draft_box::DraftBox;
use crate::scenario::{Check, Cue, Does, Scenario, Step, Who};
use crate::tui::msg::{Press, Written};
use crate::tui::{App, Effect, Msg, Preferences};

/// How often it is looked whether time went on.
const LOOK: Duration = Duration::from_millis(100);
/// Every so many looks the seats are told the time, where nothing is waited for.
const LOOKS_A_TICK: u8 = 4;

/// How a scenario is carried out.
#[derive(Clone, Debug)]
pub struct How {
    /// The columns and rows of each screen.
    pub size: (u16, u16),
    /// How the people at the terminals like them.
    pub preferences: Preferences,
    /// How long something that must come may take.
    pub patience: Duration,
}

/// A scenario that is being carried out.
pub struct Stage {
    scenario: Arc<Scenario>,
    patience: Duration,
    /// How large the screens are that are looked at, however they are shown.
    size: (u16, u16),
    /// The server itself, past the wire.
    server: Backend,
    wire: Wire,
    lines: HashMap<Who, Line>,
    seats: Vec<Seat>,
    afoot: Vec<watch::Receiver<usize>>,
    /// Whether each seat was connected when it was looked last, and whether it was since what stands there was read.
    linked: Vec<(bool, bool)>,
    programs: Vec<Program>,
    made: Made,
    /// The records that are spoken of.
    keys: BTreeSet<Key>,
    /// How far the exchanges of each were looked at.
    looked: HashMap<Who, usize>,
    place: usize,
    doing: Option<Doing>,
    looks: Interval,
    since_tick: u8,
}

/// The step that is being done.
struct Doing {
    phase: Phase,
    /// When the patience ends.
    until: Instant,
}

enum Phase {
    /// Keys are pressed.
    Hand(Hand),
    /// Something is done that is no key.
    Act,
    /// What was done takes its course.
    Settle,
    /// It is looked whether it is as it must be.
    Look,
}

/// The next small thing of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// This key is pressed at this terminal; [`Stage::press`] does it, when whoever shows it is ready.
    Press { terminal: usize, press: Press },
    /// Something has to come first; [`Stage::heard`] waits for it.
    Waits,
    /// The step is done, and everything was as it must be.
    Done,
    /// There is no step any more.
    Over,
}

/// Why a step is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The line of the step in its file, from 1.
    pub line: usize,
    /// As it is written.
    pub step: String,
    /// A sentence.
    pub why: String,
    /// Each terminal's person and screen.
    pub screens: Vec<(String, String)>,
    /// What went over the wire, a line an exchange.
    pub wire: Vec<String>,
}

impl Stage {
    /// Makes what the scenario begins with on the server at this address, and seats everybody. Drafts are kept in `folder`.
    ///
    /// # Errors
    /// A sentence about what stands in the way; then nothing that was made is left.
    pub async fn set(scenario: Scenario, server: &str, folder: &Path, how: How) -> Result<Self, String> {
        let backend = Backend::connect(server, "scenario").map_err(|fault| fault.to_string())?;
        let wire = Wire::to(server)?;
        let mut made = Made::on(backend.clone());
        if let Err(why) = made.make(&scenario).await {
            made.clear().await;
            return Err(why);
        }
        match Stage::seat(scenario, backend, wire, folder, server, how, made).await {
            Ok(stage) => Ok(stage),
            Err((made, why)) => {
                made.clear().await;
                Err(why)
            }
        }
    }

    async fn seat(
        scenario: Scenario,
        server: Backend,
        wire: Wire,
        folder: &Path,
        address: &str,
        how: How,
        made: Made,
    ) -> Result<Self, (Made, String)> {
        let (mut lines, mut seats, mut programs) = (HashMap::new(), Vec::new(), Vec::new());
        for who in scenario.everybody() {
            let name = scenario.name(who);
            let seated = async {
                let line = wire.line(name).await.map_err(|fault| format!("no line for {name}: {fault}"))?;
                let backend = Backend::connect(&line.url(), name).map_err(|fault| fault.to_string())?;
                match who {
                    Who::Client(_) => programs.push(Program::new(backend, line.url(), name)),
                    Who::Terminal(_) => {
                        let home = folder.join(name);
                        let drafts = DraftBox::open(&home.join("drafts"))
                            .map_err(|fault| format!("no drafts in {}: {fault}", home.display()))?;
                        let place = Place {
                            backend,
                            drafts,
                            outside: home.join("outside"),
                            server: address.to_owned(),
                            who: name.to_owned(),
                            revive: None,
                            preferences: how.preferences.clone(),
                        };
                        seats.push(Seat::take(place, how.size, false).0);
                    }
                }
                Ok(line)
            };
            match seated.await {
                Ok(line) => _ = lines.insert(who, line),
                Err(why) => return Err((made, why)),
            }
        }
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut stage = Stage {
            keys: scenario.records.iter().map(|(key, _)| key.clone()).collect(),
            scenario: Arc::new(scenario),
            patience: how.patience,
            size: how.size,
            server,
            wire,
            lines,
            afoot: seats.iter().map(Seat::afoot).collect(),
            linked: seats.iter().map(|_| (false, true)).collect(),
            seats,
            programs,
            made,
            looked: HashMap::new(),
            place: 0,
            doing: None,
            looks,
            since_tick: 0,
        };
        let until = Instant::now() + stage.patience;
        loop {
            match stage.settled().await {
                Ok(None) => return Ok(stage),
                Ok(Some(_)) if Instant::now() < until => stage.heard().await,
                Ok(Some(why)) | Err(why) => return Err((stage.made, format!("the seats do not come up: {why}"))),
            }
        }
    }

    /// What is carried out.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Which step comes next, from 0, or is under way.
    pub fn place(&self) -> usize {
        self.place
    }

    /// The step that comes next, or is under way; `None` at the end.
    pub fn step(&self) -> Option<&Step> {
        self.scenario.steps.get(self.place)
    }

    /// The screen of a terminal.
    pub fn app(&self, terminal: usize) -> &App {
        &self.seats[terminal].app
    }

    /// Gives a terminal another size.
    pub fn resize(&mut self, terminal: usize, columns: u16, rows: u16) {
        self.seats[terminal].app.resize(columns, rows);
    }

    /// Presses a key at a terminal. What only the owner of a terminal could do is not done.
    pub fn press(&mut self, terminal: usize, press: Press) {
        tell(&mut self.seats[terminal], Msg::Key(press));
    }

    /// What went over the wire, in the order in which it was asked.
    pub fn wire(&self) -> Vec<Exchange> {
        self.wire.exchanges()
    }

    /// Whether somebody is cut off from the server.
    pub fn is_offline(&self, who: Who) -> bool {
        self.lines.get(&who).is_some_and(Line::is_cut)
    }

    /// The next small thing of the step that is due. Whoever carries it out presses what is to be pressed, waits where
    /// something has to come, and asks again.
    ///
    /// # Errors
    /// [`Unmet`], and the step is not done; it can be tried again.
    pub async fn beat(&mut self) -> Result<Beat, Box<Unmet>> {
        self.take_in();
        let scenario = self.scenario.clone();
        let Some(step) = scenario.steps.get(self.place) else { return Ok(Beat::Over) };
        let begun = Doing { phase: begin(&step.does), until: Instant::now() + self.patience };
        let mut doing = self.doing.take().unwrap_or(begun);
        loop {
            let waits = match &mut doing.phase {
                Phase::Hand(hand) => match hand.next(self.hand_app(&step.does)) {
                    Next::Press { press, goes_on } => {
                        if goes_on {
                            doing.until = Instant::now() + self.patience;
                        }
                        let Does::Deed(terminal, _) = step.does else { return Ok(Beat::Waits) };
                        self.doing = Some(doing);
                        return Ok(Beat::Press { terminal, press });
                    }
                    Next::Done => {
                        doing.phase = Phase::Settle;
                        self.tick();
                        continue;
                    }
                    Next::Wait(why) => why,
                    Next::Cannot(why) => return Err(self.unmet(step, why)),
                },
                Phase::Act => {
                    doing.until = Instant::now() + self.patience;
                    match self.act(&step.does).await {
                        Ok(()) => doing.phase = Phase::Settle,
                        Err(why) => return Err(self.unmet(step, why)),
                    }
                    continue;
                }
                Phase::Settle => match self.settled().await {
                    Ok(None) => {
                        doing.phase = Phase::Look;
                        continue;
                    }
                    Ok(Some(why)) => why,
                    Err(why) => return Err(self.unmet(step, why)),
                },
                Phase::Look => match self.look(&step.does).await {
                    Verdict::Met => {
                        self.place += 1;
                        return Ok(Beat::Done);
                    }
                    Verdict::NotYet(why) => why,
                    Verdict::Never(why) => return Err(self.unmet(step, why)),
                },
            };
            if Instant::now() >= doing.until {
                return Err(self.unmet(step, waits));
            }
            self.doing = Some(doing);
            return Ok(Beat::Waits);
        }
    }

    /// Does the whole step that is due, at once. `false`: there is none any more.
    ///
    /// # Errors
    /// As [`Stage::beat`].
    pub async fn go_on(&mut self) -> Result<bool, Box<Unmet>> {
        loop {
            match self.beat().await? {
                Beat::Press { terminal, press } => self.press(terminal, press),
                Beat::Waits => self.heard().await,
                Beat::Done => return Ok(true),
                Beat::Over => return Ok(false),
            }
        }
    }

    /// Waits until something happens that is to be seen or waited for, and takes in what came. May be dropped at any time.
    pub async fn heard(&mut self) {
        let mut changes = self.wire.changes();
        let Stage { seats, afoot, looks, .. } = self;
        let came = {
            let messages = select_all(seats.iter_mut().map(|seat| seat.next().boxed()));
            let errands = select_all(afoot.iter_mut().map(|afoot| afoot.changed().boxed()));
            tokio::select! {
                (msg, seat, _) = messages => Some((seat, msg)),
                _ = errands => None,
                _ = changes.changed() => None,
                _ = looks.tick() => {
                    self.since_tick += 1;
                    None
                }
            }
        };
        if let Some((seat, msg)) = came {
            tell(&mut self.seats[seat], msg);
        }
        if self.since_tick >= LOOKS_A_TICK || (self.since_tick > 0 && self.doing.is_some()) {
            self.tick();
        }
        self.take_in();
    }

    /// Tells every seat the time.
    fn tick(&mut self) {
        self.since_tick = 0;
        for seat in &mut self.seats {
            seat.tick();
        }
    }

    /// Takes in every message that waits.
    fn take_in(&mut self) {
        for (seat, (was, fresh)) in self.seats.iter_mut().zip(&mut self.linked) {
            while let Some(msg) = seat.waiting() {
                tell(seat, msg);
            }
            let live = seat.app.is_live();
            *fresh |= live && !*was;
            *was = live;
        }
    }

    fn hand_app(&self, does: &Does) -> &App {
        match does {
            Does::Deed(terminal, _) => &self.seats[*terminal].app,
            _ => &self.seats[0].app,
        }
    }

    /// Does what is no key: what a program does, and what happens to the wire.
    async fn act(&mut self, does: &Does) -> Result<(), String> {
        match does {
            Does::Chore(client, chore) => {
                self.keys.extend(program::keys(chore));
                self.programs[*client].carry_out(chore).await
            }
            Does::Cue(who, cue) => {
                let line = self.lines.get(who).ok_or("there is no such line")?;
                match cue {
                    Cue::Offline => line.go_offline().await,
                    Cue::Online => line.come_back().await,
                    Cue::CutAfterWrite => {
                        line.cut_after_write();
                        Ok(())
                    }
                    Cue::LoseAnswer => {
                        line.lose_next_answer();
                        Ok(())
                    }
                    Cue::StaleReads => line.read_stale(self.keys.iter().cloned()).await,
                    Cue::FreshReads => {
                        line.read_fresh();
                        Ok(())
                    }
                }
            }
            Does::Deed(..) | Does::Check(_) => Ok(()),
        }
    }

    /// What stands on the screen of a terminal, a line a row; as in a terminal of its own, however small it is shown.
    pub fn screen(&self, terminal: usize) -> String {
        let (columns, rows) = self.size;
        let app = self.seats[terminal].app.alone(columns, rows);
        let area = Rect::new(0, 0, columns, rows);
        let mut buffer = Buffer::empty(area);
        app.as_ref().render(area, &mut buffer);
        let line = |row: &[ratatui::buffer::Cell]| {
            row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
        };
        buffer.content.chunks(usize::from(columns).max(1)).map(line).collect::<Vec<_>>().join("\n")
    }

    fn unmet(&self, step: &Step, why: String) -> Box<Unmet> {
        let screens = self.scenario.terminals.iter().enumerate();
        Box::new(Unmet {
            line: step.line,
            step: step.text.clone(),
            why,
            screens: screens.map(|(terminal, name)| (name.clone(), self.screen(terminal))).collect(),
            wire: self.wire.exchanges().iter().map(ToString::to_string).collect(),
        })
    }

    /// Ends: everybody leaves. What the scenario made stays.
    pub async fn leave(self) {
        self.close().await;
    }

    /// Ends, and removes what was made, where nobody else changed it. Gives a sentence for each that stays.
    pub async fn clear(self) -> Vec<String> {
        let created = self.created();
        let mut made = self.close().await;
        made.also(created);
        made.clear().await
    }

    async fn close(self) -> Made {
        let Stage { seats, lines, made, .. } = self;
        for seat in seats {
            seat.leave().await;
        }
        drop(lines);
        made
    }
}

/// Tells a seat something, and gives back what only the owner of a terminal can do. There is no editor outside to be had: it
/// has its text back at once.
fn tell(seat: &mut Seat, msg: Msg) -> Vec<Effect> {
    let effects = seat.update(msg);
    for left in &effects {
        if let Effect::WriteOutside(outside) = left {
            let trouble = Some("No other editor can be opened here.".into());
            let (file, text) = (outside.name.clone(), Some(outside.text.clone()));
            seat.update(Msg::Written(Written { file, text, trouble }));
        }
    }
    effects
}

fn begin(does: &Does) -> Phase {
    match does {
        Does::Deed(_, deed) => Phase::Hand(Hand::of(deed)),
        Does::Chore(..) | Does::Cue(..) => Phase::Act,
        Does::Check(Check::SeesNot(..) | Check::NoWrite(_)) => Phase::Settle,
        Does::Check(_) => Phase::Look,
    }
}
