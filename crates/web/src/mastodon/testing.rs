//! Rows made by hand, for the tests of this crate.

use kindred_community::{
    Actor, ActorId, ActorKind, Moment, Post, PostId, PostKind, Visibility,
    policy::Quoting,
    seal::Seal,
    settings::{Federation, House, MediaSettings, Settings, SignUp},
    views::PostView,
};

/// Noon of the last day of January 2026.
pub(crate) const NOON: Moment = Moment(1_769_860_800_000);

pub(crate) fn settings() -> Settings {
    Settings {
        origin: "https://kindred.example".into(),
        name: "Kindred".into(),
        company: Some("Acme".into()),
        federation: Federation::Open,
        sign_up: SignUp::Invite,
        version: "0.1.0",
        source_url: "https://code.example/kindred".into(),
        lab: false,
        media: MediaSettings::in_folder("nowhere"),
        house: House::default(),
        seal: Seal::default(),
    }
}

pub(crate) fn actor(id: i64, kind: ActorKind, handle: &str, host: &str) -> Actor {
    let origin = if host.is_empty() {
        "https://kindred.example".to_owned()
    } else {
        format!("https://{host}")
    };
    let letter = if kind == ActorKind::Group { "g" } else { "p" };
    let uri = format!("{origin}/{letter}/{handle}");
    Actor {
        id: ActorId(id),
        kind,
        handle: handle.into(),
        host: host.into(),
        url: None,
        inbox: format!("{uri}/inbox"),
        shared_inbox: None,
        outbox: None,
        followers_uri: None,
        following_uri: None,
        featured_uri: None,
        moderators_uri: None,
        name: format!("The {handle}"),
        icon_url: None,
        image_url: None,
        key_id: format!("{uri}#main-key"),
        uri,
        public_key_pem: String::new(),
        private_key_pem: None,
        locked: false,
        discoverable: true,
        indexable: true,
        memorial: false,
        suspended_at: None,
        moved_to: None,
        followers_count: 3,
        following_count: 2,
        posts_count: 1,
        last_post_at: Some(NOON),
        published_at: NOON,
        updated_at: NOON,
        fetched_at: None,
        deleted_at: None,
        also_known_as: Vec::new().into(),
        fields: Vec::new().into(),
        topics: Vec::new().into(),
        summary: "<p>Cares.</p>".into(),
        summary_source: Some("Cares.".into()),
        emojis: Vec::new().into(),
        hide_collections: false,
    }
}

pub(crate) fn post(id: i64, author: Actor, content: &str) -> PostView {
    PostView {
        post: Post {
            id: PostId(id),
            uri: format!("https://kindred.example/o/{id}"),
            url: None,
            author_id: author.id,
            group_id: None,
            parent_id: None,
            parent_uri: None,
            root_id: PostId(id),
            context_uri: None,
            kind: PostKind::Note,
            title: None,
            warning: None,
            sensitive: false,
            language: Some("en".into()),
            visibility: Visibility::Public,
            link_url: None,
            published_at: NOON,
            edited_at: None,
            deleted_at: None,
            removed_at: None,
            removed_by: None,
            removed_reason: None,
            locked_at: None,
            pinned_at: None,
            replies_count: 0,
            likes_count: 0,
            boosts_count: 0,
            tags: Vec::new().into(),
            attachments: Vec::new().into(),
            content: content.into(),
            source: None,
            quote_uri: None,
            quote_policy: None,
            quotes_count: 0,
            application: None,
            card: None,
        },
        author,
        group: None,
        parent_author: None,
        mentions: Vec::new(),
        poll: None,
        chosen: Vec::new(),
        quote: None,
        quoting: Quoting::Automatic,
        liked: false,
        boosted: false,
        kept: false,
        muted: false,
        filtered: Vec::new(),
    }
}
