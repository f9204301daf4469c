"""What Nadia and Tomás do with their clients."""

import os
import re
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import requests
from mastodon import Mastodon, MastodonAPIError, MastodonUnauthorizedError, StreamListener

from browser import Browser

KINDRED = os.environ["KINDRED"]
PASSWORD = os.environ["PASSWORD"]
WORK = Path(os.environ["WORK"])
SCOPES = ["read", "write", "follow", "push"]
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

passed = failed = 0


def step(words):
    """Plays one step at once, and says how it went."""

    def play(deed):
        global passed, failed
        try:
            deed()
        except Exception:
            failed += 1
            print(f"FAILED  {words}")
            traceback.print_exc()
        else:
            passed += 1
            print(f"ok      {words}")

    return play


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about in time")


def answers():
    try:
        return requests.get(f"{KINDRED}/health/ready", timeout=5).ok
    except requests.ConnectionError:
        return False


def words(status):
    return re.sub("<[^>]*>", "", status["content"])


until(answers, 60)
clients = {}


def signs_in(name, mail):
    app_id, secret = Mastodon.create_app("Mastodon.py", scopes=SCOPES, redirect_uris=OUT_OF_BAND, api_base_url=KINDRED)
    client = Mastodon(client_id=app_id, client_secret=secret, api_base_url=KINDRED)
    address = client.auth_request_url(redirect_uris=OUT_OF_BAND, scopes=SCOPES, force_login=True)
    code = Browser(mail, PASSWORD).lets_in(address)
    client.log_in(code=code, redirect_uri=OUT_OF_BAND, scopes=SCOPES)
    clients[name] = client


@step("Mastodon.py: Nadia signs in by the form with her mail address")
def _():
    signs_in("nadia", "nadia@kindred.test")
    me = clients["nadia"].account_verify_credentials()
    assert me.username == "nadia", me


@step("Mastodon.py: Tomás signs in with his short name")
def _():
    signs_in("tomas", "tomas")
    assert clients["tomas"].account_verify_credentials().username == "tomas"


if len(clients) < 2:
    sys.exit("without signing in there is no story")
nadia, tomas = clients["nadia"], clients["tomas"]
told = {}


@step("Mastodon.py: it finds out what the instance is, and its app")
def _():
    assert nadia.instance().domain
    assert nadia.app_verify_credentials().name == "Mastodon.py"
    assert nadia.preferences()["posting:default:visibility"] == "public"
    assert nadia.custom_emojis() == []


@step("Mastodon.py: Nadia posts, Tomás follows her and joins the group")
def _():
    told["post"] = nadia.status_post("Sourdough, day *one*", spoiler_text="bread")
    assert told["post"].spoiler_text == "bread"
    tomas.account_follow(tomas.account_lookup("nadia").id)
    assert tomas.account_follow(tomas.account_lookup("rust").id).following


@step("Mastodon.py: an idempotency key makes a post once")
def _():
    first = nadia.status_post("Only once", idempotency_key="one")
    assert nadia.status_post("Only once", idempotency_key="one").id == first.id


@step("Mastodon.py: Tomás replies, likes, boosts and takes back")
def _():
    reply = tomas.status_reply(told["post"], "Looks good!")
    assert reply.in_reply_to_id == told["post"].id
    assert tomas.status_favourite(told["post"]).favourited
    assert not tomas.status_unfavourite(told["post"]).favourited
    assert tomas.status_reblog(told["post"]).reblog.id == told["post"].id
    assert not tomas.status_unreblog(told["post"]).reblogged
    context = nadia.status_context(told["post"])
    assert [words(status) for status in context.descendants] == ["@nadia Looks good!"], context.descendants


@step("Mastodon.py: a post that names the group is passed on by it, and is at home once")
def _():
    said = nadia.status_post("@rust Which crate did you read last?")
    home = tomas.timeline_home()
    found = [entry for entry in home if (entry.reblog or entry).id == said.id]
    assert len(found) == 1, [words(entry.reblog or entry) for entry in home]
    group = tomas.account_lookup("rust")
    assert group.group
    assert any(entry.reblog and entry.reblog.id == said.id for entry in tomas.account_statuses(group.id))


