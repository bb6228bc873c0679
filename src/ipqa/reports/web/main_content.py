"""Which part of a web page is its content.

A page says itself, in elements, roles and class names, what is navigation, banner or advertisement. That
is believed unless most of the page's words would go with it; nothing is left out for the way it reads. A
survey of the page finds this out in one pass, before anything is read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

WITHOUT_TEXT = frozenset(
    "script style template noscript svg canvas audio video map head title input select textarea button"
    " label option datalist progress meter ix:header noframes".split()
)
"""Elements that hold no words of the text."""

_DEEPEST = 512
"""Elements inside each other; browsers stop there too, and the parser slows down with depth."""

_LONGEST_CHOICE = 512
"""Options of one choice: for each, the parser goes through those before it."""

_NEVER_DEEPER = frozenset(
    "area base br col embed frame hr img input link meta param source track wbr p li dt dd tr td th thead"
    " tbody tfoot option optgroup rt rp".split()
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_VOID = frozenset(
    "area base br col embed frame hr img input link meta param source track wbr".split()
)

_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar toolbar tooltip"
    " doc-toc directory".split()
)
_FURNITURE_NAME = re.compile(
    r"#?(?:(?:l|c|p|m|o|js|site|page|global|block|wp-block|wp|mod|module|widget)[-_]+)*(?:"
    r"(?:[gls]|global|local|sub|side|foot(?:er)?|head(?:er)?|main|primary|site|posts?)?[-_]?"
    r"(?:nav|navi|navigation|navbar|menu)"
    r"|bread[-_]?crumbs?|topics?[-_]?path|pankuzu|crumbs?"
    r"|side(?:bar|menu|column|area)?|widget[-_]?area"
    r"|(?:site|page|global|g|entry|post|article)?[-_]?footer|copyrights?"
    r"|(?<=#)header|(?:site|global|g|l)[-_]?header|(?<=l[-_])header|masthead"
    r"|(?:sns|social|share|sharing)(?:[-_]?(?:share|this|icons?|buttons?|btns?))*|sharedaddy|addtoany.*"
    r"|related(?:[-_]?(?:posts?|articles?|entry|entries|news|links?|contents?|pages?))?|yarpp.*"
    r"|(?:recommend(?:ed)?|popular|recent|latest)[-_]?(?:posts?|articles?|entry|entries|news)"
    r"|jp[-_]relatedposts|(?:access|article|news|side)[-_]?ranking"
    r"|.*cookie[-_]?(?:banner|consent|notice|bar|law|popup|message).*|cookie|gdpr.*|onetrust.*"
    r"|(?:e-?mail[-_]?)?newsletter|mail[-_]?magazine|merumaga|subscribe|subscription"
    r"|.*[-_]toc|toc[-_].*|(?:ez|r)?toc|msotoc\w*|table[-_]of[-_]contents|mokuji"
    r"|comments|comment[-_](?:list|form|area|respond)|commentlist|respond|disqus.*"
    r"|page[-_]?top|(?:back[-_]?)?to[-_]?top|go[-_]?top|scroll[-_]?top"
    r"|pager|pagination|pagenavi|prev[-_]?next|next[-_]?prev"
    r"|ads?|adsbygoogle|ad[-_]?(?:space|slot|frame|banner)|advertis\w*|sponsored"
    r"|(?:author|writer)[-_]?(?:info|profile|bio|card|box)|about[-_]?author|post[-_]author[-_]bio"
    r"|skip[-_]?(?:links?|nav|to[-_]?\w+)|(?:site[-_]?)?search[-_]?form|site[-_]?search|searchbox"
    r"|lang(?:uage)?[-_]?(?:switch(?:er)?|select(?:or)?)|(?:font|text|moji)[-_]?size"
    r"|(?:internal[-_]|external[-_])?(?:blog|link|embed|ogp)[-_]?card|wp[-_]block[-_]embed"
    r"|modal|popup|drawer|hamburger|tooltip|tag[-_]?cloud|tags?[-_]links?|(?:post|entry)[-_]?tags|cat[-_]links"
    r")(?:[-_]+(?:area|wrap(?:per)?|box|block|lists?|inner|container|section|links?|bar|items?|unit"
    r"|pc|sp|left|right|top|bottom|dialog|\d+))*",
    re.IGNORECASE,
)
_FURNITURE_LABEL = re.compile(r"パンくず|breadcrumb|ページネーション|pagination", re.IGNORECASE)
_CONTENT_NAME = re.compile(
    r"(?:l[-_])?(?:main|contents?|main[-_]?(?:contents?|column|area)|(?:entry|post|article)[-_]?(?:content|body)"
    r"|honbun|tmp_contents)",
    re.IGNORECASE,
)
_LABEL_FOR_THE_EAR = re.compile(
    r"(?:u-)?(?:sr-only|visually-?hidden|screen-reader-text|assistive-text|visuallyhidden|hide-text)"
)
MARK = re.compile(
    r"^(?P<open>[\[［(（]?)(?P<series>注|註|※|[*＊])?\s?(?P<number>\d{1,3})(?P<again>:\d{1,3})?[\]］)）]*$"
)
"""The words of a link that is a reference mark; Markdown's second mark of note 1 is 「[1:1]」."""

