//! Fresh databases for the tests of every crate.
//!
//! Each is a copy of a migrated template and goes away with its last handle. Nothing is mocked, and no test sees what
//! another one did.

pub mod sample;

use std::env;
use std::fs;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use crate::{Db, Options};

/// Where the PostgreSQL for tests is: the address of a database that may create others.
pub const POSTGRES: &str = "KINDRED_TEST_POSTGRES";

/// A fresh SQLite database in a folder of its own.
pub fn sqlite() -> Db {
    let folder = Folder::new();
    let path = folder.0.join("kindred.sqlite");
    fs::write(&path, template()).expect("a copy of the template can be written");
    let url = format!("sqlite://{}", path.display());
    Db::open_kept(&url, &Options::default(), Box::new(folder))
        .expect("a copy of the template can be opened")
}

/// A fresh database on the PostgreSQL at `KINDRED_TEST_POSTGRES`, or none when that is not set.
///
/// Says so aloud then, and panics where tests are the judge (`CI` is set): a test that never runs proves nothing.
pub fn postgres() -> Option<Db> {
    let Ok(cluster) = env::var(POSTGRES) else {
        assert!(
            env::var_os("CI").is_none(),
            "{POSTGRES} is not set, and this is CI: half of the tests would not run"
        );
        eprintln!("SKIPPED on PostgreSQL: {POSTGRES} is not set (scripts/with-postgres sets it)");
        return None;
    };
    let template = pg_template(&cluster);
    let name = unique("kindred_test");
    admin(&cluster)
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .expect("a fresh database");
    let url = with_name(&cluster, &name);
    let keep = Box::new(PgDatabase { cluster, name });
    Some(Db::open_kept(&url, &Options::default(), keep).expect("a fresh database can be opened"))
}

/// Runs a test on both databases, one after the other.
pub async fn both<F, Fut>(test: F)
where
    F: Fn(Db) -> Fut,
    Fut: Future<Output = ()>,
{
    eprintln!("on SQLite");
    test(sqlite()).await;
    if let Some(db) = postgres() {
        eprintln!("on PostgreSQL");
        test(db).await;
    }
}

/// A migrated file, made once per process.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = Folder::new();
        let path = folder.0.join("template.sqlite");
        let url = format!("sqlite://{}", path.display());
        let db = Db::open(&url, &Options::default()).expect("a template can be opened");
        db.migrate().expect("a template can be migrated");
        // The last connection that closes moves the log into the file.
        drop(db);
        fs::read(path).expect("a template can be read")
    })
}

/// A migrated database to copy, made once per cluster and set of migrations.
fn pg_template(cluster: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("kindred_template_{:016x}", migrations());
        let mut admin = admin(cluster);
        // Several test programs may start at once: one makes it, the others wait and find it. It is made under another
        // name first, so that one that was interrupted is never taken for a whole one.
        admin
            .batch_execute("SELECT pg_advisory_lock(721)")
            .expect("a turn");
        if !exists(&mut admin, &name) {
            let draft = unique("kindred_draft");
            admin
                .batch_execute(&format!("CREATE DATABASE {draft}"))
                .expect("a database to migrate");
            drop(
                Db::open(&with_name(cluster, &draft), &Options::default())
                    .inspect(|db| drop(db.migrate().expect("a template can be migrated")))
                    .expect("a template can be opened"),
            );
            admin
                .batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}"))
                .expect("a template");
        }
        admin
            .batch_execute("SELECT pg_advisory_unlock(721)")
            .expect("the end of a turn");
        name
    })
}

/// Tells one set of migrations from another. The sources are there wherever tests are.
fn migrations() -> u64 {
    let mut hasher = DefaultHasher::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres");
    let mut steps: Vec<_> = fs::read_dir(folder)
        .expect("the migrations")
        .map(|step| step.expect("a migration").path())
        .collect();
    steps.sort();
    for step in steps {
        fs::read(step.join("up.sql"))
            .expect("a migration")
            .hash(&mut hasher);
    }
    hasher.finish()
}

fn exists(admin: &mut PgConnection, name: &str) -> bool {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    sql_query("SELECT count(*) AS n FROM pg_database WHERE datname = $1")
        .bind::<diesel::sql_types::Text, _>(name)
        .get_result::<Count>(admin)
        .expect("the list of databases")
        .n
        > 0
}

fn admin(cluster: &str) -> PgConnection {
    PgConnection::establish(cluster)
        .unwrap_or_else(|error| panic!("{POSTGRES} cannot be reached: {error}"))
}

/// The same address with another database in it.
fn with_name(cluster: &str, name: &str) -> String {
    let mut url = url::Url::parse(cluster).expect("an address of PostgreSQL");
    url.set_path(name);
    url.to_string()
}

fn unique(what: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!(
        "{what}_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// A folder that goes away with this value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = env::temp_dir().join(unique("kindred"));
        // A crashed test program with the same number may have left one behind.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder for a test");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A database that goes away with this value.
struct PgDatabase {
    cluster: String,
    name: String,
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        if let Ok(mut admin) = PgConnection::establish(&self.cluster) {
            let _ = admin.batch_execute(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.name
            ));
        }
    }
}
