"""`fold` in the database: for columns that are searched rarely, or keep a folded copy of themselves."""

from typing import Any

from django.db.models import Func, TextField

from marketplace.common.text import DROPPED, replaced_by_fold

_JOINERS = "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"


class Folded(Func):
    """A text column so that `contains` finds every word of `fold(search).split()` in it.

    Like `fold`, but punctuation stays (no folded word holds any), and so do ß and typing variants of Thai
    marks. No index helps, and a row takes some 30 µs: narrow by other columns first, or keep the text in a
    GeneratedField. When `fold` changes, a migration has to make such columns anew.
    """

    output_field = TextField()
    template = (
        "replace(translate(regexp_replace(normalize(lower(normalize(%(expressions)s, NFKD)), NFKD),"
        " %%s, '', 'g'), %%s, %%s), %%s, %%s)"
    )

    def as_sql(self, *args: Any, **context: Any) -> tuple[str, Any]:
        sql, values = super().as_sql(*args, **context)
        replaced, by = replaced_by_fold()
        return sql, (*values, f"{DROPPED.pattern}|{_JOINERS}", replaced, by, "\u0e4d\u0e32", "\u0e33")
