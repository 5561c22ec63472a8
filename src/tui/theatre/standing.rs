//! What the theatre is told: what is played by whom, and how far it is. Plain values; what happens is decided elsewhere.

/// A scenario in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What it is called on the command line.
    pub name: String,
    pub title: String,
}

/// The scenario that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// Which of the list it is.
    pub listed: usize,
    pub title: String,
    /// What happens.
    pub about: String,
    /// What would have been lost, and why it was not.
    pub lost: String,
    pub people: Vec<Person>,
    /// How many steps there are.
    pub steps: usize,
}

/// Somebody who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// Whether they sit at a screen; a program does not.
    pub screen: bool,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many steps are done, the one under way included.
    pub step: usize,
    /// What the step does, as a sentence; empty before the first.
    pub caption: String,
    /// Who acts in it.
    pub acting: Option<usize>,
    pub doing: Doing,
    /// While it plays by itself: in how many seconds the next step comes, where that is known.
    pub plays: Option<Option<u64>>,
    /// Why the step was passed over, where it did not fit what is on the screens.
    pub misfit: Option<String>,
    /// How many steps were passed over.
    pub passed_over: usize,
    /// Whether a person took a keyboard over.
    pub taken_over: bool,
}

/// What the step is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doing {
    /// It is done.
    #[default]
    Nothing,
    /// Everything is brought to where it begins.
    SettingUp,
    /// Keys are pressed.
    Types,
    /// Answers are waited for.
    Settles,
}
