//! What is cleaned away, what is kept, and what typing makes.

use super::clean::{TAGS, nesting};
use super::{
    Handle, Links, Markup, Mentioned, NoLinks, SafeUrl, clean, from_foreign, from_markdown,
    from_plain, mentions, to_text,
};
use proptest::prelude::*;

/// Knows Mei at ACME, Nadia here, and the group `rust`; has a page for every hashtag.
struct Known;

impl Links for Known {
    fn mention(&self, handle: &Handle) -> Option<Mentioned> {
        let id = match (handle.name.as_str(), handle.host.as_deref()) {
            ("mei", Some("acme.example")) => "https://acme.example/people/mei",
            ("nadia", None) => "https://kindred.example/p/nadia",
            ("rust", Some("kindred.example")) => "https://kindred.example/g/rust",
            _ => return None,
        };
        Some(Mentioned {
            id: id.into(),
            url: id.into(),
            name: handle.name.clone(),
        })
    }

    fn hashtag(&self, name: &str) -> Option<String> {
        Some(format!(
            "https://kindred.example/tags/{}",
            name.to_lowercase()
        ))
    }
}

const REL: &str = r#"target="_blank" rel="nofollow noopener ugc""#;

fn mention(url: &str, name: &str) -> String {
    format!(
        r#"<span class="h-card"><a href="{url}" class="u-url mention" {REL}>@<span>{name}</span></a></span>"#
    )
}

#[test]
fn what_runs_loads_or_decorates_is_cleaned_away() {
    let table = [
        ("<script>alert(1)</script>ok", "ok"),
        ("<style>p{}</style>ok", "ok"),
        (
            "<p onclick=\"x()\" style=\"x\" id=\"y\">ok</p>",
            "<p>ok</p>",
        ),
        ("<img src=x onerror=alert(1)>ok", "ok"),
        ("<svg onload=x><text>gone</text></svg>ok", "ok"),
        ("<iframe src=\"https://x.example\"></iframe>ok", "ok"),
        (
            "<a href=\"javascript:alert(1)\">ok</a>",
            &format!("<a {REL}>ok</a>"),
        ),
        (
            "<a href=\" JaVaScRiPt:alert(1)\">ok</a>",
            &format!("<a {REL}>ok</a>"),
        ),
        (
            "<a href=\"data:text/html,x\">ok</a>",
            &format!("<a {REL}>ok</a>"),
        ),
        ("<a href=\"/relative\">ok</a>", &format!("<a {REL}>ok</a>")),
        ("<p class=\"evil mention\">ok</p>", "<p class=\"\">ok</p>"),
        ("<!-- secret -->ok", "ok"),
        ("<form><input name=x>ok</form>", "ok"),
        ("a & b < c", "a &amp; b &lt; c"),
    ];
    for (before, after) in table {
        assert_eq!(clean(before), after, "{before}");
    }
}

#[test]
fn what_people_write_with_is_kept() {
    for kept in [
        "<p>a<br>b</p>",
        "<blockquote><p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p></blockquote>",
        "<ul><li>a</li></ul><ol start=\"3\"><li>b</li></ol>",
        "<pre><code>fn main() {}</code></pre>",
        "<h2>a</h2><u>b</u><s>c</s><b>d</b><i>e</i>",
    ] {
        assert_eq!(clean(kept), kept);
    }
    let link = "<a href=\"https://acme.example/x\" class=\"u-url mention\">@<span>mei</span></a>";
    assert!(clean(link).contains("class=\"u-url mention\""));
    assert!(clean("<a href=\"mailto:mei@acme.example\">x</a>").contains("mailto:"));
    assert!(
        clean("<a class=\"mention hashtag\" href=\"https://a.example/t\">#<span>t</span></a>")
            .contains("rel=\"tag nofollow noopener ugc\"")
    );
}

#[test]
fn towers_and_floods_are_cleaned_quickly_and_never_stand_high() {
    let start = std::time::Instant::now();
    let attributes = (0..20_000).fold(String::new(), |all, n| all + " a" + &n.to_string());
    let mut floods = vec![
        format!("<a{attributes}>x</a>"),
        format!("<p class=\"{}\">", "a ".repeat(50_000)),
    ];
    for part in [
        "<blockquote>",
        "<b>",
        "<a href=x>",
        "<p><i>",
        "<ul><li>",
        "<svg>",
        "<table><tr><td>",
        "<",
        "&#",
        "<a<b",
        "<b></p>",
    ] {
        let marks = part.matches(['<', '&']).count();
        floods.push(part.repeat(100_000 / part.len()));
        floods.push(part.repeat(7_900 / marks));
    }
    for flood in floods {
        assert!(nesting(&clean(&flood)) <= 48, "{flood:.20}");
    }
    assert!(
        start.elapsed().as_secs() < 20,
        "cleaning took {:?}",
        start.elapsed()
    );
}

