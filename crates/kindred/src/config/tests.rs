use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder of its own for each test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("kindred-config-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.0.join(name), text).unwrap();
        self
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind in /tmp is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect()
}

fn load(pairs: &[(&str, &str)]) -> Result<Config, Problems> {
    Config::load_in(Path::new("/nonexistent"), None, environment(pairs))
}

fn load_file(text: &str, pairs: &[(&str, &str)]) -> Result<Config, Problems> {
    let folder = Folder::new().with("kindred.toml", text);
    Config::load_in(&folder.0, None, environment(pairs))
}

/// What is wrong, one line each, without the name of the test's folder.
fn wrong(result: Result<Config, Problems>) -> Vec<String> {
    let problems = result.expect_err("these settings are wrong");
    let line = |problem: &Problem| match problem.at.split_once(" in /") {
        Some((key, _)) => format!("{key} in the file {}", problem.message),
        None => problem.to_string(),
    };
    problems.iter().map(line).collect()
}

#[test]
fn without_settings_it_runs_on_this_machine_and_talks_with_nobody() {
    let config = load(&[]).unwrap();
    assert_eq!(config.origin.as_str(), "http://localhost:8080");
    assert_eq!(config.origin.authority(), "localhost:8080");
    assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.database_url.reveal(), "sqlite://data/kindred.db");
    assert_eq!(config.data_dir, Path::new("./data"));
    assert_eq!(config.name, "Kindred");
    assert_eq!(config.company, None);
    assert_eq!(config.federation, Federation::Off);
    assert!(!config.federates());
    assert_eq!(config.sign_up, SignUp::Invite);
    assert_eq!(config.ca_file, None);
    assert_eq!(config.proxy, None);
    assert_eq!(config.database_connections.get(), 8);
    assert!(config.private_ranges.as_slice().is_empty());
    assert!(config.trusted_proxies.as_slice().is_empty());
    assert!(!config.lab);
    assert_eq!(config.admin_listen, None);
    assert_eq!(config.log.as_str(), "info");
    assert_eq!(config.log_format, LogFormat::Text);
    assert!((config.rate_limit.factor() - 1.0).abs() < f64::EPSILON);
}

#[test]
fn a_public_origin_federates_unless_told_otherwise() {
    let public = ("KINDRED_ORIGIN", "https://kindred.example.com");
    assert_eq!(load(&[public]).unwrap().federation, Federation::Open);
    let partners = load(&[public, ("KINDRED_FEDERATION", "partners")]).unwrap();
    assert_eq!(partners.federation, Federation::Partners);
    assert!(partners.federates());
    assert_eq!(
        load(&[public, ("KINDRED_FEDERATION", "off")])
            .unwrap()
            .federation,
        Federation::Off
    );
}

#[test]
fn only_the_lab_federates_over_http_with_ports_and_without_names() {
    let origins = [
        ("http://kindred.example.com", "has to begin with https://"),
        ("https://kindred.example.com:8443", "must not have a port"),
        ("https://127.0.0.1", "needs a full host name"),
        ("https://[::1]", "needs a full host name"),
        ("https://kindred", "needs a full host name"),
    ];
    for (origin, why) in origins {
        let settings = [("KINDRED_ORIGIN", origin), ("KINDRED_FEDERATION", "open")];
        let problems = wrong(load(&settings));
        assert_eq!(problems.len(), 1, "{origin}: {problems:?}");
        assert!(
            problems[0].starts_with(&format!("KINDRED_ORIGIN {why}")),
            "{origin}: {problems:?}"
        );
        let lab = load(&[settings[0], ("KINDRED_LAB", "true")]).unwrap();
        assert_eq!(lab.federation, Federation::Open, "{origin}");
        let alone = load(&[settings[0], ("KINDRED_FEDERATION", "off")]).unwrap();
        assert_eq!(alone.origin.as_str(), origin);
    }
    assert_eq!(
        load(&[("KINDRED_LAB", "true")]).unwrap().federation,
        Federation::Off,
        "nobody named an origin"
    );
}

