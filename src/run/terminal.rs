//! The terminal: taken over at the start and given back whole, however the program ends.

use std::io::{self, IsTerminal, Write};
use std::sync::Once;
use std::time::Duration;

use futures_util::StreamExt;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, Event, EventStream, KeyCode,
};
use ratatui::crossterm::style::Print;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::crossterm::{execute, style};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use super::tape::Out;

/// What is drawn on.
pub type Screen = Terminal<CrosstermBackend<Out>>;

/// What the terminal reports: keys, pastes, new sizes. A task of its own reads them, because crossterm's stream wakes
/// only one who asks it, and of those the first.
pub struct Reports {
    events: UnboundedReceiver<io::Result<Event>>,
    reader: JoinHandle<()>,
}

impl Reports {
    /// Begins to listen; what is typed from here on is ours until this is dropped.
    pub fn listen() -> Self {
        let (send, events) = unbounded_channel();
        let reader = tokio::spawn(async move {
            let mut stream = EventStream::new();
            while let Some(event) = stream.next().await {
                if send.send(event).is_err() {
                    break;
                }
            }
        });
        Reports { events, reader }
    }

    /// Stops listening; once this is done, nothing that is typed is taken any more.
    pub async fn end(mut self) {
        self.reader.abort();
        let _ = (&mut self.reader).await;
    }

    /// Waits for the next one; `None` when there will be none.
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        self.events.recv().await
    }

    /// The next one, if it is there.
    pub fn waiting(&mut self) -> Option<io::Result<Event>> {
        self.events.try_recv().ok()
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Asks for clicks, drags and the wheel, in cells of any number. crossterm's own command asks for every move of the mouse
/// too, and each would wake the loop.
const MOUSE: &str = "\x1b[?1002h\x1b[?1006h";

/// Takes the terminal over, and the mouse with it where `mouse` says so. A panic gives it back before it is reported.
/// `otherwise`: what there is without a terminal.
///
/// # Errors
/// When standard input or output is no terminal, or cannot be set up.
pub fn enter(otherwise: &str, mouse: bool) -> anyhow::Result<Screen> {
    enter_onto(&Out::default(), otherwise, mouse)
}

/// As [`enter`]; what is drawn goes to `out`.
///
/// # Errors
/// As [`enter`].
pub fn enter_onto(out: &Out, otherwise: &str, mouse: bool) -> anyhow::Result<Screen> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        anyhow::bail!("it needs a terminal; {otherwise}");
    }
    restore_on_panic();
    // With NO_COLOR crossterm would write resets that wipe bold and reverse; the theme leaves the colours out instead.
    style::force_color_output(true);
    take_over_onto(out, mouse)
}

/// Takes the terminal over, at the start or after it was given back.
///
/// # Errors
/// When it cannot be set up.
pub fn take_over(mouse: bool) -> anyhow::Result<Screen> {
    take_over_onto(&Out::default(), mouse)
}

fn take_over_onto(out: &Out, mouse: bool) -> anyhow::Result<Screen> {
    enable_raw_mode()?;
    execute!(out.clone(), EnterAlternateScreen, EnableBracketedPaste)?;
    if mouse {
        execute!(out.clone(), Print(MOUSE))?;
    }
    blank_on(out)
}

/// An empty screen of the size that the terminal has now: at the start, after a resize, and to draw every cell again.
/// ratatui's own clearing asks the terminal where its cursor is and waits for an answer, which not every terminal gives.
///
/// # Errors
/// When the terminal is gone.
pub fn blank() -> anyhow::Result<Screen> {
    blank_on(&Out::default())
}

/// As [`blank`]; what is drawn goes to `out`.
///
/// # Errors
/// As [`blank`].
pub fn blank_on(out: &Out) -> anyhow::Result<Screen> {
    execute!(out.clone(), Clear(ClearType::All))?;
    let backend = CrosstermBackend::new(out.clone());
    let (columns, rows) = size()?;
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    Ok(Terminal::with_options(backend, TerminalOptions { viewport })?)
}

/// Gives `text` to the terminal's clipboard (OSC 52). A terminal that does not take it says nothing.
///
/// # Errors
/// When the terminal is gone.
pub fn copy(text: &str) -> anyhow::Result<()> {
    Ok(execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))?)
}

/// Gives the terminal back. May be called at any time, and more than once; what fails is passed over, because there is
/// nobody left to tell.
pub fn restore() {
    let mut out = io::stdout();
    let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// Gives the terminal back and stops, as every program does that a shell can let go on; then takes it over again, and the mouse with
/// it where `mouse` says so. Nothing may listen to the terminal meanwhile.
///
/// # Errors
/// When the terminal cannot be set up again.
pub async fn suspend(mouse: bool) -> anyhow::Result<Screen> {
    suspend_from(&Out::default(), mouse).await
}

/// As [`suspend`]; what is drawn afterwards goes to `out`.
///
/// # Errors
/// As [`suspend`].
pub async fn suspend_from(out: &Out, mouse: bool) -> anyhow::Result<Screen> {
    let mut goes_on = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
    restore();
    kill_current_process_group(Signal::TSTP)?;
    // Where no shell could let it go on, the system does not stop it, and nothing comes.
    let _ = tokio::time::timeout(Duration::from_millis(300), goes_on.recv()).await;
    take_over_onto(out, mouse)
}

fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            report(panic);
            eprintln!("midair has a fault and had to stop. What you typed is kept as a draft; start midair to go on.");
        }));
    });
}

/// In a debug build, `MIDAIR_PANIC_KEY=f12` panics on that key: how the tests see that the terminal comes back.
pub fn panic_on_cue(code: KeyCode) {
    if cfg!(debug_assertions)
        && let KeyCode::F(number) = code
        && std::env::var("MIDAIR_PANIC_KEY").is_ok_and(|key| key == format!("f{number}"))
    {
        panic!("asked to, by MIDAIR_PANIC_KEY");
    }
}
