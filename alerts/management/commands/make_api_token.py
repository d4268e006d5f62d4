"""`manage.py make_api_token`: make a token for another system and print its secret, once."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from alerts.api import tokens
from alerts.api.scopes import SCOPES
from alerts.models import Agency, Contact
from zones.models import Site


class Command(BaseCommand):
    help = "Make a token for the API and print its secret, which is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the system that will use it")
        parser.add_argument("--scope", action="append", required=True, choices=list(SCOPES), help="what it may do")
        parser.add_argument("--site", action="append", default=[], help="a site's name; without it every site")
        parser.add_argument("--agency", help="an agency's name; it then sees only what its people see")
        parser.add_argument("--contact", help="the contact's name in whose name it acts")
        parser.add_argument("--days", type=int, default=90, help="until it expires (90)")

    def handle(self, *args: Any, **options: Any) -> None:
        sites = [self._one(Site, name) for name in options["site"]]
        contact = self._one(Contact, options["contact"]) if options["contact"] else None
        agency = self._one(Agency, options["agency"]) if options["agency"] else None
        try:
            made = tokens.make(
                options["name"],
                options["scope"],
                by="manage.py make_api_token",
                days=options["days"],
                sites=sites,
                agency=agency,
                contact=contact,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stderr.write(f"{made.token}, until {made.token.expires_at:%F}. Keep it: it is not shown again.")
        self.stdout.write(made.secret)

    @staticmethod
    def _one(model: Any, name: str) -> Any:
        found = list(model.objects.filter(name=name)[:2])
        if len(found) != 1:
            words = "none" if not found else "more than one"
            raise CommandError(f'{model._meta.verbose_name} "{name}": there is {words} of this name')
        return found[0]