#[test]
fn an_origin_is_a_scheme_and_a_host() {
    let origin = |text: &str| {
        load(&[("KINDRED_ORIGIN", text)]).map(|config| config.origin.as_str().to_owned())
    };
    assert_eq!(
        origin("https://Kindred.Example.com/").unwrap(),
        "https://kindred.example.com"
    );
    assert_eq!(
        origin("https://kindred.example.com:443").unwrap(),
        "https://kindred.example.com"
    );
    assert_eq!(
        origin("http://localhost:9000").unwrap(),
        "http://localhost:9000"
    );
    for text in [
        "kindred.example.com",
        "ftp://kindred.example.com",
        "https://kindred.example.com/social",
        "https://kindred.example.com?x",
        "https://kindred.example.com/#top",
        "https://nadia@kindred.example.com",
        "https://",
    ] {
        let problems = wrong(load(&[("KINDRED_ORIGIN", text)]));
        assert!(
            problems[0].contains("such as https://kindred.example.com"),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn the_environment_goes_over_the_file() {
    let file = r#"
        listen = "0.0.0.0:9000"
        company = "Birch & Co"
        lab = false
        rate_limit = 2
        trusted_proxies = ["10.0.0.0/8", "192.0.2.7"]
    "#;
    let config = load_file(
        file,
        &[("KINDRED_LISTEN", "[::1]:9001"), ("KINDRED_COMPANY", "")],
    )
    .unwrap();
    assert_eq!(config.listen, "[::1]:9001".parse().unwrap());
    assert_eq!(
        config.company.as_deref(),
        Some("Birch & Co"),
        "an empty variable counts as not set"
    );
    assert!((config.rate_limit.factor() - 2.0).abs() < f64::EPSILON);
    assert!(config.trusted_proxies.contain("10.1.2.3".parse().unwrap()));
    assert!(
        config
            .trusted_proxies
            .contain("::ffff:192.0.2.7".parse().unwrap())
    );
    assert!(!config.trusted_proxies.contain("192.0.2.8".parse().unwrap()));
    let ranges = load(&[("KINDRED_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8,")])
        .unwrap()
        .trusted_proxies;
    assert_eq!(ranges.as_slice().len(), 2);
}

#[test]
fn the_file_is_the_one_named_or_the_usual_one() {
    let folder = Folder::new()
        .with("kindred.toml", "name = 'usual'")
        .with("other.toml", "name = 'other'");
    let named = environment(&[("KINDRED_CONFIG", &folder.path("other.toml"))]);
    let load = |file: Option<&Path>, environment| {
        Config::load_in(&folder.0, file, environment).unwrap().name
    };
    assert_eq!(load(None, Vec::new()), "usual");
    assert_eq!(load(None, named.clone()), "other");
    assert_eq!(load(Some(&folder.0.join("kindred.toml")), named), "usual");
    let missing = Config::load_in(&folder.0, Some(&folder.0.join("none.toml")), Vec::new());
    assert!(
        missing
            .unwrap_err()
            .to_string()
            .contains("none.toml cannot be read")
    );
}

#[test]
fn everything_wrong_is_said_at_once_by_the_name_it_was_set_with() {
    let file = "listen = 8080\nlab = 'true'\nrate_limit = 'high'\ntrusted_proxies = [1]\ncolour = 'red'\n[mail]\nhost = 'x'\n";
    let problems = wrong(load_file(
        file,
        &[
            ("KINDRED_ORIGN", "https://kindred.example.com"),
            ("KINDRED_FEDERATION", "open"),
            ("KINDRED_DATABASE_URL", "mysql://localhost/kindred"),
            ("KINDRED_SIGN_UP", "all"),
            ("KINDRED_PROXY", "proxy:3128"),
            ("KINDRED_CA_FILE", "/nonexistent/ca.pem"),
            ("KINDRED_ADMIN_LISTEN", "localhost:9090"),
            ("KINDRED_LOG", "a=b=c"),
        ],
    ));
    let beginnings = [
        "listen in the file has to be a text",
        "lab in the file has to be true or false",
        "rate_limit in the file has to be a number",
        "trusted_proxies in the file has to be a list of texts",
        "colour in the file is not a setting",
        "mail in the file is not a setting",
        "KINDRED_ORIGN is not a setting; did you mean KINDRED_ORIGIN?",
        "KINDRED_DATABASE_URL has to be sqlite://PATH or postgres://",
        "KINDRED_SIGN_UP has to be one of: closed, invite, domain, open",
        "KINDRED_CA_FILE names /nonexistent/ca.pem, which cannot be read",
        "KINDRED_PROXY has to be an address such as http://",
        "KINDRED_ADMIN_LISTEN has to be an IP address and a port",
        "KINDRED_LOG has to be a level such as info",
        "origin has to begin with https:// when federation is on",
    ];
    for beginning in beginnings {
        assert!(
            problems
                .iter()
                .any(|problem| problem.starts_with(beginning)),
            "{beginning}\nin {problems:#?}"
        );
    }
    assert_eq!(problems.len(), beginnings.len(), "{problems:#?}");
}

#[test]
fn several_problems_are_counted_and_one_stands_alone() {
    let one = load(&[("KINDRED_LAB", "yes")]).unwrap_err().to_string();
    assert_eq!(one, "KINDRED_LAB has to be true or false");
    let two = load(&[("KINDRED_LAB", "yes"), ("KINDRED_RATE_LIMIT", "-1")])
        .unwrap_err()
        .to_string();
    assert!(
        two.starts_with("2 settings are wrong:\n  KINDRED_LAB has"),
        "{two}"
    );
    assert_eq!(two.lines().count(), 3);
    let json = load(&[("KINDRED_LAB", "yes")]).unwrap_err().to_json();
    assert_eq!(
        json.to_string(),
        r#"{"problems":[{"at":"KINDRED_LAB","message":"has to be true or false"}]}"#
    );
}

#[test]
fn limits_of_numbers_and_addresses() {
    for (text, good) in [
        ("0", true),
        ("0.5", true),
        ("-0.1", false),
        ("NaN", false),
        ("inf", false),
        ("", true),
    ] {
        assert_eq!(
            load(&[("KINDRED_RATE_LIMIT", text)]).is_ok(),
            good,
            "{text}"
        );
    }
    for (text, good) in [
        ("sqlite://data/kindred.db", true),
        ("sqlite:///var/lib/kindred.db", true),
        ("sqlite://", false),
        ("sqlite:data.db", false),
        ("postgres://kindred@/kindred?host=/run/postgresql", true),
        ("postgresql://kindred:x@db.example/kindred", true),
        ("postgres://", false),
        ("kindred.db", false),
    ] {
        assert_eq!(
            load(&[("KINDRED_DATABASE_URL", text)]).is_ok(),
            good,
            "{text}"
        );
    }
    for (text, good) in [
        ("0", false),
        ("1", true),
        ("10000", true),
        ("10001", false),
        ("2.5", false),
        ("-1", false),
    ] {
        assert_eq!(
            load(&[("KINDRED_DATABASE_CONNECTIONS", text)]).is_ok(),
            good,
            "{text}"
        );
    }
    let same = [
        ("KINDRED_LISTEN", "127.0.0.1:9000"),
        ("KINDRED_ADMIN_LISTEN", "127.0.0.1:9000"),
    ];
    assert_eq!(
        wrong(load(&same)),
        ["KINDRED_ADMIN_LISTEN is the same as listen; it has to be an address of its own"]
    );
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_line() {
    let problems = load_file("name = 'a'\nname = 'b'\n", &[])
        .unwrap_err()
        .to_string();
    assert!(
        problems.contains("kindred.toml is not TOML") && problems.contains("line 2"),
        "{problems}"
    );
}

#[test]
fn secrets_can_stand_in_a_file_of_their_own() {
    let folder = Folder::new().with("url", "postgres://kindred:hush@db/kindred\n");
    let path = folder.path("url");
    let config = load(&[("KINDRED_DATABASE_URL_FILE", &path)]).unwrap();
    assert_eq!(
        config.database_url.reveal(),
        "postgres://kindred:hush@db/kindred"
    );
    let twice = [
        ("KINDRED_DATABASE_URL", "sqlite://a.db"),
        ("KINDRED_DATABASE_URL_FILE", path.as_str()),
    ];
    assert_eq!(
        wrong(load(&twice)),
        ["KINDRED_DATABASE_URL_FILE and KINDRED_DATABASE_URL are both set; keep one of them"]
    );
    assert!(
        wrong(load(&[("KINDRED_DATABASE_URL_FILE", "/nonexistent")]))[0].contains("cannot be read")
    );
    assert_eq!(
        wrong(load(&[("KINDRED_NAME_FILE", "/x")])),
        ["KINDRED_NAME_FILE is not a setting"]
    );
}

#[test]
fn secrets_are_never_shown() {
    let config = load(&[
        (
            "KINDRED_DATABASE_URL",
            "postgres://kindred:hush@db/kindred?sslmode=require&password=hush",
        ),
        ("KINDRED_PROXY", "http://ines:hush@proxy.example:3128"),
    ])
    .unwrap();
    for text in [
        config.show(),
        config.show_json().to_string(),
        format!("{config:?}"),
        config.database_url.to_string(),
    ] {
        assert!(!text.contains("hush"), "{text}");
    }
    assert!(
        config
            .show()
            .contains("postgres://kindred:hidden@db/kindred?sslmode=require&password=hidden")
    );
    let odd = load(&[(
        "KINDRED_DATABASE_URL",
        "postgres://kindred:hush@one:1,two:2/kindred",
    )])
    .unwrap();
    assert_eq!(odd.database_url.to_string(), "postgres://hidden");
}

#[test]
fn what_is_shown_can_be_read_again() {
    let folder = Folder::new();
    let ca = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
    let folder = folder.with("ca.pem", ca);
    let config = load(&[
        ("KINDRED_ORIGIN", "https://kindred.example.com"),
        ("KINDRED_COMPANY", "Birch \"&\" Söhne"),
        ("KINDRED_CA_FILE", &folder.path("ca.pem")),
        ("KINDRED_TRUSTED_PROXIES", "10.0.0.0/8"),
        ("KINDRED_RATE_LIMIT", "2.5"),
    ])
    .unwrap();
    assert_eq!(config.ca_file.as_ref().unwrap().pem(), ca.as_bytes());
    let shown = config.show();
    assert!(
        shown.contains("origin = \"https://kindred.example.com\"  # KINDRED_ORIGIN\n"),
        "{shown}"
    );
    assert!(
        shown.contains("listen = \"127.0.0.1:8080\"  # default\n"),
        "{shown}"
    );
    assert!(
        shown.contains("federation = \"open\"  # default\n"),
        "{shown}"
    );
    assert!(shown.contains("# proxy is not set\n"), "{shown}");
    let again = load_file(&shown, &[]).unwrap();
    assert_eq!(again.show_json(), config.show_json());
    assert_eq!(config.show_json()["company"], "Birch \"&\" Söhne");
    assert!(config.show_json()["proxy"].is_null());
}

#[test]
fn a_file_without_a_certificate_is_refused() {
    let folder = Folder::new().with("ca.pem", "hello");
    let problems = wrong(load(&[("KINDRED_CA_FILE", &folder.path("ca.pem"))]));
    assert!(
        problems[0].contains("has no certificate in PEM"),
        "{problems:?}"
    );
}

#[test]
fn variables_of_others_are_left_alone() {
    load(&[
        ("HOME", "/root"),
        ("KINDRED_TEST_POSTGRES", "postgres://x"),
        ("KINDRED_UPDATE_DOCS", "1"),
        ("KINDRED_SERVICE_HOST", "10.0.0.1"),
        ("KINDRED_PORT", "tcp://10.0.0.1:80"),
        ("KINDRED_PORT_80_TCP_ADDR", "10.0.0.1"),
    ])
    .unwrap();
    assert_eq!(
        wrong(load(&[("KINDRED_PORTS", "1")])),
        ["KINDRED_PORTS is not a setting"]
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStringExt as _;
    let environment = vec![(
        OsString::from("KINDRED_NAME"),
        OsString::from_vec(vec![0xff]),
    )];
    let result = Config::load_in(Path::new("/nonexistent"), None, environment);
    assert_eq!(wrong(result), ["KINDRED_NAME is not UTF-8"]);
}

#[test]
fn every_setting_has_a_text() {
    for setting in SETTINGS {
        assert!(
            setting.doc.iter().any(|line| line.len() > 20),
            "{} says nothing about itself",
            setting.key
        );
    }
}

#[test]
fn the_page_about_settings_agrees_with_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("KINDRED_UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, reference()).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == reference(),
        "docs/configuration.md is stale: KINDRED_UPDATE_DOCS=1 cargo test -p kindred --lib config"
    );
}
