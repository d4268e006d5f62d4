#!/usr/bin/env python
"""Run a Handrail command: `manage.py help` lists them."""

import os
import secrets
import sys

# These sign no session and ask no database: they work with no settings.
WITHOUT_SETTINGS = ("analyse", "bench", "chaos", "evaluate", "make_signing_key", "scenarios", "track", "verify_pack")
IN_A_SANDBOX = (["chaos", "escalation"], ["bench", "pages"], ["bench", "console"])

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "welfare.settings")
    if sys.argv[1:2] == ["demo"]:  # the demo brings its own database, so it comes before the settings
        from welfare.demo.environment import enter_or_exit

        enter_or_exit(sys.argv[2:])
    elif sys.argv[1:3] in IN_A_SANDBOX and not {"-h", "--help"} & set(sys.argv):
        from welfare.evaluation.sandbox import enter  # what breaks things does it to a world of its own

        enter()
    elif sys.argv[1:2] and sys.argv[1] in WITHOUT_SETTINGS:
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    elif "SECRET_KEY" not in os.environ:
        from welfare.demo.environment import join

        join()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
