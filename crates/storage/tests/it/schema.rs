//! Migrations: both databases end up with the same tables, and nothing newer is touched.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Bool, Text};
use kindred_storage::testing::{both, postgres, sqlite};
use kindred_storage::{Backend, Conn, Db, Error, Options, on};

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    may_be_empty: bool,
}

/// Every column of every table, with the two spellings of an integer that is a key made the same. The words to be searched are left
/// out: they are the one thing that each database keeps in a way of its own.
async fn columns(db: &Db) -> Vec<Column> {
    db.read(|db| {
        let mut columns: Vec<Column> = match db {
            Conn::Sqlite(conn) => sql_query(
                "SELECT t.name AS table_name, c.name AS name, \
                 CASE WHEN c.type = 'INTEGER' AND c.pk > 0 \
                 AND (SELECT count(*) FROM pragma_table_info(t.name) WHERE pk > 0) = 1 THEN 'bigint' ELSE lower(c.type) END AS kind, \
                 c.\"notnull\" = 0 AS may_be_empty \
                 FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
                 WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                 AND t.name NOT LIKE 'post\\_words%' ESCAPE '\\'",
            )
            .load(conn)?,
            Conn::Postgres(conn) => sql_query(
                "SELECT CAST(table_name AS text), CAST(column_name AS text) AS name, CAST(data_type AS text) AS kind, \
                 is_nullable = 'YES' AS may_be_empty FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' AND table_name <> 'post_words'",
            )
            .load(conn)?,
        };
        columns.sort();
        Ok::<_, Error>(columns)
    })
    .await
    .unwrap()
}

/// The columns of every index that keeps things unique, by table.
async fn unique(db: &Db) -> BTreeMap<String, Vec<String>> {
    #[derive(QueryableByName)]
    struct Index {
        #[diesel(sql_type = Text)]
        table_name: String,
        #[diesel(sql_type = Text)]
        columns: String,
    }
    let rows = db
        .read(|db| {
            let rows: Vec<Index> = match db {
                Conn::Sqlite(conn) => sql_query(
                    "SELECT t.name AS table_name, (SELECT group_concat(name) FROM \
                     (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns \
                     FROM sqlite_schema AS t, pragma_index_list(t.name) AS i \
                     WHERE t.type = 'table' AND i.\"unique\" AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
                     AND t.name NOT LIKE 'post\\_words%' ESCAPE '\\' \
                     UNION ALL SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
                     WHERE t.type = 'table' AND c.pk = 1 AND c.type = 'INTEGER' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
                     AND t.name NOT LIKE 'post\\_words%' ESCAPE '\\'",
                )
                .load(conn)?,
                Conn::Postgres(conn) => sql_query(
                    "SELECT CAST(t.relname AS text) AS table_name, string_agg(CAST(a.attname AS text), ',' ORDER BY k.n) AS columns \
                     FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid \
                     JOIN pg_namespace AS s ON s.oid = t.relnamespace AND s.nspname = 'public' \
                     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, n) \
                     JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.attnum \
                     WHERE i.indisunique AND t.relname NOT LIKE '\\_\\_%' AND t.relname <> 'post_words' GROUP BY t.relname, i.indexrelid",
                )
                .load(conn)?,
            };
            Ok::<_, Error>(rows)
        })
        .await
        .unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        found.entry(row.table_name).or_default().push(row.columns);
    }
    for columns in found.values_mut() {
        columns.sort();
    }
    found
}

/// Names the columns that only one side has.
fn same(one: &[Column], other: &[Column]) {
    let missing: Vec<_> = one
        .iter()
        .filter(|column| !other.contains(column))
        .collect();
    let extra: Vec<_> = other
        .iter()
        .filter(|column| !one.contains(column))
        .collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{missing:?}\n{extra:?}"
    );
}

#[tokio::test]
async fn both_sets_of_migrations_leave_the_same_tables_behind() {
    let here = sqlite();
    let Some(there) = postgres() else { return };
    let columns_here = columns(&here).await;
    assert!(columns_here.len() > 200, "{columns_here:?}");
    same(&columns_here, &columns(&there).await);
    assert_eq!(unique(&here).await, unique(&there).await);
}

