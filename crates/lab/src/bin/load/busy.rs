//! Somebody who reads while letters come in as fast as they are taken.

use std::{
    io,
    time::{Duration, Instant},
};

use kindred_lab::{Lab, Plan};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    Wish,
    figures::{Figures, p99},
    scenarios::{Scene, WRITERS, failed, float, follow_authors},
};

/// How many letters come in; enough for a quarter of a minute.
const LETTERS: usize = 40_000;
/// How often home is looked at while nobody else is there.
const LOOKS: usize = 75;
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Reads home alone, then during the flood.
pub(crate) async fn all(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let lab = Lab::play(&Plan {
        hosts: WRITERS,
        agreeable: true,
        ..Plan::default()
    })
    .await?;
    follow_authors(&scene, &lab).await?;
    scene.send(scene.notes(&lab, 5)?).await?;
    scene.settled().await?;
    let flood = scene.notes(&lab, wish.some(LETTERS) / WRITERS)?;

    let mut left = wish.some(LOOKS);
    let alone = read(&scene, || {
        left = left.saturating_sub(1);
        left > 0
    });
    let alone = alone.await?;
    figures.note("busy.alone", alone);

    let began = Instant::now();
    let mut sending = std::pin::pin!(scene.send(flood));
    let (done, watch) = tokio::sync::watch::channel(false);
    let (took, sent) = tokio::join!(read(&scene, || !*watch.borrow()), async {
        let sent = sending.as_mut().await;
        // Whoever reads may have stopped for a reason of their own.
        let _ = done.send(true);
        sent.map(|()| began.elapsed())
    });
    let (took, sent) = (took?, sent?);
    figures.note("busy.p99", took);
    figures.note("busy.ratio", took / alone);
    let rate = float(wish.some(LETTERS)) / sent.as_secs_f64();
    figures.note("busy.taken", rate);
    Ok(())
}

/// Looks at home five times a second for as long as it goes on; answers what nearly every look took at most, in milliseconds.
async fn read(scene: &Scene, mut goes_on: impl FnMut() -> bool) -> io::Result<f64> {
    let mut sender = scene.instance.sender();
    let signed_in = [("authorization", scene.token.as_str())];
    let mut clock = interval(PAUSE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut took = Vec::new();
    while goes_on() {
        clock.tick().await;
        let began = Instant::now();
        let page = sender
            .get("/api/v1/timelines/home?limit=20", &signed_in)
            .await?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
        if !page.is_success() {
            return Err(failed("home was not handed out"));
        }
    }
    Ok(p99(&mut took))
}
