"""Small pieces of every page."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from marketplace.common.calendars import localize_digits

register = template.Library()

_AVATAR_TONES = 6


@cache
def _sprite() -> str:
    # A page has a hundred symbols; the address stays the same as long as the process runs.
    return static("brand/icons.svg")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A symbol of the sprite. Decoration only: the words beside it are what is read out."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        _sprite(),
        name,
    )


@register.simple_tag
def avatar(name: str, key: int | str = "", css: str = "") -> SafeString:
    """A coloured disc with the first letter of a name; decoration only.

    Thai writes the vowels เ แ โ ใ ไ before the consonant that begins the name: they do not stand alone.
    """
    letter = next((c for c in name if c.isalnum() and not "เ" <= c <= "ไ"), "?").upper()
    tone = (sum(map(ord, f"{name}{key}"))) % _AVATAR_TONES
    return format_html('<span class="avatar tone-{} {}" aria-hidden="true">{}</span>', tone, css, letter)


@register.filter
def unread_label(count: int) -> str:
    """A badge stays small: "99+" above 99; in the reader's digits."""
    return localize_digits("99+" if int(count) > 99 else str(count), get_language() or "en")


@register.simple_tag(takes_context=True)
def active(context: template.Context, *view_names: str) -> SafeString:
    """`aria-current="page"` when the page's view is one of `view_names` (or in a named namespace)."""
    match = getattr(context.get("request"), "resolver_match", None)
    names = {match.view_name, f"{match.namespace}:*"} if match else set()
    return SafeString('aria-current="page"') if names & set(view_names) else SafeString("")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The page's query string with `changes`; an empty value drops its key."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            params.pop(key, None)
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}" if params else "?"
