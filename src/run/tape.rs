//! What is written to the terminal, kept beside it as an asciicast: the very bytes, with their times. Knows not what they say.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::json;

/// Where a screen is written to: the terminal, and a tape beside it where one runs. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Out(Option<Arc<Mutex<Tape>>>);

/// A recording that is being made, in asciicast version 2 (docs.asciinema.org/manual/asciicast/v2): a line of JSON about
/// it, then a line for each event. Each frame is an event, and on the disk once it is drawn.
#[derive(Debug)]
struct Tape {
    file: BufWriter<File>,
    begun: Instant,
    /// What was written since the last event.
    frame: Vec<u8>,
    /// Why it could not be written on, where it could not.
    fault: Option<io::Error>,
}

impl Out {
    /// Records into a new file. `size`: the columns and rows of the terminal; `environment`: variables that say what kind
    /// of terminal it is.
    ///
    /// # Errors
    /// When there is such a file, or none can be made.
    pub fn onto_tape(
        file: &Path,
        title: &str,
        (columns, rows): (u16, u16),
        environment: &[(&str, String)],
    ) -> io::Result<Self> {
        let file = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(file)?);
        let mut tape = Tape { file, begun: Instant::now(), frame: Vec::new(), fault: None };
        let env: serde_json::Map<String, serde_json::Value> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let at = jiff::Timestamp::now().as_second();
        let head = json!({
            "version": 2, "width": columns, "height": rows, "timestamp": at, "title": title, "env": env,
        });
        writeln!(tape.file, "{head}")?;
        tape.file.flush()?;
        Ok(Out(Some(Arc::new(Mutex::new(tape)))))
    }

    /// Notes that the terminal has so many columns and rows now.
    pub fn resized(&self, columns: u16, rows: u16) {
        self.with(|tape| {
            tape.cut();
            tape.note("r", &format!("{columns}x{rows}"));
        });
    }

    /// Ends the recording: what is written from here on is not on it.
    ///
    /// # Errors
    /// When not everything could be written.
    pub fn end_tape(self) -> io::Result<()> {
        let Some(tape) = self.0 else { return Ok(()) };
        let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
        tape.cut_whole();
        tape.fault.take().map_or(Ok(()), Err)
    }

    fn with(&self, does: impl FnOnce(&mut Tape)) {
        if let Some(tape) = &self.0 {
            does(&mut tape.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::stdout().write(bytes)?;
        self.with(|tape| tape.frame.extend_from_slice(&bytes[..written]));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()?;
        self.with(Tape::cut);
        Ok(())
    }
}

impl Tape {
    /// Makes an event of what was written; of a character that is not whole yet, the rest is waited for.
    fn cut(&mut self) {
        let whole = match std::str::from_utf8(&self.frame) {
            Err(fault) if fault.error_len().is_none() => fault.valid_up_to(),
            _ => self.frame.len(),
        };
        let rest = self.frame.split_off(whole);
        let frame = std::mem::replace(&mut self.frame, rest);
        if !frame.is_empty() {
            self.note("o", &String::from_utf8_lossy(&frame));
        }
    }

    fn cut_whole(&mut self) {
        self.cut();
        let rest = std::mem::take(&mut self.frame);
        if !rest.is_empty() {
            self.note("o", &String::from_utf8_lossy(&rest));
        }
    }

    fn note(&mut self, kind: &str, words: &str) {
        if self.fault.is_some() {
            return;
        }
        let seconds = self.begun.elapsed().as_secs_f64();
        let event = format!("[{seconds:.6}, {}, {}]\n", json!(kind), json!(words));
        if let Err(fault) = self.file.write_all(event.as_bytes()).and_then(|()| self.file.flush()) {
            self.fault = Some(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(frames: &[&[u8]]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.cast");
        let out = Out::onto_tape(&file, "a \"title\"", (80, 24), &[("TERM", "xterm".into())]).unwrap();
        for frame in frames {
            out.with(|tape| {
                tape.frame.extend_from_slice(frame);
                tape.cut();
            });
        }
        out.resized(60, 15);
        out.end_tape().unwrap();
        std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_head_then_an_event_a_frame_and_the_new_size() {
        let lines = of(&[b"\x1b[2Ja", b"", "ä\r\n".as_bytes()]);
        let head: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!((&head["version"], &head["width"], &head["height"]), (&json!(2), &json!(80), &json!(24)));
        assert_eq!((&head["title"], &head["env"]["TERM"]), (&json!("a \"title\""), &json!("xterm")));
        let events: Vec<(f64, String, String)> =
            lines[1..].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let said: Vec<(&str, &str)> = events.iter().map(|(_, kind, words)| (kind.as_str(), words.as_str())).collect();
        assert_eq!(said, [("o", "\u{1b}[2Ja"), ("o", "ä\r\n"), ("r", "60x15")]);
        assert!(events.windows(2).all(|pair| pair[0].0 <= pair[1].0) && events[0].0 >= 0.0);
    }

    #[test]
    fn a_character_that_is_cut_in_two_stays_whole() {
        let lines = of(&["a→".as_bytes()[..2].as_ref(), &"→b".as_bytes()[1..]]);
        assert!(lines[1].ends_with("\"a\"]") && lines[2].ends_with("\"→b\"]"), "{lines:?}");
        let lines = of(&[b"\xe2\x86"]);
        assert!(lines.iter().any(|line| line.contains('\u{fffd}')), "what never becomes whole is told: {lines:?}");
    }

    #[test]
    fn a_file_that_exists_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.cast");
        std::fs::write(&file, "mine").unwrap();
        assert!(Out::onto_tape(&file, "t", (80, 24), &[]).is_err());
        assert_eq!(std::fs::read_to_string(file).unwrap(), "mine");
    }
}
