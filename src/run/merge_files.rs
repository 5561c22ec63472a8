//! The loop of `midair mergetool`: keys in, screen out, decisions onto the disk; knows no file that is merged.

use midair_record::Resolution;
use midair_record::draft::Draft;
use ratatui::crossterm::event::{Event, KeyEventKind};

use super::pointer::Pointer;
use super::{Ending, Signals, clock, terminal};
use crate::tui::merge_files::Next;
use crate::tui::msg::Press;
use crate::tui::screens::collision::Files;
use crate::tui::{MergeFiles, Preferences};

/// How merging files ended.
#[derive(Clone, Debug)]
pub enum Merged {
    /// Everything is decided.
    Settled(Box<Resolution>),
    /// The person left, or a signal came.
    Left(Ending),
}

/// Shows the collision until it is settled or left; the mouse is taken where `mouse` says so. `keep` puts what is decided
/// so far onto the disk; its error is a sentence.
///
/// # Errors
/// When the terminal cannot be set up or written to.
pub async fn merge_files(
    resolution: Resolution,
    files: Files,
    notice: String,
    (preferences, mouse): (Preferences, bool),
    mut keep: impl FnMut(&Draft) -> Result<(), String>,
) -> anyhow::Result<Merged> {
    let mut signals = Signals::new()?;
    let mut screen = terminal::enter("`midair mergetool --plain` asks line by line", mouse)?;
    let mut app = MergeFiles::open(resolution, files, notice, preferences, clock());
    let size = screen.size()?;
    app.resize(size.width, size.height);
    let mut pointer = Pointer::default();
    // None while the terminal is somebody else's.
    let mut reports = Some(terminal::Reports::listen());
    let merged = 'seat: loop {
        let mut suspends = false;
        let heard = reports.get_or_insert_with(terminal::Reports::listen);
        screen.draw(|frame| {
            let area = frame.area();
            frame.render_widget(&app, area);
            if let Some(position) = app.cursor(area) {
                frame.set_cursor_position(position);
            }
        })?;
        let mut event = tokio::select! {
            signal = signals.next() => {
                let _ = keep(&app.parting());
                break Merged::Left(Ending::Signal(signal));
            }
            event = heard.next() => event,
        };
        if event.is_none() {
            break Merged::Left(Ending::Signal(1));
        }
        while let Some(happened) = event {
            let Ok(happened) = happened else { break 'seat Merged::Left(Ending::Signal(1)) };
            match next(&mut app, &mut pointer, happened) {
                Next::Stay => {}
                Next::Keep(draft) => {
                    if let Err(why) = keep(&draft) {
                        app.say(why);
                    }
                }
                Next::Write(resolution) => break 'seat Merged::Settled(resolution),
                Next::Leave(draft) => {
                    let _ = keep(&draft);
                    break 'seat Merged::Left(Ending::Quit);
                }
                Next::Copy(text) => terminal::copy(&text)?,
                Next::Repaint => screen = terminal::blank()?,
                Next::Suspend => suspends = true,
            }
            event = heard.waiting();
        }
        if suspends {
            let _ = keep(&app.parting());
            reports = None;
            screen = terminal::suspend(mouse).await?;
            let size = screen.size()?;
            app.resize(size.width, size.height);
        }
    };
    drop(reports);
    drop(screen);
    terminal::restore();
    Ok(merged)
}

fn next(app: &mut MergeFiles, pointer: &mut Pointer, event: Event) -> Next {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            terminal::panic_on_cue(key.code);
            app.key(Press { code: key.code, mods: key.modifiers })
        }
        Event::Paste(text) => app.paste(&text),
        Event::Mouse(event) => match pointer.told(event, std::time::Instant::now()) {
            Some(mouse) => app.mouse(mouse),
            None => Next::Stay,
        },
        Event::Resize(columns, rows) => {
            app.resize(columns, rows);
            Next::Repaint
        }
        _ => Next::Stay,
    }
}
