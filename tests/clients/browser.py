"""A browser without a script: it keeps cookies, fills in forms, and stops where a program is to be sent back to."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests


class Forms(HTMLParser):
    """All forms of a page: where they go, and what they send when nothing is changed."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append((attrs.get("action", ""), {}))
        elif tag == "input" and self.forms and attrs.get("type") != "checkbox" and attrs.get("name"):
            self.forms[-1][1][attrs["name"]] = attrs.get("value", "")


class Browser:
    def __init__(self, name, password):
        self.session = requests.Session()
        self.name, self.password = name, password

    def lets_in(self, address):
        """Signs in where that is asked for, says yes, and answers the code that the program gets."""
        answer = self.session.get(address)
        for _ in range(3):
            if "code=" in urlsplit(answer.url).query:
                return code_in(answer.url)
            action, fields = Forms(answer.text).forms[0]
            if "password" in fields:
                fields.update(username=self.name, password=self.password)
            answer = self.session.post(urljoin(answer.url, action), data=fields, allow_redirects=False)
            while answer.is_redirect:
                onward = urljoin(answer.url, answer.headers["location"])
                if not onward.startswith(address.split("/oauth/")[0]):
                    return code_in(onward)
                answer = self.session.get(onward, allow_redirects=False)
        raise AssertionError(f"the way to a code does not end: {answer.url}")


def code_in(address):
    return parse_qs(urlsplit(address).query)["code"][0]
