//! How the inbox looks: two lines a draft, how it stands and what was typed; and what a rule would decide, before it does.

use midair_record::Resolution;
use midair_record::schema::Secrets;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Drafts, Meant, Standing};
use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::{Clock, WaitingDraft};
use crate::tui::screens::collision::words::label;
use crate::tui::theme::Theme;
use crate::tui::when::ago;
use crate::tui::widgets::brief::brief;
use crate::tui::widgets::panel;

impl Drafts {
    /// Draws the list as a card over what is beneath.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys), clock: Clock) {
        let listed = self.listed();
        let width = area.width.saturating_sub(4).min(110);
        let room = width.saturating_sub(4);
        let unreadable: Vec<String> = self.unreadable.iter().flat_map(|words| panel::wrap(words, room)).collect();
        let rows = u16::try_from(listed.len() * 2 + unreadable.len() + self.queued.len()).unwrap_or(u16::MAX);
        let size = (width, rows.saturating_add(5));
        let title = if self.filter.is_empty() { "Inbox".into() } else { format!("Inbox · filter: {}", self.filter) };
        let inside = panel::card(buf, area, size, &title, theme);
        panel::line(buf, inside, 0, &[(&self.intro(&listed), theme.plain)]);
        let room = usize::from(inside.height.saturating_sub(2)) / 2;
        let top = panel::top_row(self.focus, listed.len(), u16::try_from(room).unwrap_or(1));
        let mut y = 2;
        for (index, &at) in listed.iter().enumerate().skip(top).take(room) {
            let place = Rect { y: inside.y + y, height: 2.min(inside.height.saturating_sub(y)), ..inside };
            self.draw_one(&self.waiting[at], index == self.focus, place, buf, (theme, keys), clock);
            y += 2;
        }
        for key in &self.queued {
            let (key, waits) = (key.to_string(), "  saved here; goes out when the server answers");
            panel::line(buf, inside, y, &[("  ", theme.plain), (&key, theme.plain), (waits, theme.asks)]);
            y += 1;
        }
        for words in &unreadable {
            panel::line(buf, inside, y, &[(words, theme.bad)]);
            y += 1;
        }
        if self.rule.is_some() {
            self.draw_rule(area, buf, (theme, keys));
        }
    }

    fn intro(&self, listed: &[usize]) -> String {
        match (listed.len(), self.waiting.len()) {
            (0, 0) => "No drafts wait for this server.".into(),
            (0, _) => "No draft holds that.".into(),
            (1, 1) => "One draft was typed here and never saved.".into(),
            (some, all) if some < all => format!("{some} of {all} drafts that were typed here and never saved."),
            (_, many) => format!("{many} drafts were typed here and never saved."),
        }
    }

    fn draw_one(
        &self,
        one: &WaitingDraft,
        here: bool,
        place: Rect,
        buf: &mut Buffer,
        (theme, keys): (&Theme, &Keys),
        clock: Clock,
    ) {
        let draft = &one.draft;
        let cursor = if here { "▸ " } else { "  " };
        let name = draft.key.to_string();
        let from = draft.base.stored().map_or("new".to_owned(), |stored| format!("from v{}", stored.version));
        let (sign, standing, style) = match self.standing.get(&one.slot) {
            None => ("", String::new(), theme.dim),
            Some(Standing::Unsent) => ("", "never sent".into(), theme.dim),
            Some(Standing::Gone(by)) => ("! ", format!("deleted by {}", who(by)), theme.bad),
            Some(Standing::Unknown(why)) => {
                ("", format!("not known how it stands: {}", why.trim_end_matches('.')), theme.dim)
            }
            Some(Standing::Met(met)) => {
                let style = if met.undecided() > 0 { theme.asks } else { theme.good };
                (if met.undecided() > 0 { "? " } else { "✓ " }, stands(met, &self.secrets(&draft.key)), style)
            }
        };
        let mine = one.who == self.me;
        let by = if mine { "you" } else { who(&one.who) };
        let sending = if one.sending { "waiting to be sent · " } else { "" };
        let gap_before = if standing.is_empty() { "" } else { " · " };
        let when = format!("{gap_before}{sending}{from} · typed by {by} {}", ago(&one.saved_at, clock));
        let whose = if mine { String::new() } else { format!("{by}'s · ") };
        let gap = "  ";
        let title = if here { theme.title } else { theme.plain };
        let pieces = [
            (cursor, theme.asks),
            (&*name, title),
            (gap, title),
            (&*whose, theme.theirs),
            (sign, style),
            (&*standing, style),
            (&*when, theme.dim),
        ];
        panel::line(buf, place, 0, &pieces);
        let secrets = self.secrets(&draft.key);
        let change = |change: &midair_record::diff::Change| {
            format!("{}: {}", secrets.label(&change.at), brief(&secrets.shown(&change.at, change.now.as_ref())))
        };
        let changes: Vec<String> = draft.changes().iter().take(5).map(change).collect();
        let doomed = self.doomed.as_deref() == Some(&one.slot);
        let again = keys.shown(Place::Drafts, Action::ThrowAway, theme.ascii);
        let lent = self.lent.as_deref() == Some(&one.slot);
        let open = keys.shown(Place::Drafts, Action::Open, theme.ascii);
        let (words, style) = match (doomed, lent) {
            (true, _) if mine => (format!("{again} again throws it away for good"), theme.bad),
            (true, _) => (format!("{again} again throws {by}'s draft away for good, not one of yours"), theme.bad),
            (_, true) => {
                (format!("{open} again goes on with {by}'s draft; what is saved carries your name"), theme.asks)
            }
            _ if mine => (changes.join(" · "), theme.mine),
            _ => (changes.join(" · "), theme.theirs),
        };
        panel::line(buf, place, 1, &[("    ", theme.plain), (&words, style)]);
    }

    /// The question before a rule is applied: in which drafts it decides what.
    fn draw_rule(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys)) {
        let Some(rule) = &self.rule else { return };
        let meant = self.meant(rule);
        let side = if rule.theirs { "theirs" } else { "mine" };
        let count = if meant.len() == 1 { "1 draft".into() } else { format!("all {} drafts", meant.len()) };
        let title = format!("{side} for {} in {count}", rule.under.label());
        let rows = u16::try_from(meant.len()).unwrap_or(u16::MAX);
        let size = (area.width.saturating_sub(8).min(90), rows.saturating_add(6));
        let inside = panel::card(buf, area, size, &title, theme);
        let words = "It decides this, and sends nothing:";
        panel::line(buf, inside, 0, &[(words, theme.plain)]);
        let room = usize::from(inside.height.saturating_sub(3));
        let fit = if meant.len() > room { room.saturating_sub(1) } else { room };
        let mut y = 1;
        for Meant { record, becomes, .. } in meant.iter().take(fit) {
            let words = format!("  {record}: {becomes}");
            panel::line(buf, inside, y, &[(&words, if rule.theirs { theme.theirs } else { theme.mine })]);
            y += 1;
        }
        if meant.len() > fit {
            panel::line(buf, inside, y, &[(&format!("  and {} more", meant.len() - fit), theme.dim)]);
            y += 1;
        }
        let [yes, no] = [Action::Confirm, Action::Back].map(|action| keys.shown(Place::Ruling, action, theme.ascii));
        panel::line(buf, inside, y, &[(&format!("{yes} decides them · {no} leaves them open"), theme.asks)]);
    }
}

fn who(by: &str) -> &str {
    if by.is_empty() { "somebody" } else { by }
}

/// How a draft and what was saved since stand to each other: `2 undecided (name, owner) · bob, v8`.
fn stands(met: &Resolution, secrets: &Secrets) -> String {
    let theirs = met.theirs();
    let open = (0..met.units().len()).filter(|&unit| met.asks(unit) && met.choice_is_open(unit));
    let fields: Vec<String> = open.map(|unit| label(&met.units()[unit], secrets)).collect();
    let whose = format!("{}, v{}", who(&theirs.updated_by), theirs.version);
    match (fields.len(), met.asked()) {
        (0, 0) => format!("fits with {whose}"),
        (0, _) => format!("decided · {whose}"),
        (many, _) => format!("{many} undecided ({}) · {whose}", fields.join(", ")),
    }
}
