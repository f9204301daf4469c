//! Who lives in the demonstration, what they care about, and what they say. All of it is made up.

use kindred_community::{Circle, JoinPolicy, Visibility};

/// A company, or the public web.
pub(super) struct House {
    /// What its folder is called.
    pub key: &'static str,
    /// What the instance is called.
    pub name: &'static str,
    /// Whose it is.
    pub company: Option<&'static str>,
    /// Who lives there; the first one is the admin.
    pub people: &'static [Dweller],
    /// What they meet about.
    pub groups: &'static [Room],
}

/// Somebody.
pub(super) struct Dweller {
    pub handle: &'static str,
    pub name: &'static str,
    /// About themselves.
    pub note: &'static str,
    pub cares: &'static [(&'static str, &'static str, Circle)],
}

/// A group; the first one in `people` organises it, the others join. Those with an `@` live in another house.
pub(super) struct Room {
    pub handle: &'static str,
    pub name: &'static str,
    pub summary: &'static str,
    pub topics: &'static [&'static str],
    pub visibility: Visibility,
    pub join: JoinPolicy,
    pub people: &'static [&'static str],
    pub talk: &'static [Talk],
}

/// Somebody starts, others answer.
pub(super) struct Talk {
    pub by: &'static str,
    pub words: &'static str,
    pub answers: &'static [(&'static str, &'static str)],
}

use Circle::{Company, Everyone, Me, Partners};