_NOTE_HINT = re.compile(r"note|fn|ref|cite|biblio|ftn|chu", re.IGNORECASE)

_LONGEST_NAME = 80
_FEW = 200
"""Letters; a part that holds no more may be furniture even if the page holds no more either."""

_LEAST_SHARE = {"main": 0.3, "article": 0.6, "named": 0.6}
"""How much of the page's words an element must hold to be taken for the content."""


class Tour:
    """Every node of a part of a page in order, each entered and left again, however deep it lies."""

    def __init__(self, root: "LexborNode") -> None:
        self._root = root
        self._skipped = False

    def skip(self) -> None:
        """Do not go into the element just entered; it is not left again either."""
        self._skipped = True

    def __iter__(self) -> "Iterator[tuple[LexborNode, bool]]":
        """Each node with True when it is entered and False when it is left."""
        node = self._root
        depth = 0
        while True:
            self._skipped = False
            yield node, True
            child = None if self._skipped else node.first_child
            if child is not None:
                node, depth = child, depth + 1
                continue
            if not self._skipped:
                yield node, False
            while depth and node.next is None:
                parent = node.parent
                if parent is None:
                    return
                node, depth = parent, depth - 1
                yield node, False
            following = node.next
            if not depth or following is None:
                return
            node = following


def parse(text: str) -> "LexborHTMLParser":
    """A page as a tree, as a browser would understand it."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only web pages need it

    if text.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        text = _TAG.sub(_with_end_tag, text)
    return LexborHTMLParser(_shallow(text))


def _with_end_tag(tag: re.Match[str]) -> str:
    """XHTML closes an empty element within its tag, which HTML takes for an opening tag."""
    if not tag[3].endswith("/") or tag[2].lower() in _VOID:
        return tag[0]
    return f"<{tag[2]}{tag[3][:-1]}></{tag[2]}>"


def _shallow(text: str) -> str:
    """The page without opening tags that lie too deep, long choices in several; none of them is content."""
    if text.count("<") <= _DEEPEST:
        return text
    open_names: list[str] = []
    options = count(1)

    def kept(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name == "option" and "select" in open_names and not next(options) % _LONGEST_CHOICE:
            return f"</select><select>{tag[0]}"
        if name in _NEVER_DEEPER:
            return tag[0]
        if not tag[1] and len(open_names) >= _DEEPEST:
            return ""
        if not tag[1]:
            open_names.append(name)
        elif name in open_names:
            del open_names[len(open_names) - 1 - open_names[::-1].index(name) :]
        return tag[0]

    return _TAG.sub(kept, text)


@dataclass(frozen=True, slots=True)
class Content:
    """What a survey of a page has found.

    Attributes:
        root: the element that holds the content.
        furniture: ids in memory of the elements that are none of it.
        notes: the notes that marks in the text link to, by the fragment of the address.
    """

    root: "LexborNode"
    furniture: frozenset[int]
    notes: dict[str, tuple[str, int]]


@dataclass(slots=True)
class _Part:
    """An element that may be the content or furniture: the letters in it, and of these in links."""

    node: "LexborNode"
    role: str
    letters: int
    linked: int
    notes: int

    @property
    def prose(self) -> int:
        """Letters that are no link: what makes content."""
        return self.letters - self.linked


@dataclass(slots=True)
class _Survey:
    """What is counted on the way through a page."""

    letters: int = 0
    linked: int = 0
    notes_found: int = 0
    parts: list[_Part] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    notes: dict[str, tuple[str, int]] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)  # places that several marks lead to

    @property
    def prose(self) -> int:
        """As in ``_Part``, for the whole page."""
        return self.letters - self.linked


def survey(body: "LexborNode") -> Content:
    """Find the content of a page, its furniture and its notes."""
    found = _Survey()
    _count(body, found)
    root = body
    for role, share in _LEAST_SHARE.items():
        fitting = [
            part
            for part in found.parts
            if part.role == role
            and part.prose >= max(1, share * found.prose)
            and part.notes == found.notes_found
        ]
        if fitting:
            root = max(fitting, key=lambda part: part.prose).node
            break
    furniture = frozenset(
        part.node.mem_id
        for part in found.parts
        if _is_furniture(part, found, root_is_body=root is body)
    )
    notes = {place: note for place, note in found.notes.items() if place not in found.shared}
    return Content(root, furniture, notes)


def _count(body: "LexborNode", found: _Survey) -> None:
    """Go through the page once, and note how much stands in each part of it."""
    open_parts: list[_Part] = []
    tour = Tour(body)
    links = 0
    for node, entered in tour:
        tag = node.tag or ""
        if tag == "-text":
            letters = len((node.text_content or "").strip()) if entered else 0
            found.letters += letters
            found.linked += letters if links else 0
        elif tag in WITHOUT_TEXT:
            tour.skip()
        elif entered:
            attributes = node.attributes
            _look_for_notes(node, attributes, found)
            links += tag == "a"
            if role := _role(tag, attributes):
                part = _Part(node, role, found.letters, found.linked, found.notes_found)
                open_parts.append(part)
        else:
            links -= tag == "a"
            if open_parts and open_parts[-1].node.mem_id == node.mem_id:
                part = open_parts.pop()
                part.letters = found.letters - part.letters
                part.linked = found.linked - part.linked
                part.notes = found.notes_found - part.notes
                found.parts.append(part)


def _role(tag: str, attributes: Mapping[str, str | None]) -> str:
    """What an element says that it is, empty where it says nothing."""
    role = (attributes.get("role") or "").lower()
    classes = attributes.get("class") or ""
    identity = (attributes.get("id") or "")[:_LONGEST_NAME]
    if tag == "main" or role == "main":
        return "main"
    if tag in {"nav", "footer", "dialog"} or role in _ROLES:
        return "furniture"
    if tag in {"aside", "header"}:
        return tag
    label = f"{attributes.get('aria-label') or ''} {attributes.get('itemtype') or ''}"
    if (
        _is_furniture_name(classes)
        or _FURNITURE_NAME.fullmatch("#" + identity)
        or _FURNITURE_LABEL.search(label)
    ):
        return "furniture"
    if tag in {"article", "form"}:
        return tag
    return "named" if _is_content_name(classes) or _CONTENT_NAME.fullmatch(identity) else ""


@lru_cache(maxsize=4096)
def _is_furniture_name(classes: str) -> bool:
    return any(_FURNITURE_NAME.fullmatch(name[:_LONGEST_NAME]) for name in classes.split())


@lru_cache(maxsize=4096)
def _is_content_name(classes: str) -> bool:
    return any(_CONTENT_NAME.fullmatch(name[:_LONGEST_NAME]) for name in classes.split())


def _is_furniture(part: _Part, found: _Survey, *, root_is_body: bool) -> bool:
    """Whether a part is left out: not if it holds notes, nor most of the page's words."""
    few = 0 if part.role == "form" else _FEW  # some sites put whole pages into a form
    if part.notes or part.role in _LEAST_SHARE or part.prose > max(few, found.prose / 2):
        return False
    if part.role in {"furniture", "form"}:
        return True
    has_menu = part.node.css_first("nav, form, input") is not None or part.linked > part.prose
    if part.role == "aside":
        return root_is_body or has_menu
    title = part.node.css_first("h1")
    if title is not None and title.text().strip() and title.css_first("a") is None:
        return False
    parent = part.node.parent
    in_article = parent is not None and parent.tag in {"article", "main", "section"}
    return root_is_body and has_menu and not in_article


