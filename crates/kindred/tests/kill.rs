//! Killed in the middle of everything, and started again: nothing is lost and nothing is done twice, on both databases.
//!
//! The real program is killed (SIGKILL, which nobody can catch) while posts are on their way to fifty servers and hundreds of letters
//! are coming in, three times in a row. A power cut of the whole machine is something else: that is between the database and its disk.

#![expect(clippy::unwrap_used, reason = "what fails in a test fails the test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use kindred_lab::{Database, Instance, Lab, Letter};
use serde_json::Value;
use tokio::task::JoinSet;

const HOSTS: usize = 50;
/// Letters of each server in each round, one of them a `Like`.
const LETTERS: usize = 10;
const POSTS: usize = 10;
const ROUNDS: usize = 3;

/// A claim on a lane outlives a killed process by this much, and nobody may work on the lane before.
const CLAIMS_END: Duration = Duration::from_mins(3);

/// How many deliveries to one server can have been made and not yet noted when the process dies.
const UNNOTED: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_done_twice_on_sqlite() {
    kill_again_and_again(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_done_twice_on_postgres() {
    let Ok(cluster) = std::env::var("KINDRED_TEST_POSTGRES") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "KINDRED_TEST_POSTGRES is not set, and this is CI: half of the tests would not run"
        );
        eprintln!(
            "SKIPPED on PostgreSQL: KINDRED_TEST_POSTGRES is not set (scripts/with-postgres sets it)"
        );
        return;
    };
    kill_again_and_again(Database::Postgres(cluster)).await;
}

async fn kill_again_and_again(database: Database) {
    let mut scene = Scene::open(database).await;
    let mut published = BTreeSet::new();
    let mut liked = Vec::new();
    let mut pages = BTreeSet::new();
    for round in 0..ROUNDS {
        let target = scene.publish("quiet", &format!("Like me {round}")).await;
        let letters = scene.letters(&target);
        liked.push(target);
        pages.extend(
            letters
                .iter()
                .flatten()
                .map(|letter| letter.object.clone())
                .filter(|object| object.contains("/posts/")),
        );
        for number in 0..POSTS {
            published.insert(
                scene
                    .publish("loud", &format!("Post {round}.{number}"))
                    .await,
            );
        }
        let all = HOSTS * LETTERS;
        // Somewhere between a tenth and nine tenths of the burst, a little different every time.
        let dice = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .subsec_nanos() as usize;
        let enough = all / 10 + dice % (all * 8 / 10);
        let unanswered = scene.burst(letters, Some(enough)).await;
        let left = unanswered.iter().map(Vec::len).sum::<usize>();
        eprintln!(
            "round {round}: killed after {enough} answers; {left} letters have none; {} deliveries arrived so far",
            scene.lab.count()
        );
        scene.instance.start().unwrap();
        // Who had no answer asks again, with the same letter.
        let unanswered = scene.burst(unanswered, None).await;
        assert!(
            unanswered.iter().all(Vec::is_empty),
            "an instance that lives takes every letter"
        );
    }
    assert!(
        scene.instance.settled(CLAIMS_END).await.unwrap(),
        "everything is worked through in the end"
    );
    scene.every_letter_counts_once(&pages, &liked).await;
    scene.everybody_has_heard_everything(&published);
}

struct Scene {
    instance: Instance,
    lab: Lab,
    token: String,
}