#[test]
fn typed_html_is_text() {
    assert_eq!(
        from_markdown("<b>x</b>", &NoLinks).html,
        "<p>&lt;b&gt;x&lt;/b&gt;</p>"
    );
    let block = from_markdown("<script>\nalert(1)\n</script>", &NoLinks).html;
    assert!(
        block.contains("&lt;script&gt;") && !block.contains("<script"),
        "{block}"
    );
    assert_eq!(
        from_plain("<b>x</b>", &NoLinks).html,
        "<p>&lt;b&gt;x&lt;/b&gt;</p>"
    );
}

#[test]
fn markdown_is_rendered_and_line_breaks_count() {
    let table = [
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        (
            "**bold** _soft_ ~~gone~~ `code`",
            "<p><strong>bold</strong> <em>soft</em> <del>gone</del> <code>code</code></p>",
        ),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("# Title", "<h1>Title</h1>"),
    ];
    for (typed, html) in table {
        assert_eq!(from_markdown(typed, &NoLinks).html, html);
    }
    let picture = from_markdown("![a crab](https://kindred.example/crab.png)", &NoLinks).html;
    assert!(
        picture.starts_with("<p><a href=\"https://kindred.example/crab.png\"")
            && picture.contains("a crab</a>")
    );
    assert!(
        !from_markdown("[x](javascript:alert(1))", &NoLinks)
            .html
            .contains("javascript")
    );
}

#[test]
fn plain_text_keeps_its_lines() {
    assert_eq!(
        from_plain("a\nb\r\n\r\nc & *d*", &NoLinks).html,
        "<p>a<br>b</p><p>c &amp; *d*</p>"
    );
}

#[test]
fn mentions_have_the_markup_that_clients_look_for() {
    let mei = mention("https://acme.example/people/mei", "mei");
    let nadia = mention("https://kindred.example/p/nadia", "nadia");
    let rust = mention("https://kindred.example/g/rust", "rust");
    let table = [
        ("@mei@acme.example hi", format!("<p>{mei} hi</p>")),
        ("hi @mei@ACME.example.", format!("<p>hi {mei}.</p>")),
        ("(@nadia)", format!("<p>({nadia})</p>")),
        ("!rust@kindred.example", format!("<p>{rust}</p>")),
        ("@robert", "<p>@robert</p>".to_owned()),
        ("mei@acme.example", "<p>mei@acme.example</p>".to_owned()),
        ("wow !important", "<p>wow !important</p>".to_owned()),
    ];
    for (typed, html) in table {
        assert_eq!(from_plain(typed, &Known).html, html, "{typed}");
        assert_eq!(from_markdown(typed, &Known).html, html, "{typed}");
    }
    let rendered = from_plain("@nadia and @nadia and @mei@acme.example", &Known);
    assert_eq!(
        rendered
            .mentions
            .iter()
            .map(|who| who.name.as_str())
            .collect::<Vec<_>>(),
        ["nadia", "mei"]
    );
}

