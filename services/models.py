"""What is for sale."""

from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from marketplace.common.text import fold
from services.enums import ServiceKind


class Category(models.Model):
    """A shelf of the market, named in every language of the site."""

    slug = models.SlugField(_("name in the address"), unique=True)
    icon = models.CharField(
        _("icon"), max_length=40, help_text=_("Name of a symbol in static/brand/icons.svg")
    )
    name_en = models.CharField(_("name in English"), max_length=60)
    name_th = models.CharField(_("name in Thai"), max_length=60)
    name_fa = models.CharField(_("name in Persian"), max_length=60)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(getattr(self, f"name_{(translation.get_language() or 'en')[:2]}", self.name_en))

    @property
    def folded_names(self) -> str:
        """Its names in every language, as the search compares text."""
        return "\n".join(fold(name) for name in (self.name_en, self.name_th, self.name_fa, self.name_vi))

    def get_absolute_url(self) -> str:
        return reverse("services:category", args=[self.slug])


class ServiceQuerySet(models.QuerySet["Service"]):
    def public(self) -> "ServiceQuerySet":
        """On the site: the provider lists it, the operator did not take it off or suspend the shop."""
        return self.filter(is_public=True, provider__is_suspended=False)

    def managed_by(self, user: User | AnonymousUser) -> "ServiceQuerySet":
        """Those of the shops in which `user` works, on the site or not."""
        return self.filter(provider__members__user=user) if isinstance(user, User) else self.none()

    def of_provider(self, provider: Provider) -> "ServiceQuerySet":
        return self.filter(provider=provider)


class Service(models.Model):
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="services"
    )
    category = models.ForeignKey(Category, verbose_name=_("Category"), on_delete=models.PROTECT)
    title = models.CharField(_("Title"), max_length=120)
    description = models.TextField(_("Description"), max_length=5000)
    price = models.DecimalField(
        _("Price"),
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("Length in minutes"),
        validators=[MinValueValidator(5), MaxValueValidator(24 * 60)],
    )
    kind = models.CharField(_("Kind of service"), max_length=12, choices=ServiceKind.choices)
    photo = models.ImageField(_("Photo"), upload_to="services/")
    thumbnail = models.ImageField(upload_to="services/", editable=False)
    is_listed = models.BooleanField(_("listed by the provider"), default=True)
    unlisted_reason = models.TextField(_("taken off by the operator because"), blank=True)
    # One column that lists filter and index by; kept by services.domain alone.
    is_public = models.BooleanField(_("on the site"), default=True, editable=False)
    search_text = models.TextField(editable=False, default="")
    search_vector = SearchVectorField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes = [
            # One keyset index for each sort order, with and without a category and a kind. The price at the
            # end lets a price range be checked without reading the rows.
            models.Index(fields=["is_public", "-id", "price"], name="service_newest"),
            models.Index(fields=["is_public", "price", "-id"], name="service_price"),
            models.Index(fields=["is_public", "category", "-id", "price"], name="service_category_newest"),
            models.Index(fields=["is_public", "category", "price", "-id"], name="service_category_price"),
            models.Index(fields=["is_public", "kind", "-id", "price"], name="service_kind_newest"),
            models.Index(fields=["is_public", "kind", "price", "-id"], name="service_kind_price"),
            models.Index(
                fields=["is_public", "category", "kind", "-id", "price"],
                name="service_category_kind_newest",
            ),
            models.Index(
                fields=["is_public", "category", "kind", "price", "-id"],
                name="service_category_kind_price",
            ),
            GinIndex(fields=["search_vector"], name="service_search", fastupdate=False),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gt=0), name="service_price_positive"),
            models.CheckConstraint(
                condition=models.Q(is_public=False) | models.Q(is_listed=True, unlisted_reason=""),
                name="service_public_only_when_listed",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("services:detail", args=[self.pk])

    @property
    def photo_url(self) -> str:
        return f"{settings.MEDIA_URL}{self.photo.name}" if self.photo else ""

    @property
    def thumbnail_url(self) -> str:
        return f"{settings.MEDIA_URL}{self.thumbnail.name}" if self.thumbnail else ""


class SearchWord(models.Model):
    """The words that titles are made of: a typing slip is mended against these, not against rows."""

    word = models.CharField(_("word"), max_length=40, primary_key=True)

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        indexes = [GinIndex(fields=["word"], name="searchword_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word
