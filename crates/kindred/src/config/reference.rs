//! The page `docs/configuration.md`, made from the doc comments of the settings, so that it cannot grow stale.
//!
//! It does not explain how to run an instance; `docs/operate.md` does.

use super::values::Shape;
use super::{SETTINGS, Setting};

const HEAD: &str = "\
# Settings

This page is made from the doc comments in `crates/kindred/src/config.rs`; change it there
(`KINDRED_UPDATE_DOCS=1 cargo test -p kindred --lib config` writes it anew).

Kindred reads its settings once, at start: from a TOML file (the one named with `--config`, else by the variable
`KINDRED_CONFIG`, else `kindred.toml` in the current folder when there is one), and over it from environment variables
that begin with `KINDRED_`. An empty variable counts as not set. A name that Kindred does not know is an error, and all
errors are told at once, before it listens.

Settings that may hold a password can also be read from a file of their own: add `_FILE` to the variable's name and
give it the path (`KINDRED_DATABASE_URL_FILE=/run/secrets/database_url`).

`kindred config check` tells what is wrong, `kindred config show` what is in force and where it comes from.

```toml
# kindred.toml
origin = \"https://kindred.example.com\"
company = \"Example Ltd\"
database_url = \"sqlite:///var/lib/kindred/kindred.db\"
data_dir = \"/var/lib/kindred\"
trusted_proxies = [\"127.0.0.1\"]
```
";

/// The whole page, as it stands in `docs/configuration.md`.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for setting in SETTINGS {
        page.push('\n');
        page.push_str(&section(setting));
    }
    page
}

fn section(setting: &Setting) -> String {
    let text: Vec<&str> = setting.doc.iter().map(|line| line.trim()).collect();
    let default = match (setting.default_words, setting.default) {
        (Some(words), _) => words.to_owned(),
        (None, None | Some("")) => "none".to_owned(),
        (None, Some(default)) => format!("`{default}`"),
    };
    let written = match setting.shape {
        Shape::Text => "a text",
        Shape::Flag => "`true` or `false`",
        Shape::Number => "a number",
        Shape::List => "a list of texts; in the variable separated by commas",
    };
    let variable = setting.variable();
    let variables = if setting.secret {
        format!("`{variable}` or `{variable}_FILE`")
    } else {
        format!("`{variable}`")
    };
    format!(
        "## {}\n\n{}\n\n- Variable: {variables}\n- Written as: {written}\n- Default: {default}\n",
        setting.key,
        text.join("\n")
    )
}
