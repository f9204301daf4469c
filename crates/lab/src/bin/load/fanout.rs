//! Telling many servers the same thing, and doing nothing for them while nothing is said.

use std::{
    io,
    time::{Duration, Instant},
};

use kindred_lab::{Lab, Letter};

use crate::{
    Wish,
    figures::{Figures, median, p99},
    scenarios::{PATIENCE, Scene, WRITERS, failed, mib, milliseconds_each},
};

/// How many posts go to everybody.
const POSTS: usize = 10;
/// How long it is watched while nothing happens.
const QUIET: Duration = Duration::from_secs(30);

/// How many servers, and what their figures are called.
pub(crate) struct Crowd {
    servers: usize,
    follow: &'static str,
    deliver: &'static str,
    reach: &'static str,
    peak: Option<&'static str>,
    quiet: Option<&'static str>,
}

pub(crate) const HUNDRED: Crowd = Crowd {
    servers: 100,
    follow: "follow.100",
    deliver: "deliver.100",
    reach: "reach.100",
    peak: None,
    quiet: None,
};

pub(crate) const THOUSAND: Crowd = Crowd {
    servers: 1000,
    follow: "follow.1000",
    deliver: "deliver.1000",
    reach: "reach.1000",
    peak: Some("fanout.peak"),
    quiet: Some("quiet"),
};

pub(crate) const FIVE_THOUSAND: Crowd = Crowd {
    servers: 5000,
    follow: "follow.5000",
    deliver: "deliver.5000",
    reach: "reach.5000",
    peak: Some("fanout.peak.5000"),
    quiet: None,
};

/// Servers begin to follow Nadia, each with one person; then she speaks to all of them.
pub(crate) async fn tell(wish: &Wish, figures: &mut Figures, crowd: &Crowd) -> io::Result<()> {
    let servers = wish.some(crowd.servers);
    let scene = Scene::open(wish)?;
    let lab = Lab::start(servers).await?;
    let before = scene.instance.usage()?;
    gather(&scene, &lab).await?;
    let after = scene.instance.usage()?;
    figures.note(crowd.follow, milliseconds_each(before, after, servers));
    // The first post opens the connections.
    publish(&scene, &lab, 1).await?;

    let (before, began) = (scene.instance.usage()?, Instant::now());
    publish(&scene, &lab, POSTS).await?;
    let after = scene.instance.usage()?;
    let heard = lab.heard();
    if heard.len() != servers * POSTS {
        return Err(failed(&format!("{} deliveries arrived", heard.len())));
    }
    figures.note(crowd.deliver, milliseconds_each(before, after, heard.len()));
    let last = heard.iter().map(|heard| heard.at).max().unwrap_or(began);
    if let Some(peak) = crowd.peak {
        figures.note(crowd.reach, (last - began).as_secs_f64());
        figures.note(peak, mib(after.peak_kib * 1024));
    } else {
        figures.note(crowd.reach, one_at_a_time(&scene, &lab).await?);
    }
    if let Some(quiet) = crowd.quiet {
        let pause = if wish.small { QUIET / 10 } else { QUIET };
        figures.note(quiet, share_of_a_core(&scene, pause).await?);
    }
    Ok(())
}

/// One person on each server follows Nadia and is agreed to.
pub(crate) async fn gather(scene: &Scene, lab: &Lab) -> io::Result<()> {
    let mut letters: Vec<Vec<Letter>> = (0..WRITERS).map(|_| Vec::new()).collect();
    for host in lab.hosts() {
        let follower = host.person("mei");
        let follow = follower.follow(&scene.nadia);
        letters[host.number() % WRITERS].push(follower.letter(&scene.shared_inbox(), &follow)?);
    }
    lab.forget();
    scene.send(letters).await?;
    arrived(lab, lab.hosts().len()).await?;
    scene.settled().await
}

/// Nadia publishes so many posts one right after the other, and all of them reach everybody.
pub(crate) async fn publish(scene: &Scene, lab: &Lab, posts: usize) -> io::Result<()> {
    lab.forget();
    let mut sender = scene.instance.sender();
    for _ in 0..posts {
        scene.publish(&mut sender).await?;
    }
    arrived(lab, lab.hosts().len() * posts).await?;
    scene.settled().await
}

/// How long it takes until nearly everybody has a post that is published alone, in milliseconds: the median of ten.
async fn one_at_a_time(scene: &Scene, lab: &Lab) -> io::Result<f64> {
    let mut worst = Vec::new();
    for _ in 0..10 {
        let began = Instant::now();
        publish(scene, lab, 1).await?;
        let heard = lab.heard();
        let delay = |at: Instant| (at - began).as_secs_f64() * 1000.0;
        let mut delays: Vec<f64> = heard.iter().map(|heard| delay(heard.at)).collect();
        worst.push(p99(&mut delays));
    }
    worst.sort_by(f64::total_cmp);
    Ok(median(&worst))
}

/// The processor time it takes while nobody asks for anything, in percent of one core.
async fn share_of_a_core(scene: &Scene, pause: Duration) -> io::Result<f64> {
    let before = scene.instance.usage()?;
    tokio::time::sleep(pause).await;
    let used = milliseconds_each(before, scene.instance.usage()?, 1);
    Ok(used / pause.as_secs_f64() / 10.0)
}

async fn arrived(lab: &Lab, count: usize) -> io::Result<()> {
    if lab.until_count(count, PATIENCE).await {
        Ok(())
    } else {
        Err(failed(&format!("{} of {count} arrived", lab.count())))
    }
}
