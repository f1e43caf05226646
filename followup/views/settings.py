"""After how many hours silence becomes a task; the owner says so."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import own_shop_of, reader
from followup.forms import SettingsForm
from followup.models import DeskSettings


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    shop = own_shop_of(reader(request))
    if shop is None:
        raise Http404
    stored = DeskSettings.objects.filter(provider=shop).first() or DeskSettings(provider=shop)
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=stored)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "followup/settings.html", {"form": form}, status=status)
    form.save()
    messages.success(request, _("Saved"))
    return redirect("followup:settings")
