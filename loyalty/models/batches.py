"""Uploaded files: what each row asked for and what came of it."""

from typing import Any

from django.core.files import File
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.enums import BatchDeed, BatchKind, BatchStatus, RowStatus
from loyalty.models.ledger import LedgerEntry
from loyalty.models.members import Member


class Batch(models.Model):
    """Rows are checked first; nothing is changed until somebody presses Run. The counts add up once a file
    was checked: rows = ready + done + skipped + errors + undone."""

    kind = models.CharField(_("kind"), max_length=10, choices=BatchKind.choices)
    status = models.CharField(
        _("status"), max_length=10, choices=BatchStatus.choices, default=BatchStatus.UPLOADED
    )
    file = models.FileField(_("file"), upload_to="batches/", blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    # SHA-256 of the content: the same file a second time is recognised.
    digest = models.CharField(max_length=64, editable=False)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    # Our field → the file's heading, and the headings as they stand.
    headings: Any = models.JSONField(default=list, blank=True, editable=False)
    columns: Any = models.JSONField(default=dict, blank=True, editable=False)
    # The first rows as they were read, for who chooses the columns; goes with the file.
    sample: Any = models.JSONField(null=True, blank=True, editable=False)
    # What was chosen beside the columns, by the names of loyalty.domain.batches.uploading.Options.
    options: Any = models.JSONField(default=dict, blank=True, editable=False)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_ready = models.PositiveIntegerField(_("ready"), default=0)
    rows_done = models.PositiveIntegerField(_("done"), default=0)
    rows_skipped = models.PositiveIntegerField(_("skipped"), default=0)
    rows_error = models.PositiveIntegerField(_("errors"), default=0)
    rows_undone = models.PositiveIntegerField(_("undone"), default=0)
    # How much of the file was read while it is checked: hundredths.
    percent = models.PositiveSmallIntegerField(default=0, editable=False)
    points_added = models.BigIntegerField(_("points added"), default=0)
    points_taken = models.BigIntegerField(_("points deducted"), default=0)
    # Why a file could not be read at all, or a run stopped; a sentence's code and its parts.
    problem: Any = models.JSONField(null=True, blank=True, editable=False)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        User, verbose_name=_("approved by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_by = models.ForeignKey(
        User, verbose_name=_("undone by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # At what it was stopped or broke off.
    halted = models.CharField(
        max_length=10,
        choices=BatchStatus.choices,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    undo_approved_by = models.ForeignKey(
        User,
        verbose_name=_("undo approved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    # Which worker has it. It touches `beat_at` while it works: one that stands still is taken up by another.
    claim = models.UUIDField(null=True, editable=False)
    beat_at = models.DateTimeField(null=True, editable=False)
    # Workers that took it up since it last got further.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["digest", "kind"], name="batch_same_file"),
            models.Index(fields=["kind", "-id"], name="batch_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"

    @property
    def is_halted(self) -> bool:
        """Stopped or failed with something changed already: it can go on where it was."""
        stands = self.status in (BatchStatus.STOPPED, BatchStatus.FAILED)
        return stands and self.halted in (BatchStatus.RUNNING, BatchStatus.UNDOING)

    @property
    def is_unchecked(self) -> bool:
        """Stopped or failed before anything was changed."""
        return self.status in (BatchStatus.STOPPED, BatchStatus.FAILED) and not self.is_halted

    def open_file(self) -> "File[bytes]":
        """Raises FileNotFoundError when its time was over (loyalty.domain.batches.tidying)."""
        if not self.file:
            raise FileNotFoundError
        return self.file.open("rb")


class BatchAction(models.Model):
    """Who did what with a batch, after who uploaded it."""

    batch = models.ForeignKey(
        Batch, verbose_name=_("batch"), on_delete=models.CASCADE, related_name="actions"
    )
    deed = models.CharField(_("what"), max_length=10, choices=BatchDeed.choices)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("action on a batch")
        verbose_name_plural = _("actions on batches")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.get_deed_display()}"


class BatchRow(models.Model):
    """`number` is the row's place as a spreadsheet shows it: the first below the headings is 2.

    Member and entry have no foreign key in the database: it would be asked for a million times. Entries
    cannot go away, by the ledger's trigger; members can by the undoing of the import that made them, and
    whoever carries out rows asks for that.
    """

    batch = models.ForeignKey(
        Batch, verbose_name=_("batch"), on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField(_("row"))
    status = models.CharField(_("status"), max_length=8, choices=RowStatus.choices)
    # The cells as they stood in the file, in the order of its headings.
    cells: Any = models.JSONField(default=list, editable=False)
    # What was read from them: for an adjustment the member's key, points and reference.
    key = models.CharField(max_length=40, blank=True, default="", editable=False)
    points = models.BigIntegerField(_("points"), null=True, blank=True)
    # As it will stand in the ledger: the file's own, or one made of the batch and the row.
    reference = models.CharField(_("reference"), max_length=120, blank=True, default="")
    note = models.CharField(_("reason"), max_length=300, blank=True, default="")
    problem = models.CharField(_("problem"), max_length=40, blank=True, default="")
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    entry = models.ForeignKey(
        LedgerEntry,
        verbose_name=_("ledger entry"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # What an import found before it wrote, for undoing exactly.
    before: Any = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_row_once")]
        indexes = [
            models.Index(
                fields=["batch", "number"], condition=models.Q(status=RowStatus.ERROR), name="batch_row_error"
            ),
            models.Index(
                fields=["batch", "number"], condition=~models.Q(problem=""), name="batch_row_remark"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"
