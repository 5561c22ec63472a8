//! One scenario as it is shown: a stage on a server of its own, and how far it is; knows no terminal.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::acts::{self, Act};
use super::pace::Pace;
use crate::run::stage::{Beat, How, Stage};
use crate::scenario::{Does, Scenario};
use crate::tui::Msg;
use crate::tui::theatre::{Doing, Person, Play, Standing};

/// How long something that must come may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same once a person took a keyboard over: what does not fit any more is not waited for.
const IMPATIENCE: Duration = Duration::from_secs(2);
/// How large the screens are that are looked at: as `midair play` has them.
const SIZE: (u16, u16) = (120, 30);

/// A server with nothing on it, and a folder of its own; both are gone when this is dropped.
pub struct Ground {
    pub url: String,
    pub folder: PathBuf,
    /// What keeps them.
    pub keeps: Box<dyn Send>,
}

/// Gives a fresh server.
pub type Fresh = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Ground, String>> + Send>> + Send + Sync>;

/// A stage that is set, and what it stands on.
struct Set {
    stage: Stage,
    ground: Ground,
}

/// A stage that is being set, up to the end of an act.
struct Setting {
    task: JoinHandle<Result<Set, String>>,
    act: usize,
}

/// A scenario that is shown.
pub struct Show {
    scenario: Scenario,
    listed: usize,
    acts: Vec<Act>,
    pace: Pace,
    set: Option<Set>,
    setting: Option<Setting>,
    /// How often the next act was asked for while the stage was being set.
    asked: usize,
    /// Which act is shown, from 1; 0 before the first.
    act: usize,
    doing: Doing,
    /// Whether the rest of the act comes at once.
    hurries: bool,
    /// When the next small thing is done; `None` where something has to come first.
    due: Option<Instant>,
    /// When the next act begins by itself.
    next: Option<Instant>,
    plays: bool,
    acting: Option<usize>,
    misfit: Option<String>,
    passed_over: usize,
    taken_over: bool,
}

/// Old stages that are being cleared away.
pub type Old = Vec<JoinHandle<()>>;

impl Show {
    /// A scenario of which nothing is set yet.
    pub fn of(scenario: Scenario, listed: usize, pace: Pace) -> Self {
        Show {
            acts: acts::acts(&scenario),
            scenario,
            listed,
            pace,
            set: None,
            setting: None,
            asked: 0,
            act: 0,
            doing: Doing::SettingUp,
            hurries: false,
            due: None,
            next: None,
            plays: false,
            acting: None,
            misfit: None,
            passed_over: 0,
            taken_over: false,
        }
    }

    /// What the theatre says of it.
    pub fn play(&self) -> Play {
        let person = |name: &String, screen| Person { name: name.clone(), screen };
        let terminals = self.scenario.terminals.iter().map(|name| person(name, true));
        Play {
            listed: self.listed,
            title: self.scenario.title.trim_end_matches('.').to_owned(),
            about: self.scenario.about.clone(),
            lost: self.scenario.lost.clone(),
            people: terminals.chain(self.scenario.clients.iter().map(|name| person(name, false))).collect(),
            steps: self.acts.len(),
        }
    }

    /// How far it is.
    pub fn standing(&self) -> Standing {
        let left = |next: Instant| next.saturating_duration_since(Instant::now()).as_secs_f64().ceil();
        Standing {
            step: self.act,
            caption: self.act.checked_sub(1).map(|at| self.acts[at].caption.clone()).unwrap_or_default(),
            acting: self.acting,
            doing: self.doing,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            plays: self.plays.then(|| self.next.map(|next| left(next) as u64)),
            misfit: self.misfit.clone(),
            passed_over: self.passed_over,
            taken_over: self.taken_over,
        }
    }

    /// The stage, once it is set.
    pub fn stage(&mut self) -> Option<&mut Stage> {
        self.set.as_mut().map(|set| &mut set.stage)
    }

    /// The same, to look at.
    pub fn seen(&self) -> Option<&Stage> {
        self.set.as_ref().map(|set| &set.stage)
    }

    /// Sets the stage anew, on a server of its own, and brings it to the end of an act. What is shown stays until then.
    pub fn set(&mut self, fresh: &Fresh, how: &How, act: usize) {
        if let Some(old) = self.setting.take() {
            old.task.abort();
        }
        let ground = fresh();
        let (scenario, how) = (self.scenario.clone(), How { patience: PATIENCE, size: SIZE, ..how.clone() });
        let end = act.checked_sub(1).map_or(0, |at| self.acts[at].end);
        let task = tokio::spawn(async move {
            let ground = ground.await?;
            let mut stage = Stage::set(scenario, &ground.url, &ground.folder, how).await?;
            while stage.place() < end {
                if stage.go_on().await.is_err() {
                    stage.pass_over();
                }
            }
            Ok(Set { stage, ground })
        });
        self.setting = Some(Setting { task, act });
        (self.doing, self.asked) = (Doing::SettingUp, 0);
        (self.due, self.next, self.plays, self.hurries) = (None, None, false, false);
    }

