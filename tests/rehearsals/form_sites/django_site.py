"""Owns a Django site: one form as Django draws it, the same drawn by crispy-forms with Bootstrap."""

from __future__ import annotations

from typing import Any

import django
from django import forms
from django.conf import settings

TEMPLATE = "{% load crispy_forms_tags %}<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>"
PLAIN = TEMPLATE + "<form method=post>{% csrf_token %}{{ form.as_p }}<button>Apply</button></form>"
CRISPY = TEMPLATE + "<form method=post>{% csrf_token %}{{ form|crispy }}<button>Apply</button></form>"
SAID = "We cannot write to that address"

settings.configure(
    SECRET_KEY="for tests alone",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "crispy_forms", "crispy_bootstrap5"],
    CRISPY_TEMPLATE_PACK="bootstrap5",
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402


class Application(forms.Form):
    """Who applies, and for what."""

    name = forms.CharField(label="Your name", max_length=80)
    email = forms.EmailField(label="E-mail")
    kind = forms.ChoiceField(label="Kind", choices=[("f", "Fence"), ("s", "Shed")])
    paper = forms.FileField(label="Drawing")


class Shut(Application):
    """The same, from nobody."""

    def clean_email(self) -> str:
        """No address will do."""
        raise forms.ValidationError(SAID)


def page(template: str, kind: type[forms.Form]) -> Any:
    """A view of a form drawn by ``template``."""
    drawn = engines["django"].from_string(template.replace("<form method=post>", FORM))

    def view(request: Any) -> Any:
        form = kind(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect("thanks")
        return HttpResponse(drawn.render({"form": form, "title": "Apply"}, request))

    return view


FORM = '<form method="post" enctype="multipart/form-data" novalidate>'
urlpatterns = [
    path("plain/open", page(PLAIN, Application)),
    path("plain/shut", page(PLAIN, Shut)),
    path("crispy/open", page(CRISPY, Application)),
    path("crispy/shut", page(CRISPY, Shut)),
    path("<str:_>/thanks", lambda request, _: HttpResponse("<h1>Thank you</h1>")),
]
site = get_wsgi_application()
