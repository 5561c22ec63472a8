//! What is secret in the record that is edited: masked in every field, but for the one that a person looks at.

use midair_record::schema::{Secrets, Shown};
use midair_record::{Pointer, Value};

use super::Editor;

impl Editor {
    /// Takes which places are secret, and masks the fields that may tell one.
    pub fn veil(&mut self, secrets: &Secrets) {
        self.secrets = secrets.clone();
        for (at, field) in &mut self.unread {
            field.veil(secrets, at, false);
        }
        if let (Some(row), Some(field)) = (self.rows.get(self.focus), &mut self.field) {
            field.veil(secrets, &row.at, self.shows_secret);
        }
    }

    /// What may be shown of a value that stands at `at`.
    pub(super) fn shown<'v>(&self, at: &Pointer, value: Option<&'v Value>) -> Shown<'v> {
        self.secrets.shown(at, value)
    }

    /// Whether the field under the caret is a secret.
    pub fn at_secret(&self) -> bool {
        self.field.as_ref().is_some_and(|field| field.is_secret())
    }

    /// Shows the secret under the caret until its field is left, or masks it again.
    pub fn toggle_secret(&mut self) {
        self.shows_secret = !self.shows_secret;
        let secrets = self.secrets.clone();
        self.veil(&secrets);
    }
}