    /// Waits until the stage is set, where it is being set. Gives what was shown before, to be cleared away.
    ///
    /// # Errors
    /// A sentence about why it cannot be set; what was shown before stays.
    pub async fn comes_up(&mut self) -> Result<Option<JoinHandle<()>>, String> {
        let Some(setting) = &mut self.setting else { return std::future::pending().await };
        let came = (&mut setting.task).await;
        let act = setting.act;
        self.setting = None;
        self.doing = Doing::Nothing;
        let set = came.map_err(|fault| fault.to_string()).and_then(|set| set)?;
        let old = self.clear();
        self.set = Some(set);
        (self.act, self.passed_over, self.taken_over, self.misfit) = (act, 0, false, None);
        let asked = std::mem::take(&mut self.asked);
        for _ in 0..asked.max(usize::from(self.plays)) {
            self.go_on();
        }
        Ok(old)
    }

    /// Takes the stage down, where one stands; what is given back ends when everything is gone.
    pub fn clear(&mut self) -> Option<JoinHandle<()>> {
        let Set { stage, ground } = self.set.take()?;
        Some(tokio::spawn(async move {
            stage.leave().await;
            drop(ground);
        }))
    }

    /// Whether a stage is being set.
    pub fn is_being_set(&self) -> bool {
        self.setting.is_some()
    }

    /// Gives a setting up that is under way.
    pub fn stop(&mut self) {
        if let Some(setting) = self.setting.take() {
            setting.task.abort();
        }
    }

    /// Begins the next act, or goes on with one that was left; where one is under way, the rest of it comes at once.
    pub fn go_on(&mut self) {
        let Some(stage) = self.seen().filter(|_| self.setting.is_none()) else {
            self.asked += 1;
            return;
        };
        if self.doing != Doing::Nothing {
            self.hurries = true;
            self.due = Some(Instant::now());
            return;
        }
        let left = self.act > 0 && stage.place() < self.acts[self.act - 1].end;
        if !left && self.act == self.acts.len() {
            return;
        }
        self.act += usize::from(!left);
        self.misfit = None;
        self.next = None;
        self.hurries = false;
        self.begin_step();
    }

    /// Which act there is to go back to.
    pub fn before(&self) -> usize {
        self.act.saturating_sub(1)
    }

    /// Whether what a person typed is lost by going back.
    pub fn was_taken_over(&self) -> bool {
        self.taken_over
    }

    /// Goes on by itself, or no longer.
    pub fn plays_or_not(&mut self) {
        self.plays = !self.plays;
        self.next = None;
        if self.plays && self.doing == Doing::Nothing {
            self.go_on();
        }
    }

    /// Somebody's keyboard was taken over: the act rests where it is.
    pub fn rests(&mut self) {
        (self.plays, self.next, self.taken_over) = (false, None, true);
        if let Some(stage) = self.stage() {
            stage.wait_at_most(IMPATIENCE);
            stage.begin_again();
        }
        if self.setting.is_none() {
            self.doing = Doing::Nothing;
        }
        self.due = None;
    }

    /// When something is due by itself.
    pub fn due(&self) -> Option<Instant> {
        self.due.or(self.next)
    }

    /// Something came that may have been waited for.
    pub fn heard(&mut self) {
        if self.doing == Doing::Settles && self.due.is_none() {
            self.due = Some(Instant::now());
        }
    }

    /// Does what is due. `true`: it played to its end.
    pub async fn goes_on(&mut self) -> bool {
        if self.due.is_none() {
            let last = self.act == self.acts.len();
            self.next = None;
            if last {
                self.plays = false;
                return true;
            }
            self.go_on();
            return false;
        }
        let Some(set) = &mut self.set else { return false };
        match set.stage.beat().await {
            Ok(Beat::Press { terminal, press }) => {
                set.stage.tell(terminal, Msg::Key(press));
                self.doing = Doing::Types;
                let after = if self.hurries { Duration::ZERO } else { self.pace.after(press) };
                self.due = Some(Instant::now() + after);
            }
            Ok(Beat::Waits) => (self.doing, self.due) = (Doing::Settles, None),
            Ok(Beat::Done) => self.step_is_over(),
            Ok(Beat::Over) => self.act_is_over(),
            Err(unmet) => {
                let why = unmet.why.trim_end_matches('.');
                self.misfit.get_or_insert(format!("“{}”: {why}.", unmet.step));
                self.passed_over += 1;
                set.stage.pass_over();
                self.step_is_over();
            }
        }
        false
    }

    fn step_is_over(&mut self) {
        let place = self.seen().map_or(0, Stage::place);
        match self.act.checked_sub(1).map(|at| self.acts[at].end) {
            Some(end) if place < end => self.begin_step(),
            _ => self.act_is_over(),
        }
    }

    fn begin_step(&mut self) {
        let Some(step) = self.seen().and_then(Stage::step) else { return self.act_is_over() };
        let looks = matches!(step.does, Does::Check(_));
        let actor = acts::actor(&self.scenario, step);
        self.acting = actor.or(self.acting);
        self.doing = if looks { Doing::Settles } else { Doing::Types };
        let before = if looks || self.hurries { Duration::ZERO } else { self.pace.before() };
        self.due = Some(Instant::now() + before);
    }

    fn act_is_over(&mut self) {
        (self.doing, self.due, self.hurries) = (Doing::Nothing, None, false);
        if self.plays {
            let words = self.standing().caption;
            self.next = Some(Instant::now() + self.pace.reading(&words));
        }
    }
}
