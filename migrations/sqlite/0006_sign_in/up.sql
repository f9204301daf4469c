-- Whether a program can keep a secret. One that cannot shows none, and proves itself by PKCE alone.
ALTER TABLE apps ADD COLUMN confidential BOOLEAN NOT NULL DEFAULT TRUE;

-- What a program gets in exchange for somebody's consent, to be swapped for a token once and soon.
CREATE TABLE codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    app_id BIGINT NOT NULL REFERENCES apps(id),
    account_id BIGINT NOT NULL REFERENCES accounts(id),
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    challenge TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX codes_end ON codes (expires_at);

-- Keys of the house itself, such as the one by which push services know it.
CREATE TABLE house_keys (
    name TEXT NOT NULL PRIMARY KEY,
    private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Where a program wants to be told of notifications, one place per token.
CREATE TABLE push_subscriptions (
    id INTEGER NOT NULL PRIMARY KEY,
    token_id BIGINT NOT NULL UNIQUE REFERENCES tokens(id),
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    access_token TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    standard BOOLEAN NOT NULL,
    alerts TEXT NOT NULL,
    policy TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX push_subscriptions_owner ON push_subscriptions (owner_id);