impl Scene {
    /// Nadia has two groups: fifty servers listen to one of them, nobody to the other.
    async fn open(database: Database) -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_kindred"));
        let mut instance = Instance::prepare(binary, database).unwrap();
        instance
            .run(&["person", "add", "nadia", "--email", "nadia@kindred.example"])
            .unwrap();
        for name in ["loud", "quiet"] {
            instance
                .run(&["group", "add", name, "--name", name, "--organiser", "nadia"])
                .unwrap();
        }
        let token = format!(
            "Bearer {}",
            instance.run(&["person", "token", "nadia"]).unwrap()
        );
        instance.start().unwrap();
        let scene = Self {
            lab: Lab::start(HOSTS).await.unwrap(),
            instance,
            token,
        };
        let group = format!("{}/g/loud", scene.instance.origin());
        for host in scene.lab.hosts() {
            let follower = host.person("mei");
            let letter = follower
                .letter(&scene.inbox(), &follower.follow(&group))
                .unwrap();
            assert_eq!(
                scene
                    .instance
                    .sender()
                    .send(&letter.bytes)
                    .await
                    .unwrap()
                    .status,
                202
            );
        }
        assert!(
            scene.lab.until_count(HOSTS, Duration::from_mins(1)).await,
            "everybody is welcomed"
        );
        assert!(
            scene
                .instance
                .settled(Duration::from_mins(1))
                .await
                .unwrap()
        );
        scene.lab.forget();
        scene
    }

    fn inbox(&self) -> String {
        format!("{}/inbox", self.instance.origin())
    }

    async fn publish(&self, group: &str, text: &str) -> String {
        let form = format!("status=%40{group}+{text}");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", self.token.as_str()),
        ];
        let answer = self
            .instance
            .sender()
            .post("/api/v1/statuses", &headers, form.as_bytes())
            .await
            .unwrap();
        answer.json()["uri"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer:?}"))
            .to_owned()
    }

    /// What every server has to say in a round: pages for the quiet group and a `Like`.
    fn letters(&self, target: &str) -> Vec<Vec<Letter>> {
        let group = format!("{}/g/quiet", self.instance.origin());
        let of_host = |host: usize| {
            let mei = self.lab.host(host).person("mei");
            (0..LETTERS)
                .map(|number| match number {
                    0 => mei.like(target),
                    _ => mei.page(&group, &format!("Page {number}")),
                })
                .map(|activity| mei.letter(&self.inbox(), &activity).unwrap())
                .collect()
        };
        (0..HOSTS).map(of_host).collect()
    }

    /// Sends everything, each server on its own; kills the instance after so many answers. Gives back what had no answer.
    async fn burst(
        &mut self,
        letters: Vec<Vec<Letter>>,
        kill_after: Option<usize>,
    ) -> Vec<Vec<Letter>> {
        let answers = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for batch in letters {
            let (mut sender, answers) = (self.instance.sender(), Arc::clone(&answers));
            tasks.spawn(async move {
                let mut unanswered = Vec::new();
                for letter in batch {
                    match sender.send(&letter.bytes).await {
                        Ok(answer) => {
                            assert_eq!(answer.status, 202, "{}: {answer:?}", letter.id);
                            answers.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(_) => unanswered.push(letter),
                    }
                }
                unanswered
            });
        }
        if let Some(enough) = kill_after {
            while answers.load(Ordering::SeqCst) < enough {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            self.instance.kill().unwrap();
        }
        tasks.join_all().await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self
            .instance
            .sender()
            .get(path, &[("authorization", &self.token)])
            .await
            .unwrap();
        assert!(answer.is_success(), "{path}: {answer:?}");
        answer.json()
    }

    async fn account(&self, acct: &str) -> Value {
        self.get(&format!("/api/v1/accounts/lookup?acct={acct}"))
            .await
    }

    async fn every_letter_counts_once(&self, pages: &BTreeSet<String>, liked: &[String]) {
        let quiet = self.account("quiet").await;
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut favourites: BTreeMap<String, u64> = BTreeMap::new();
        let mut older = String::new();
        loop {
            let path = format!(
                "/api/v1/accounts/{}/statuses?limit=40{older}",
                quiet["id"].as_str().unwrap()
            );
            let statuses = self.get(&path).await;
            for status in statuses.as_array().unwrap() {
                let post = if status["reblog"].is_null() {
                    status
                } else {
                    &status["reblog"]
                };
                let uri = post["uri"].as_str().unwrap().to_owned();
                favourites.insert(uri.clone(), post["favourites_count"].as_u64().unwrap());
                *times.entry(uri).or_default() += 1;
            }
            match statuses.as_array().unwrap().last() {
                Some(last) => older = format!("&max_id={}", last["id"].as_str().unwrap()),
                None => break,
            }
        }
        let shown: BTreeSet<String> = times
            .keys()
            .filter(|uri| !liked.contains(uri))
            .cloned()
            .collect();
        let lost: Vec<_> = pages.difference(&shown).collect();
        assert!(
            lost.is_empty(),
            "{} of {} pages are lost: {lost:?}",
            lost.len(),
            pages.len()
        );
        assert_eq!(shown.len(), pages.len());
        assert!(
            times.values().all(|times| *times == 1),
            "no page is there twice: {times:?}"
        );
        for post in liked {
            assert_eq!(favourites[post], HOSTS as u64, "{post}");
        }
        // Sums show what was done twice even where the rows themselves cannot be there twice.
        for host in self.lab.hosts() {
            let author = self.account(&format!("mei@{}", host.authority())).await;
            assert_eq!(author["statuses_count"], ROUNDS * (LETTERS - 1), "{author}");
        }
    }

    fn everybody_has_heard_everything(&self, published: &BTreeSet<String>) {
        let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut again = 0;
        for host in self.lab.hosts() {
            let heard = host.heard();
            let announced: Vec<_> = heard
                .iter()
                .filter(|heard| heard.kind == "Announce")
                .collect();
            let objects: BTreeSet<String> =
                announced.iter().map(|heard| heard.object.clone()).collect();
            assert_eq!(&objects, published, "host {}", host.number());
            for told in &announced {
                ids.entry(told.object.clone())
                    .or_default()
                    .insert(told.id.clone());
            }
            let different: BTreeSet<&str> = heard.iter().map(|heard| heard.id.as_str()).collect();
            let repeated = heard.len() - different.len();
            assert!(
                repeated <= ROUNDS * UNNOTED,
                "host {} heard {repeated} things again",
                host.number()
            );
            again += repeated;
        }
        assert!(
            ids.values().all(|ids| ids.len() == 1),
            "everybody is told of a post by the same activity: {ids:?}"
        );
        eprintln!("{again} of {} deliveries were made again", self.lab.count());
    }
}