#[test]
fn hashtags_are_words_not_numbers() {
    let rendered = from_markdown("#Rust is #1, see #größe, a#b and #rust", &Known);
    assert_eq!(rendered.hashtags, ["Rust", "größe"]);
    assert!(rendered.html.contains(r#"<a href="https://kindred.example/tags/rust" class="mention hashtag" target="_blank" rel="tag nofollow noopener ugc">#<span>Rust</span></a>"#), "{}", rendered.html);
}

#[test]
fn nothing_is_found_in_code_or_links() {
    for typed in [
        "`@nadia #rust`",
        "```\n@nadia https://a.example\n```",
        "[@nadia #rust](https://a.example)",
        "https://a.example/@nadia#rust",
    ] {
        let rendered = from_markdown(typed, &Known);
        assert!(
            rendered.mentions.is_empty() && rendered.hashtags.is_empty(),
            "{typed}"
        );
    }
}

#[test]
fn names_with_signs_survive_markdown() {
    let heard = mentions(
        "@mei_li@acme.example and @_x and *@tomás* @a.b-c@x.example:8443, @mei_li@acme.example",
        Markup::Markdown,
    );
    let heard: Vec<String> = heard.iter().map(ToString::to_string).collect();
    assert_eq!(
        heard,
        [
            "@mei_li@acme.example",
            "@_x",
            "@tom",
            "@a.b-c@x.example:8443"
        ]
    );
    assert_eq!(
        mentions("!rust@kindred.example", Markup::Plain)[0].to_string(),
        "!rust@kindred.example"
    );
}

#[test]
fn handles_are_read_with_and_without_signs() {
    let mei: Handle = "mei@acme.example".parse().unwrap();
    assert_eq!(mei.to_string(), "@mei@acme.example");
    assert!(
        "".parse::<Handle>().is_err()
            && "a b".parse::<Handle>().is_err()
            && "@".parse::<Handle>().is_err()
    );
}

#[test]
fn bare_links_become_links_that_clients_can_shorten() {
    let short = from_plain("see https://a.example/x.", &NoLinks).html;
    assert_eq!(
        short,
        format!(
            r#"<p>see <a href="https://a.example/x" {REL}><span class="invisible">https://</span><span>a.example/x</span></a>.</p>"#
        )
    );
    let long = from_markdown(
        "https://a.example/a_very_long_path_that_goes_on?x=1&y=2",
        &NoLinks,
    )
    .html;
    assert!(
        long.contains(r#"href="https://a.example/a_very_long_path_that_goes_on?x=1&amp;y=2""#),
        "{long}"
    );
    assert!(long.contains(r#"<span class="ellipsis">"#));
    assert_eq!(
        from_plain("ftp://a.example javascript:x", &NoLinks).html,
        "<p>ftp://a.example javascript:x</p>"
    );
}

#[test]
fn text_out_of_html_is_one_line_cut_after_a_word() {
    assert_eq!(
        to_text("<p>One &amp; two</p><p>three<br>four</p>", 100),
        "One & two three four"
    );
    assert_eq!(to_text("<p>one two three four</p>", 14), "one two three…");
    assert_eq!(to_text("<p>Donaudampfschiff</p>", 5), "Dona…");
    assert_eq!(to_text("<script>x</script>&lt;b&gt;", 10), "<b>");
}

#[test]
fn foreign_texts_are_read_by_their_media_type() {
    assert_eq!(
        from_foreign("**a**", Some("text/markdown")),
        "<p><strong>a</strong></p>"
    );
    assert_eq!(
        from_foreign("<b>a</b>", Some("text/plain")),
        "<p>&lt;b&gt;a&lt;/b&gt;</p>"
    );
    assert_eq!(from_foreign("<b>a</b>", None), "<b>a</b>");
}

#[test]
fn only_addresses_that_do_not_run_are_safe() {
    for safe in ["https://a.example/x", "http://a.example"] {
        assert!(SafeUrl::parse(safe).is_some(), "{safe}");
    }
    for unsafe_one in [
        "javascript:x",
        "data:x",
        "//a.example",
        "/x",
        "mailto:x@a.example",
        "https://a@b.example",
        "",
    ] {
        assert!(SafeUrl::parse(unsafe_one).is_none(), "{unsafe_one}");
    }
    assert!(SafeUrl::path("/g/rust").is_some());
    for elsewhere in [
        "//a.example",
        "/\\a.example",
        "g/rust",
        "https://a.example",
        "/a\n",
    ] {
        assert!(SafeUrl::path(elsewhere).is_none(), "{elsewhere}");
    }
}

fn markupish() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("<a href=\"https://a.example\" class=\"hashtag\">".to_owned()),
        Just("<p>".to_owned()),
        Just("</p>".to_owned()),
        Just("<script>".to_owned()),
        Just("<svg><style>".to_owned()),
        Just("<math><mtext>".to_owned()),
        Just("<table><td>".to_owned()),
        Just("<img src=x onerror=y>".to_owned()),
        Just("<!--".to_owned()),
        Just("&lt;".to_owned()),
        Just("@mei@acme.example".to_owned()),
        Just("#rust".to_owned()),
        Just("https://a.example/?\"><script>".to_owned()),
        Just("\n\n".to_owned()),
        Just("```".to_owned()),
        Just("> ".to_owned()),
        ".{0,6}",
    ];
    proptest::collection::vec(parts, 0..20).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn cleaning_again_takes_nothing_away(html in markupish()) {
        let once = clean(&html);
        prop_assert_eq!(to_text(&clean(&once), 9999), to_text(&once, 9999));
    }

    #[test]
    fn nothing_typed_or_sent_ever_runs(text in markupish()) {
        for html in [clean(&text), from_markdown(&text, &Known).html, from_plain(&text, &Known).html] {
            for tag in html.split('<').skip(1) {
                let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                prop_assert!(TAGS.contains(&name), "<{} in {}", name, html);
            }
        }
    }

    #[test]
    fn a_preview_is_never_longer_than_asked(text in markupish(), limit in 1usize..40) {
        prop_assert!(to_text(&text, limit).chars().count() <= limit);
    }
}