def _look_for_notes(
    node: "LexborNode", attributes: Mapping[str, str | None], found: _Survey
) -> None:
    """Remember the places of the page, and the notes further down that marks link to."""
    tag = node.tag
    for name in {attributes.get("id"), attributes.get("name") if tag == "a" else None}:
        if name and name not in found.ids:
            found.ids.add(name)
            found.notes_found += name in found.notes
    fragment = fragment_of(attributes.get("href"))
    if tag != "a" or not fragment or fragment in found.ids:
        return
    mark = MARK.match(node.text().strip())
    if mark is None:
        return
    parent = node.parent
    around = {node.first_child.tag if node.first_child else "", parent.tag if parent else ""}
    hints = " ".join(str(attributes.get(key)) for key in ("href", "class", "role", "epub:type"))
    if mark["series"] or mark["open"] in {"[", "［"} or "sup" in around or _NOTE_HINT.search(hints):
        series = {"註": "注", "＊": "*"}.get(mark["series"], mark["series"] or "")
        note = (series, int(mark["number"]))
        if found.notes.setdefault(fragment, note) != note:
            found.shared.add(fragment)


def is_label_for_the_ear(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element is there for screen readers only."""
    return any(map(_LABEL_FOR_THE_EAR.fullmatch, (attributes.get("class") or "").split()))


def fragment_of(address: str | None) -> str:
    """The place of the same page that an address leads to, empty where it leads elsewhere."""
    return unquote(address[1:]) if address and address.startswith("#") else ""
