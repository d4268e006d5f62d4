"""Loaded once by the parent that the mortal processes are forked from: importing this module loads all of Handrail."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "welfare.settings")
django.setup()

import requests  # noqa: E402, F401
import uvicorn  # noqa: E402, F401

import alerts.engine  # noqa: E402, F401
import welfare.urls  # noqa: E402, F401
