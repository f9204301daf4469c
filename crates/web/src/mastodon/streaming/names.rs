//! The names of streams, as clients write them.

use std::borrow::Cow;

use kindred_community::ListId;

use crate::extract::Params;

/// Which posts a stream of everything carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// All.
    All,
    /// Those from here.
    Local,
    /// Those from elsewhere.
    Remote,
}

/// One stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    /// One's home and notifications.
    User,
    /// One's notifications alone.
    Notifications,
    /// What is public.
    Public {
        /// From where.
        side: Side,
        /// Only with pictures and the like.
        media: bool,
    },
    /// What names a subject.
    Hashtag {
        /// The subject, in small letters.
        tag: String,
        /// Only from here.
        local: bool,
    },
    /// What comes onto one of one's lists.
    List(ListId),
    /// One's conversations.
    Direct,
}

impl Name {
    /// The stream of this name, with the parameters beside it.
    pub(crate) fn read(name: &str, params: &Params) -> Option<Self> {
        let tag = || {
            params
                .words("tag")
                .map(|tag| tag.trim_start_matches('#').to_lowercase())
        };
        let public = |side, media| Some(Self::Public { side, media });
        match name {
            "user" => Some(Self::User),
            "user:notification" => Some(Self::Notifications),
            "public" => public(Side::All, false),
            "public:media" => public(Side::All, true),
            "public:local" => public(Side::Local, false),
            "public:local:media" => public(Side::Local, true),
            "public:remote" => public(Side::Remote, false),
            "public:remote:media" => public(Side::Remote, true),
            "hashtag" => tag().map(|tag| Self::Hashtag { tag, local: false }),
            "hashtag:local" => tag().map(|tag| Self::Hashtag { tag, local: true }),
            "list" => params.number("list").map(Self::List),
            "direct" => Some(Self::Direct),
            _ => None,
        }
    }

    /// The name that belongs to a path: `public/local` with `only_media` is `public:local:media`.
    pub(crate) fn at_path(path: &str, params: &Params) -> Option<String> {
        let path = path.trim_end_matches('/');
        let media = params.flag("only_media").unwrap_or(false) && path.starts_with("public");
        let known = [
            "user",
            "user/notification",
            "public",
            "public/local",
            "public/remote",
            "hashtag",
            "hashtag/local",
            "list",
            "direct",
        ];
        known.contains(&path).then(|| {
            let name = path.replace('/', ":");
            if media { format!("{name}:media") } else { name }
        })
    }

    /// Any of these scopes will do.
    pub(crate) fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::User => &["read:statuses", "read:notifications"],
            Self::Notifications => &["read:notifications"],
            _ => &["read:statuses"],
        }
    }

    /// The name as it stands in what is sent, its argument beside it.
    pub(crate) fn path(&self) -> Vec<Cow<'_, str>> {
        let alone = |name: &'static str| vec![Cow::Borrowed(name)];
        match self {
            Self::User => alone("user"),
            Self::Notifications => alone("user:notification"),
            Self::Public { side, media } => alone(match (side, media) {
                (Side::All, false) => "public",
                (Side::All, true) => "public:media",
                (Side::Local, false) => "public:local",
                (Side::Local, true) => "public:local:media",
                (Side::Remote, false) => "public:remote",
                (Side::Remote, true) => "public:remote:media",
            }),
            Self::Hashtag { tag, local: false } => vec!["hashtag".into(), tag.into()],
            Self::Hashtag { tag, local: true } => vec!["hashtag:local".into(), tag.into()],
            Self::List(id) => vec!["list".into(), id.to_string().into()],
            Self::Direct => alone("direct"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_is_called_back_by_the_name_it_was_called_by() {
        let params = Params::from_query("tag=%23Rust&list=7");
        for name in [
            "user",
            "user:notification",
            "public",
            "public:media",
            "public:local",
            "public:local:media",
            "public:remote",
            "public:remote:media",
            "hashtag",
            "hashtag:local",
            "list",
            "direct",
        ] {
            let read = Name::read(name, &params).unwrap();
            assert_eq!(read.path()[0], name);
        }
        let tagged = Name::read("hashtag", &params).unwrap();
        assert_eq!(tagged.path(), ["hashtag", "rust"]);
        for none in ["", "users", "public:", "lists"] {
            assert_eq!(Name::read(none, &params), None, "{none}");
        }
        assert_eq!(Name::read("list", &params).unwrap().path(), ["list", "7"]);
        assert_eq!(Name::read("hashtag", &Params::default()), None);
        assert_eq!(Name::read("list", &Params::from_query("list=x")), None);
    }

    #[test]
    fn a_path_is_a_name_too() {
        let at = |path: &str, query: &str| Name::at_path(path, &Params::from_query(query));
        assert_eq!(at("user", "").as_deref(), Some("user"));
        assert_eq!(
            at("public/local/", "only_media=true").as_deref(),
            Some("public:local:media")
        );
        assert_eq!(at("user", "only_media=1").as_deref(), Some("user"));
        assert_eq!(at("nowhere", ""), None);
    }
}