@step("Mastodon.py: Nadia edits and deletes")
def _():
    post = nadia.status_post("Frist")
    assert words(nadia.status_update(post, "First")) == "First"
    assert nadia.status_source(post).text == "First"
    nadia.status_delete(post)
    try:
        nadia.status(post.id)
        raise AssertionError("it is still there")
    except MastodonAPIError:
        pass


@step("Mastodon.py: Nadia asks, Tomás answers")
def _():
    poll = nadia.make_poll(["Rye", "Spelt"], expires_in=3600)
    post = nadia.status_post("Which flour?", poll=poll)
    assert tomas.poll_vote(post.poll, 0).own_votes == [0]


@step("Mastodon.py: Tomás searches")
def _():
    found = tomas.search("nadia", result_type="accounts")
    assert found.accounts[0].acct == "nadia", found


class Listener(StreamListener):
    def __init__(self):
        self.updates, self.deletes = [], []

    def on_update(self, status):
        self.updates.append(words(status))

    def on_delete(self, status_id):
        self.deletes.append(str(status_id))


@step("Mastodon.py: what Nadia says reaches Tomás at the moment she says it")
def _():
    listener = Listener()
    stream = tomas.stream_user(listener, run_async=True, timeout=60)
    try:
        until(lambda: requests.get(f"{KINDRED}/api/v1/streaming/health", timeout=5).text == "OK")
        last = {}

        def heard():
            last["post"] = nadia.status_post("Is anybody listening?")
            time.sleep(0.3)
            return listener.updates

        assert until(heard)[0] == "Is anybody listening?"
        nadia.status_delete(last["post"])
        until(lambda: str(last["post"].id) in listener.deletes)
    finally:
        stream.close()


@step("Mastodon.py: a token that was given back is worth nothing")
def _():
    tomas.revoke_access_token()
    try:
        requests.get(f"{KINDRED}/api/v1/timelines/home", timeout=5)
        tomas.timeline_home()
        raise AssertionError("it still opens the door")
    except (MastodonUnauthorizedError, MastodonAPIError):
        pass


def toot(*arguments, **more):
    environment = {**os.environ, "XDG_CONFIG_HOME": str(WORK), "BROWSER": "true", "NO_COLOR": "1"}
    return subprocess.run(
        ["toot", "--no-color", *arguments], env=environment, capture_output=True, text=True, timeout=60, **more
    )


def says(*arguments):
    done = toot(*arguments)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


@step("toot: Nadia signs in and carries the code over by hand")
def _():
    environment = {**os.environ, "XDG_CONFIG_HOME": str(WORK), "BROWSER": "true", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    login = subprocess.Popen(
        ["toot", "--no-color", "login", "-i", KINDRED],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    guard = threading.Timer(60, login.kill)
    guard.start()
    try:
        shown, address = "", None
        while not address:
            some = login.stdout.read(1)
            assert some, shown
            shown += some
            if shown.endswith(("?", "]")):
                login.stdin.write("y\n")
                login.stdin.flush()
            found = re.search(r"(http\S+/oauth/authorize\S*)\s", shown)
            address = found and found.group(1)
        login.stdin.write(Browser("nadia", PASSWORD).lets_in(address) + "\n")
        login.stdin.flush()
        rest, _ = login.communicate(timeout=60)
        assert login.returncode == 0, shown + rest
    finally:
        guard.cancel()


@step("toot: whoami, post, timeline, thread, search")
def _():
    assert "nadia" in says("whoami")
    says("post", "Written in a terminal")
    assert "Written in a terminal" in says("timelines", "home", "--no-clear", "--json")
    assert "tomas" in says("search", "tomas")
    assert "nadia" in says("whois", "nadia")


print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
