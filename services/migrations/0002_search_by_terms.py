"""Beginnings, filters and places in time as terms of the search index (see services.queries.terms)."""

from django.db import migrations, models

# Like services.domain, but for this: what of a description also stands in the title counts as the title's.
STORE_TERMS = """
UPDATE services_service SET search_vector = array_to_tsvector(ARRAY(
    SELECT left(word, size)
    FROM unnest(tsvector_to_array(search_vector)) word,
        generate_series(
            CASE WHEN position(word IN search_text) > 0 THEN 1
                ELSE greatest(least(2, length(word)), length(word) - 2) END,
            length(word)
        ) size
    UNION SELECT unnest(ARRAY[
        'c:' || category_id,
        'k:' || kind,
        'p:' || length(trunc(price)::text),
        'p:' || length(trunc(price)::text) || ':' || left(trunc(price)::text, 1),
        'n:' || (id >> 13),
        'f:' || (id >> 16)
    ])
)) WHERE search_vector IS NOT NULL
"""
# The beginnings stay: a search for prefixes finds by them just what it found by the whole words.
DROP_TERMS = """
UPDATE services_service SET search_vector = array_to_tsvector(ARRAY(
    SELECT word FROM unnest(tsvector_to_array(search_vector)) word WHERE position(':' IN word) = 0
)) WHERE search_vector IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial")]

    operations = [
        migrations.RemoveIndex(
            model_name="service",
            name="service_newest",
        ),
        migrations.RemoveIndex(
            model_name="service",
            name="service_category_newest",
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["is_public", "-id", "price"], name="service_newest"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                fields=["is_public", "category", "-id", "price"], name="service_category_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["is_public", "kind", "-id", "price"], name="service_kind_newest"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(fields=["is_public", "kind", "price", "-id"], name="service_kind_price"),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                fields=["is_public", "category", "kind", "-id", "price"], name="service_category_kind_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                fields=["is_public", "category", "kind", "price", "-id"], name="service_category_kind_price"
            ),
        ),
        migrations.RunSQL(STORE_TERMS, DROP_TERMS),
    ]