pub(super) const HOUSES: [House; 3] = [
    House {
        key: "acme",
        name: "Kindred at Acme",
        company: Some("Acme Instruments"),
        people: &[
            Dweller {
                handle: "nadia",
                name: "Nadia Haddad",
                note: "Calibrates things that weigh other things.",
                cares: &[
                    (
                        "Statistical process control",
                        "I collect control charts that lied",
                        Partners,
                    ),
                    ("Bouldering", "Blue holds only, but twice a week", Everyone),
                ],
            },
            Dweller {
                handle: "tomas",
                name: "Tomás Rivera",
                note: "Toolmaker in hall 3.",
                cares: &[
                    ("Sourdough", "Mine is called Gerda and is four", Partners),
                    (
                        "Statistical process control",
                        "I am the one who moves the machine",
                        Partners,
                    ),
                ],
            },
            Dweller {
                handle: "ines",
                name: "Inês Duarte",
                note: "New since spring.",
                cares: &[
                    ("Bouldering", "", Partners),
                    (
                        "Rust",
                        "Came for the compiler, stayed for its errors",
                        Partners,
                    ),
                ],
            },
            Dweller {
                handle: "robert",
                name: "Robert Klein",
                note: "Looks after what is under the floor.",
                cares: &[
                    (
                        "Beekeeping",
                        "Two hives on the roof of the car park",
                        Company,
                    ),
                    ("Chess", "Badly, and with pleasure", Me),
                ],
            },
            Dweller {
                handle: "aylin",
                name: "Aylin Demir",
                note: "Draws the parts that hold the other parts.",
                cares: &[
                    ("Sourdough", "Rye. Always rye", Partners),
                    (
                        "Letterpress",
                        "A case of Futura and no space for it",
                        Everyone,
                    ),
                ],
            },
            Dweller {
                handle: "jun",
                name: "Jun Mori",
                note: "Firmware.",
                cares: &[
                    ("Rust", "On things with 32 kB", Partners),
                    ("Synthesizers", "Built one from a broken scale", Partners),
                ],
            },
            Dweller {
                handle: "paula",
                name: "Paula Weber",
                note: "Purchasing, site south.",
                cares: &[
                    ("Sourdough", "Beginner. My bread is a weapon", Company),
                    ("Choir singing", "Alto", Partners),
                ],
            },
            Dweller {
                handle: "sami",
                name: "Sami Laine",
                note: "Measures noise.",
                cares: &[
                    ("Synthesizers", "Noise, on purpose", Partners),
                    ("Statistical process control", "", Partners),
                ],
            },
        ],
        groups: &[
            Room {
                handle: "spc",
                name: "Charts that lied",
                summary: "For those who look twice. Bring a chart that fooled you, and what it took to notice.",
                topics: &["Statistical process control"],
                visibility: Visibility::Public,
                join: JoinPolicy::Open,
                people: &[
                    "nadia",
                    "tomas",
                    "sami",
                    "mei@globex",
                    "oskar@globex",
                    "lena@commons",
                ],
                talk: &[
                    Talk {
                        by: "nadia",
                        words: "Welcome! To begin with, the one that got me hooked: eight weeks of a perfect line, because somebody had glued the needle. What is the best lie a chart ever told you? #SPC",
                        answers: &[
                            (
                                "tomas",
                                "Mine was honest. It was me who read the axis upside down for a month.",
                            ),
                            (
                                "mei@globex",
                                "A gauge that was only read when it looked good. The distribution was beautiful.",
                            ),
                            (
                                "nadia",
                                "@mei@globex That deserves a frame. Have you kept it?",
                            ),
                        ],
                    },
                    Talk {
                        by: "oskar@globex",
                        words: "Does anybody here run charts for things that happen three times a year? Everything I try says \"all is well\" until it is not. #SPC",
                        answers: &[(
                            "sami",
                            "Count the days between instead of the events. It changed my mind about the whole subject.",
                        )],
                    },
                ],
            },
            Room {
                handle: "sourdough",
                name: "Gerda's friends",
                summary: "Bread, and the creatures that make it. Exchange of starters on Thursdays, canteen door.",
                topics: &["Sourdough"],
                visibility: Visibility::Partners,
                join: JoinPolicy::Ask,
                people: &["tomas", "aylin", "paula"],
                talk: &[Talk {
                    by: "paula",
                    words: "It is flat again. Flat, sour, and proud of it. What am I doing wrong? #Sourdough",
                    answers: &[
                        (
                            "aylin",
                            "How warm is your kitchen? Mine only works on top of the router.",
                        ),
                        (
                            "tomas",
                            "You are doing nothing wrong, you are doing it too early. Wait an hour longer than you can bear.",
                        ),
                    ],
                }],
            },
        ],
    },
    House {
        key: "globex",
        name: "Kindred at Globex",
        company: Some("Globex Bearings"),
        people: &[
            Dweller {
                handle: "mei",
                name: "Mei Tanaka",
                note: "Quality, second shift.",
                cares: &[
                    (
                        "statistische Prozesskontrolle",
                        "Charts are stories about Tuesdays",
                        Partners,
                    ),
                    ("Bouldering", "Slabs", Partners),
                ],
            },
            Dweller {
                handle: "oskar",
                name: "Oskar Lind",
                note: "Maintenance.",
                cares: &[
                    ("SPC", "Rare events, rarely understood", Partners),
                    ("Fermentation", "Kimchi and other good mistakes", Everyone),
                ],
            },
            Dweller {
                handle: "fatima",
                name: "Fatima Noor",
                note: "Controls engineer.",
                cares: &[
                    ("Rust", "Trying to get it past the safety people", Partners),
                    ("Choir singing", "Soprano when nobody listens", Partners),
                ],
            },
            Dweller {
                handle: "lukas",
                name: "Lukas Brandt",
                note: "Night porter.",
                cares: &[
                    ("Chess", "Correspondence games, one move a shift", Partners),
                    (
                        "Sourdough",
                        "The ovens here are warm at four in the morning",
                        Partners,
                    ),
                ],
            },
            Dweller {
                handle: "elena",
                name: "Elena Petrova",
                note: "Materials lab.",
                cares: &[
                    (
                        "Letterpress",
                        "Casting type is metallurgy with jokes",
                        Partners,
                    ),
                    ("Bouldering", "", Company),
                ],
            },
            Dweller {
                handle: "diego",
                name: "Diego Ramos",
                note: "Apprentice.",
                cares: &[
                    ("Synthesizers", "Saving for a filter", Partners),
                    ("Rust", "Chapter four", Company),
                ],
            },
            Dweller {
                handle: "hanna",
                name: "Hanna Vogt",
                note: "Works council.",
                cares: &[
                    ("Choir singing", "We need basses. Always", Partners),
                    ("Beekeeping", "", Me),
                ],
            },
            Dweller {
                handle: "kofi",
                name: "Kofi Mensah",
                note: "Logistics.",
                cares: &[("Bouldering", "Climbs like a forklift", Partners)],
            },
        ],
        groups: &[
            Room {
                handle: "bouldering",
                name: "Low walls",
                summary: "Climbing where falling is part of it. Tuesdays at the hall by the canal, all levels, no levels.",
                topics: &["Bouldering"],
                visibility: Visibility::Public,
                join: JoinPolicy::Open,
                people: &["mei", "kofi", "elena", "nadia@acme", "ines@acme"],
                talk: &[
                    Talk {
                        by: "kofi",
                        words: "I fell off the same hold eleven times today. On the twelfth I sat down and looked at it. Recommended. #Bouldering",
                        answers: &[
                            (
                                "ines@acme",
                                "Which one? The green one by the stairs? I owe it an apology too.",
                            ),
                            ("mei", "Hips to the wall, and think of something else."),
                        ],
                    },
                    Talk {
                        by: "nadia@acme",
                        words: "Would anybody share a car on Tuesday? We are three from Acme, and one of us is afraid of trams.",
                        answers: &[(
                            "elena",
                            "I pass your gate at half past five. Three fit if nobody brings a mat.",
                        )],
                    },
                ],
            },
            Room {
                handle: "choir",
                name: "The lunch choir",
                summary: "Half an hour, four voices, no concerts.",
                topics: &["Choir singing"],
                visibility: Visibility::Company,
                join: JoinPolicy::Open,
                people: &["hanna", "fatima"],
                talk: &[Talk {
                    by: "hanna",
                    words: "Thursday we try the canon in the stairwell. Five seconds of echo, bring a scarf.",
                    answers: &[("fatima", "I will be the one who comes in late, musically.")],
                }],
            },
        ],
    },
    House {
        key: "commons",
        name: "The public web",
        company: None,
        people: &[
            Dweller {
                handle: "lena",
                name: "Lena Fischer",
                note: "Teaches statistics to people who did not ask.",
                cares: &[("Statistical process control", "", Everyone)],
            },
            Dweller {
                handle: "amir",
                name: "Amir Rahimi",
                note: "Bakes before work.",
                cares: &[("Sourdough", "", Everyone)],
            },
            Dweller {
                handle: "zoe",
                name: "Zoë Martin",
                note: "Prints posters.",
                cares: &[("Letterpress", "", Everyone)],
            },
            Dweller {
                handle: "bo",
                name: "Bo Chen",
                note: "Compilers.",
                cares: &[("Rust", "", Everyone)],
            },
            Dweller {
                handle: "maja",
                name: "Maja Novak",
                note: "Bees.",
                cares: &[("Beekeeping", "", Everyone)],
            },
            Dweller {
                handle: "theo",
                name: "Theo Papadakis",
                note: "Modular synthesizers and other furniture.",
                cares: &[("Synthesizers", "", Everyone)],
            },
            Dweller {
                handle: "ruth",
                name: "Ruth Adler",
                note: "Chess, slowly.",
                cares: &[("Chess", "", Everyone)],
            },
            Dweller {
                handle: "ivo",
                name: "Ivo Santos",
                note: "Climbs on weekdays.",
                cares: &[("Bouldering", "", Everyone)],
            },
        ],
        groups: &[Room {
            handle: "rust",
            name: "Rust after work",
            summary: "For those who count lifetimes instead of sheep.",
            topics: &["Rust"],
            visibility: Visibility::Public,
            join: JoinPolicy::Open,
            people: &["bo", "jun@acme", "ines@acme", "fatima@globex"],
            talk: &[Talk {
                by: "bo",
                words: "What is the smallest thing you run #Rust on, and does it know?",
                answers: &[
                    (
                        "jun@acme",
                        "A scale with 32 kB. It weighs itself while compiling.",
                    ),
                    (
                        "fatima@globex",
                        "A relay that clicks when I panic. So: often.",
                    ),
                ],
            }],
        }],
    },
];
