//! Stories of meeting others: who is seen where, and what is said of me.

use midair_record::wire::Key;

use super::*;

fn key() -> Key {
    Key::new("projects", "prj_1").unwrap()
}

impl Desk {
    pub(super) fn meets(&mut self, who: &str, path: Option<&str>) {
        let path = path.map(|path| Pointer::parse(path).unwrap());
        self.happens(Msg::Present { key: key(), by: who.into(), path, here: true });
    }

    fn parts_from(&mut self, who: &str) {
        self.happens(Msg::Present { key: key(), by: who.into(), path: None, here: false });
    }

    fn said_of_me(&mut self) -> Vec<Effect> {
        self.effects.clear();
        self.happens(Msg::Tick(clock()));
        self.effects.retain(|effect| matches!(effect, Effect::SayHere { .. } | Effect::SayGone { .. }));
        self.effects.clone()
    }
}

#[test]
fn who_is_editing_shows_on_the_row_and_in_the_first_line_until_they_leave() {
    let mut desk = Desk::sit(Depth::None);
    desk.meets("carol", Some("/notes"));
    desk.shows("✎ carol");
    desk.shows("2 people here");
    desk.meets("bob", None);
    desk.shows("✎ bob +1");
    desk.shows("3 people here");
    desk.parts_from("bob");
    desk.parts_from("carol");
    let shot = desk.shot(120, 40);
    assert!(!shot.contains('✎') && !shot.contains("people here"), "{shot}");
}

#[test]
fn in_the_editor_it_is_said_who_is_at_which_field_and_nothing_is_locked() {
    let mut desk = Desk::edits();
    desk.meets("carol", Some("/name"));
    desk.shows("✎ carol is editing name");
    let shot = desk.shot(120, 40);
    let row = shot.lines().find(|line| line.contains("▸ name")).unwrap_or_default();
    assert!(row.contains("✎ carol"), "{row}");
    desk.keys("' site' ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site\"")]));
}

#[test]
fn my_own_other_terminal_is_called_mine() {
    let mut desk = Desk::sit(Depth::None);
    desk.meets("alice", Some("/quota"));
    desk.shows("✎ you, elsewhere");
    desk.opens();
    desk.shows("✎ you, in another terminal, are editing quota");
    assert!(!desk.shot(120, 40).contains("people here"), "I am one");
}

#[test]
fn it_is_told_where_i_am_and_that_i_left_and_only_while_the_server_is_there() {
    let mut desk = Desk::edits();
    let here = |path: &str| vec![Effect::SayHere { key: key(), path: Pointer::parse(path) }];
    assert_eq!(desk.said_of_me(), here("/name"));
    assert_eq!(desk.said_of_me(), [], "it holds for a while");
    desk.keys("down down");
    assert_eq!(desk.said_of_me(), here("/billing/contact"));
    desk.happens(Msg::Link(Link::Lost("gone.".into())));
    assert_eq!(desk.said_of_me(), []);
    desk.happens(Msg::Link(Link::Live { hosting: false }));
    assert_eq!(desk.said_of_me(), here("/billing/contact"), "a server that came back knows nobody");
    desk.keys("esc");
    assert_eq!(desk.said_of_me(), [Effect::SayGone { key: key() }]);
}

#[test]
fn with_the_connection_everybody_is_forgotten() {
    let mut desk = Desk::sit(Depth::None);
    desk.meets("carol", None);
    desk.happens(Msg::Link(Link::Lost("gone.".into())));
    assert!(!desk.shot(120, 40).contains("✎ carol"));
}
