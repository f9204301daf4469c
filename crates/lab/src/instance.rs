//! A Kindred under observation: the real program in a folder of its own, started, asked, measured, killed.
//!
//! Its figures are read from `/proc`, so they exist on Linux only. It tells nothing about what is inside the database.

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::Sender;

/// Which database an instance keeps everything in.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file in its folder.
    Sqlite,
    /// A fresh database on the cluster at this address.
    Postgres(String),
}

/// A Kindred with a folder, two ports and a database of its own. All of it goes away with this.
#[derive(Debug)]
pub struct Instance {
    binary: PathBuf,
    folder: PathBuf,
    authority: String,
    admin: String,
    database: Database,
    database_name: String,
    settings: Vec<(String, String)>,
    child: Option<Child>,
}

/// What an instance has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Time of processors, of the instance.
    pub cpu: Duration,
    /// The same, of all processes of its PostgreSQL.
    pub database_cpu: Duration,
    /// Its share of memory, in KiB.
    pub pss_kib: u64,
    /// The most memory it ever had, in KiB.
    pub peak_kib: u64,
}

/// A tick of the processor time in `/proc`: a hundredth of a second on every Linux that Kindred runs on.
const TICK: Duration = Duration::from_millis(10);

impl Instance {
    /// Prepares a fresh instance of this program; starts nothing yet.
    pub fn prepare(binary: &Path, database: Database) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kindred_lab_{}_{number}", std::process::id());
        let folder = env::temp_dir().join(&name);
        fs::create_dir_all(&folder)?;
        // Both ports are held until both are known, so that they differ.
        let (door, admin) = (
            TcpListener::bind("127.0.0.1:0")?,
            TcpListener::bind("127.0.0.1:0")?,
        );
        let instance = Self {
            binary: binary.to_owned(),
            folder,
            authority: door.local_addr()?.to_string(),
            admin: admin.local_addr()?.to_string(),
            database,
            database_name: name,
            settings: Vec::new(),
            child: None,
        };
        if let Database::Postgres(cluster) = &instance.database {
            psql(
                cluster,
                &format!("CREATE DATABASE {}", instance.database_name),
            )?;
        }
        Ok(instance)
    }

    /// Sets one of its settings (`rate_limit`), from the next start on.
    pub fn set(&mut self, setting: &str, value: &str) {
        let variable = format!("KINDRED_{}", setting.to_uppercase());
        self.settings.push((variable, value.to_owned()));
    }

    /// The beginning of all its ids.
    pub fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// A connection to it.
    pub fn sender(&self) -> Sender {
        Sender::new(&self.authority)
    }

    /// The folder with everything that belongs to it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of its database.
    pub fn database_url(&self) -> String {
        match &self.database {
            Database::Sqlite => format!("sqlite://{}/kindred.db", self.folder.display()),
            Database::Postgres(cluster) => {
                let (server, _) = cluster.rsplit_once('/').unwrap_or((cluster, ""));
                format!("{server}/{}", self.database_name)
            }
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("KINDRED_ORIGIN", self.origin())
            .env("KINDRED_LISTEN", &self.authority)
            .env("KINDRED_ADMIN_LISTEN", &self.admin)
            .env("KINDRED_DATABASE_URL", self.database_url())
            .env("KINDRED_DATA_DIR", &self.folder)
            .env("KINDRED_LAB", "true")
            .env("KINDRED_RATE_LIMIT", "0")
            .env("KINDRED_LOG", "error")
            .envs(self.settings.iter().cloned())
            // The lab speaks to itself: a company's proxy has no part in it.
            .env("NO_PROXY", "127.0.0.1,localhost")
            // A word to the lab, which Kindred would take for a setting of its own.
            .env_remove("KINDRED_LAB_KEEP");
        command
    }

    /// Runs a command (`person add …`) and answers what it printed.
    pub fn run(&self, arguments: &[&str]) -> io::Result<String> {
        let output = self.command(arguments).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("kindred {arguments:?} failed")));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Starts it and waits for the first page that is handed out; answers how long that took.
    pub fn start(&mut self) -> io::Result<Duration> {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))?;
        let began = Instant::now();
        let child = self
            .command(&["serve"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        while began.elapsed() < Duration::from_secs(30) {
            if self.is_ready() {
                return Ok(began.elapsed());
            }
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                self.child = None;
                let log = fs::read_to_string(self.folder.join("log"))?;
                return Err(io::Error::other(format!("it ended with {status}: {log}")));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Err(io::Error::other("it did not answer within half a minute"))
    }

    fn is_ready(&self) -> bool {
        asked(&self.authority, "/health/ready")
            .is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    /// How many jobs are waiting, by its own account.
    pub fn waiting(&self) -> io::Result<u64> {
        let answer = asked(&self.admin, "/health")?;
        let (_, rest) = answer
            .split_once("\"jobs_waiting\":")
            .ok_or_else(|| io::Error::other(answer.clone()))?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().map_err(io::Error::other)
    }

    /// Waits until no job is left; answers whether that came to pass.
    pub async fn settled(&self, patience: Duration) -> io::Result<bool> {
        let began = Instant::now();
        while began.elapsed() < patience {
            if self.waiting()? == 0 {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(false)
    }

    /// Kills it without a warning, as a power cut would.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub fn end(&mut self) -> io::Result<()> {
        if let Some(mut child) = self.child.take() {
            Command::new("kill").arg(child.id().to_string()).status()?;
            child.wait()?;
        }
        Ok(())
    }

    /// What it has used so far.
    pub fn usage(&self) -> io::Result<Usage> {
        let child = self
            .child
            .as_ref()
            .ok_or_else(|| io::Error::other("it is not running"))?;
        let process = PathBuf::from(format!("/proc/{}", child.id()));
        Ok(Usage {
            cpu: Stat::read(&process)?.own,
            database_cpu: self.database_cpu()?,
            pss_kib: kib(&process.join("smaps_rollup"), "Pss:")?,
            peak_kib: kib(&process.join("status"), "VmHWM:")?,
        })
    }

    /// How much its database takes on the disk, in bytes.
    pub fn database_bytes(&self) -> io::Result<u64> {
        match &self.database {
            Database::Sqlite => ["kindred.db", "kindred.db-wal"]
                .iter()
                .map(|name| self.folder.join(name))
                .filter(|file| file.exists())
                .map(|file| Ok(fs::metadata(file)?.len()))
                .sum(),
            Database::Postgres(cluster) => {
                let name = &self.database_name;
                psql(cluster, &format!("SELECT pg_database_size('{name}')"))?
                    .parse()
                    .map_err(io::Error::other)
            }
        }
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    fn database_cpu(&self) -> io::Result<Duration> {
        let Database::Postgres(cluster) = &self.database else {
            return Ok(Duration::ZERO);
        };
        let folder = psql(cluster, "SHOW data_directory")?;
        let file = fs::read_to_string(Path::new(&folder).join("postmaster.pid"))?;
        let head = file.lines().next().unwrap_or_default().trim();
        let first = Stat::read(&PathBuf::from(format!("/proc/{head}")))?;
        // What has ended counts as the postmaster's own; what lives is counted by itself.
        let mut sum = first.own + first.ended;
        for process in fs::read_dir("/proc")?.flatten() {
            if let Ok(stat) = Stat::read(&process.path())
                && stat.parent == head
            {
                sum += stat.own;
            }
        }
        Ok(sum)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.kill();
        if let Database::Postgres(cluster) = &self.database {
            let _ = psql(
                cluster,
                &format!("DROP DATABASE {} WITH (FORCE)", self.database_name),
            );
        }
        if env::var_os("KINDRED_LAB_KEEP").is_none() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

struct Stat {
    parent: String,
    own: Duration,
    ended: Duration,
}

impl Stat {
    fn read(process: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(process.join("stat"))?;
        // The name stands in brackets and may hold anything; behind it everything is a number.
        let (_, rest) = text.rsplit_once(") ").ok_or(io::ErrorKind::InvalidData)?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let ticks = |at: usize| {
            let field: u32 = fields
                .get(at)
                .and_then(|field| field.parse().ok())
                .unwrap_or(0);
            TICK * field
        };
        Ok(Self {
            parent: fields.get(1).copied().unwrap_or_default().to_owned(),
            own: ticks(11) + ticks(12),
            ended: ticks(13) + ticks(14),
        })
    }
}

fn kib(file: &Path, name: &str) -> io::Result<u64> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let figure = line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok());
    figure.ok_or(io::ErrorKind::InvalidData.into())
}

/// One short question, on a connection of its own.
fn asked(authority: &str, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Says one sentence to a PostgreSQL and answers what it answers.
fn psql(url: &str, sentence: &str) -> io::Result<String> {
    let output = Command::new("psql")
        .args([url, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c"])
        .arg(sentence)
        .output()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(io::Error::other(why))
    }
}