/// The files of a folder of this crate or above it, in the order of their names.
fn files(folder: &str) -> Vec<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    files.sort();
    files
}

/// All that diesel is told: `schema.rs` and the files of the stories that came later.
fn described() -> String {
    let mut told = include_str!("../../src/schema.rs").to_owned();
    for file in files("src/schema") {
        told.push_str(&std::fs::read_to_string(file).unwrap());
    }
    told
}

#[tokio::test]
async fn what_diesel_is_told_is_what_the_tables_are() {
    let described = described();
    let mut table = String::new();
    let mut told = Vec::new();
    for line in described.lines().map(str::trim) {
        if let Some((column, kind)) = line.split_once(" -> ") {
            let kind = kind.trim_end_matches(',');
            let (kind, may_be_empty) = match kind.strip_prefix("Nullable<") {
                Some(inner) => (inner.trim_end_matches('>'), true),
                None => (kind, false),
            };
            let kind = match kind {
                "Bool" => "boolean".to_owned(),
                other => other.to_lowercase(),
            };
            told.push(Column {
                table_name: table.clone(),
                name: column.to_owned(),
                kind,
                may_be_empty,
            });
        } else if let Some((name, _)) = line
            .strip_suffix(") {")
            .and_then(|line| line.split_once(" ("))
        {
            name.clone_into(&mut table);
        }
    }
    told.sort();
    same(&told, &columns(&sqlite()).await);
}

#[tokio::test]
async fn migrating_twice_does_nothing_the_second_time() {
    both(|db| async move { assert_eq!(db.migrate().unwrap(), Vec::<String>::new()) }).await;
}

#[tokio::test]
async fn a_database_of_a_later_release_is_refused_with_clear_words() {
    both(|db| async move {
        db.write(|db| {
            let sql = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
            Ok::<_, Error>(on!(db, |conn| conn.batch_execute(sql))?)
        })
        .await
        .unwrap();
        let refused = db.migrate().unwrap_err();
        assert!(
            matches!(&refused, Error::NewerSchema { found, .. } if found == "9999"),
            "{refused}"
        );
        assert!(refused.to_string().contains("newer than this program"));
    })
    .await;
}

#[tokio::test]
async fn every_migration_can_be_taken_back_by_those_who_develop() {
    both(|db| async move {
        let backend = db.backend();
        db.write(move |db| {
            let folder = if backend == Backend::Sqlite {
                "../../migrations/sqlite"
            } else {
                "../../migrations/postgres"
            };
            for migration in files(folder).iter().rev() {
                let sql = std::fs::read_to_string(migration.join("down.sql")).unwrap();
                on!(db, |conn| conn.batch_execute(&sql))?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
        assert_eq!(columns(&db).await, []);
    })
    .await;
}

#[test]
fn an_upgrade_leaves_a_copy_of_the_file_as_it_was() {
    let folder = std::env::temp_dir().join(format!("kindred-upgrade-{}", std::process::id()));
    let path = folder.join("kindred.sqlite");
    let url = format!("sqlite://{}", path.display());
    let db = Db::open(&url, &Options::default()).unwrap();
    db.migrate().unwrap();
    assert!(
        !folder.join("kindred.sqlite.before-0001").exists(),
        "a new file needs no copy"
    );
    drop(db);
    // As if it had been made before the first migration had its name.
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("DELETE FROM __diesel_schema_migrations")
        .unwrap();
    drop(conn);
    let db = Db::open(&url, &Options::default()).unwrap();
    assert!(matches!(db.migrate(), Err(Error::Migration(_))));
    assert!(folder.join("kindred.sqlite.before-0001").exists());
    drop(db);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_address_that_is_none_is_refused_with_an_example() {
    for wrong in [
        "",
        "mysql://localhost",
        "sqlite://",
        "sqlite://:memory:",
        "/var/lib/kindred.sqlite",
    ] {
        let refused = Db::open(wrong, &Options::default()).unwrap_err();
        assert!(matches!(refused, Error::Url(_)), "{wrong}");
        assert!(refused.to_string().contains("sqlite://path/to/file"));
    }
}
