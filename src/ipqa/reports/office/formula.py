"""A formula of an Office file on one line: a fraction as (a)/(b), a power as x^2, an index as x_i."""

from ipqa.reports.office.xml import Element, child, name_of

_JOINS = {
    "m:f": ("m:num", "/", "m:den"),
    "m:sSup": ("m:e", "^", "m:sup"),
    "m:sSub": ("m:e", "_", "m:sub"),
}


def formula_text(element: Element) -> str:
    """The text of a formula, or of a part of one."""
    name = name_of(element)
    if name == "m:t":
        return element.text or ""
    if name == "m:rad":
        return f"√{_grouped(child(element, 'm:e'))}"
    if name in _JOINS:
        first, sign, second = _JOINS[name]
        return f"{_grouped(child(element, first))}{sign}{_grouped(child(element, second))}"
    return "".join(formula_text(inner) for inner in element)


def _grouped(element: Element | None) -> str:
    """A part of a formula, in brackets where it has parts of its own."""
    text = formula_text(element).strip() if element is not None else ""
    single = text.isalnum() or (
        text.startswith("(") and text.endswith(")") and text.count("(") == 1
    )
    return text if single else f"({text})"
