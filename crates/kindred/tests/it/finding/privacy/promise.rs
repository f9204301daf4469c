//! The promise that people are given: who may know what of whom. The cases on which it is put to the test are drawn from here.

use kindred_community::Circle;
use proptest::prelude::*;

/// Names that occur nowhere else on any page.
pub(super) const PEOPLE: [&str; 5] = ["qadaq", "qbeaq", "qcemq", "qdanq", "qevaq"];

pub(super) const TOPICS: usize = 3;

/// How many cases are played.
pub(super) const CASES: u32 = 6;

/// What there is between the companies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bond {
    Nothing,
    Proposed,
    Agreed(Vec<&'static str>),
    Ended(Vec<&'static str>),
}

impl Bond {
    pub(super) fn lets(&self, flow: &str) -> bool {
        matches!(self, Self::Agreed(flows) if flows.contains(&flow))
    }
}

/// Who says what to whom, and what there is between the companies meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) bond: Bond,
    /// By person and topic.
    pub(super) said: Vec<Vec<Option<Circle>>>,
    /// How many of them say it before the companies agree; the others say it afterwards.
    pub(super) before: usize,
}

pub(super) fn cases() -> impl Strategy<Value = Case> {
    let flows = proptest::sample::subsequence(vec!["groups", "counts", "people"], 1..=3);
    let bond = prop_oneof![
        1 => Just(Bond::Nothing),
        1 => Just(Bond::Proposed),
        5 => flows.clone().prop_map(Bond::Agreed),
        1 => flows.prop_map(Bond::Ended),
    ];
    let circle = prop_oneof![
        1 => Just(None),
        1 => Just(Some(Circle::Me)),
        1 => Just(Some(Circle::Company)),
        3 => Just(Some(Circle::Partners)),
        1 => Just(Some(Circle::Everyone)),
    ];
    let of_one = proptest::collection::vec(circle, TOPICS);
    let said = proptest::collection::vec(of_one, PEOPLE.len());
    (bond, said, 0..=PEOPLE.len()).prop_map(|(bond, said, before)| Case { bond, said, before })
}

/// Whoever looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eyes {
    /// Nobody in particular, or a company that has nothing to do with us.
    Anybody,
    /// Somebody of the same company; admins are no exception.
    Colleague,
    /// Somebody at the other company, or its server.
    Partner,
    /// Themselves.
    Own,
}

impl Case {
    /// The promise: who may know by name what somebody says to a circle.
    pub(super) fn promises(&self, eyes: Eyes, circle: Circle) -> bool {
        match circle {
            Circle::Everyone => true,
            Circle::Partners => match eyes {
                Eyes::Own | Eyes::Colleague => true,
                Eyes::Partner => self.bond.lets("people"),
                Eyes::Anybody => false,
            },
            Circle::Company => matches!(eyes, Eyes::Own | Eyes::Colleague),
            Circle::Me => eyes == Eyes::Own,
        }
    }

    /// Those who may be known by name.
    pub(super) fn known(&self, eyes: Eyes, topic: usize) -> Vec<&'static str> {
        PEOPLE
            .iter()
            .zip(&self.said)
            .filter(|(_, said)| said[topic].is_some_and(|circle| self.promises(eyes, circle)))
            .map(|(who, _)| *who)
            .collect()
    }

    /// What stands behind a door must not tell a line, and, where `about` names the one topic that it is about, no name of somebody.
    pub(super) fn must_keep(
        &self,
        number: u32,
        eyes: Eyes,
        about: Option<usize>,
        door: &str,
        text: &str,
    ) {
        for (who, said) in PEOPLE.iter().zip(&self.said) {
            for (topic, circle) in said.iter().enumerate() {
                let Some(circle) = circle else { continue };
                if self.promises(eyes, *circle) {
                    continue;
                }
                assert!(
                    !text.contains(&line(number, who, topic)),
                    "{door} tells {eyes:?} what {who} says to {circle}: {text}"
                );
                if about == Some(topic) {
                    assert!(
                        !text.contains(who),
                        "{door} tells {eyes:?} that {who}, who says so to {circle}, cares: {text}"
                    );
                }
            }
        }
        // Where nobody asked for it, not even the name of a topic stands that the viewer hears of from nobody.
        if about.is_none() {
            for silent in (0..TOPICS).filter(|silent| self.known(eyes, *silent).is_empty()) {
                if eyes == Eyes::Partner && self.bond.lets("counts") {
                    continue;
                }
                let name = topic(number, silent);
                assert!(
                    !text.contains(&name),
                    "{door} tells {eyes:?} of {name}: {text}"
                );
            }
        }
    }

    pub(super) fn how_many(&self, topic: usize, circle: Circle) -> usize {
        let told = |said: &&Vec<Option<Circle>>| said[topic] == Some(circle);
        self.said.iter().filter(told).count()
    }
}

/// What is called how in the case of this number.
pub(super) fn topic(case: u32, topic: usize) -> String {
    format!("quark{case}x{topic}")
}

/// The line of somebody about a topic; it stands nowhere else.
pub(super) fn line(case: u32, who: &str, topic: usize) -> String {
    format!("zz{who}{case}x{topic}zz")
}
