//! Servers that do not do well, and whether those that do have to wait for them.
//!
//! Two hundred servers follow Nadia. Some of them refuse, dawdle, are busy or never answer, and she goes on speaking. How long the well
//! ones wait is compared with how long they wait when all are well; then the others come back, and what they missed has to follow.

use std::{
    collections::{HashMap, HashSet},
    io,
    time::{Duration, Instant},
};

use kindred_lab::{Behaviour, Heard, Lab};

use crate::{
    Wish,
    fanout::{gather, publish},
    figures::{Figures, p99},
    scenarios::{PATIENCE, Scene, failed},
};

const SERVERS: usize = 200;
/// Posts of a round, one right after the other.
const POSTS: usize = 5;
const ROUNDS: usize = 2;
/// How long servers are broken before they come back.
const BROKEN_FOR: Duration = Duration::from_mins(1);

/// One way of not doing well.
struct Trouble {
    /// Of how many servers one has it.
    one_in: usize,
    behaviour: Behaviour,
    /// Whether Kindred is started anew before they come back.
    restart: bool,
    wait: &'static str,
    back: &'static str,
}

const TROUBLES: [Trouble; 4] = [
    Trouble {
        one_in: 5,
        behaviour: Behaviour::Refusing,
        restart: true,
        wait: "broken.refusing",
        back: "back.refusing",
    },
    Trouble {
        one_in: 10,
        behaviour: Behaviour::Slow(Duration::from_secs(2)),
        restart: false,
        wait: "broken.slow",
        back: "back.slow",
    },
    Trouble {
        one_in: 10,
        behaviour: Behaviour::Status(503),
        restart: false,
        wait: "broken.busy",
        back: "back.busy",
    },
    Trouble {
        one_in: 20,
        behaviour: Behaviour::Hanging,
        restart: false,
        wait: "broken.hanging",
        back: "back.hanging",
    },
];

/// All are well at first; then one trouble after the other, each with a fresh instance.
pub(crate) async fn all(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let (scene, lab) = followed(wish).await?;
    let everybody: HashSet<usize> = lab.hosts().iter().map(kindred_lab::Host::number).collect();
    let live = speak(&scene, &lab, &everybody).await?.waited;
    figures.note("broken.live", live);
    let (mut worst, mut twice) = (0.0_f64, 0.0);
    for trouble in &TROUBLES {
        let (waited, repeated) = suffer(wish, figures, trouble).await?;
        worst = worst.max(waited - 2.0 * live);
        twice += repeated;
    }
    figures.note("broken.excess", worst);
    figures.note("broken.twice", twice);
    Ok(())
}

async fn followed(wish: &Wish) -> io::Result<(Scene, Lab)> {
    let scene = Scene::open(wish)?;
    let lab = Lab::start(wish.some(SERVERS)).await?;
    gather(&scene, &lab).await?;
    // The first post opens the connections.
    publish(&scene, &lab, 1).await?;
    Ok((scene, lab))
}

/// One trouble from its beginning to its end; answers how long the well ones waited, and what was told twice.
async fn suffer(wish: &Wish, figures: &mut Figures, trouble: &Trouble) -> io::Result<(f64, f64)> {
    let (mut scene, lab) = followed(wish).await?;
    let (ill, well): (HashSet<usize>, HashSet<usize>) = lab
        .hosts()
        .iter()
        .map(kindred_lab::Host::number)
        .partition(|number| number % trouble.one_in == 0);
    let began = Instant::now();
    for number in &ill {
        lab.host(*number).behave(trouble.behaviour);
    }
    let said = speak(&scene, &lab, &well).await?;
    figures.note(trouble.wait, said.waited);

    let broken_for = if wish.small {
        BROKEN_FOR / 10
    } else {
        BROKEN_FOR
    };
    tokio::time::sleep(broken_for.saturating_sub(began.elapsed())).await;
    if trouble.restart {
        scene.instance.end()?;
        scene.instance.start()?;
    }
    let returned = Instant::now();
    for number in &ill {
        lab.host(*number).behave(Behaviour::Welcoming);
    }
    let missed = ill.len() * said.posts.len();
    let all_there = |heard: &[Heard]| taken(heard, &ill, &said.posts).len() == missed;
    if !lab.until(PATIENCE, all_there).await {
        let there = taken(&lab.heard(), &ill, &said.posts).len();
        return Err(failed(&format!(
            "{}: {there} of {missed} arrived after their return",
            trouble.back
        )));
    }
    figures.note(trouble.back, returned.elapsed().as_secs_f64());
    let everybody = ill.union(&well).copied().collect();
    let heard = lab.heard();
    let times = taken(&heard, &everybody, &said.posts);
    let repeated: u32 = times.values().map(|times| times - 1).sum();
    Ok((said.waited, f64::from(repeated)))
}

/// What was said, and how long the well servers waited for it.
struct Spoken {
    /// The addresses of the posts.
    posts: HashSet<String>,
    /// In seconds; all but a hundredth waited less.
    waited: f64,
}

/// Nadia speaks in rounds; the next one begins when all well servers have heard the one before.
async fn speak(scene: &Scene, lab: &Lab, well: &HashSet<usize>) -> io::Result<Spoken> {
    lab.forget();
    let mut sender = scene.instance.sender();
    let mut said: HashMap<String, Instant> = HashMap::new();
    for _ in 0..ROUNDS {
        for _ in 0..POSTS {
            let at = Instant::now();
            said.insert(scene.publish(&mut sender).await?, at);
        }
        let posts: HashSet<String> = said.keys().cloned().collect();
        let expected = well.len() * posts.len();
        let all_there = |heard: &[Heard]| taken(heard, well, &posts).len() == expected;
        if !lab.until(PATIENCE, all_there).await {
            return Err(failed("not all well servers heard of it"));
        }
    }
    let mut delays: Vec<f64> = lab
        .heard()
        .iter()
        .filter(|heard| well.contains(&heard.host))
        .filter_map(|heard| Some((heard.at - *said.get(&heard.object)?).as_secs_f64()))
        .collect();
    Ok(Spoken {
        posts: said.into_keys().collect(),
        waited: p99(&mut delays),
    })
}

/// Which of these posts these servers have taken, each with how often.
fn taken<'a>(
    heard: &'a [Heard],
    servers: &HashSet<usize>,
    posts: &HashSet<String>,
) -> HashMap<(usize, &'a str), u32> {
    let mut times = HashMap::new();
    for letter in heard {
        if letter.answered == 202
            && servers.contains(&letter.host)
            && posts.contains(&letter.object)
        {
            *times.entry((letter.host, letter.id.as_str())).or_default() += 1;
        }
    }
    times
}
