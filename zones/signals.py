"""What `zones` tells whoever wants to know; `alerts` writes it to the audit chain."""

from django.dispatch import Signal

picture_saved = Signal()
"""Sent in the transaction of a save, with `version`, a zones.models.PictureVersion."""
camera_saved = Signal()
"""Sent in the transaction of a save, with `camera`, `by` and `changes`, names of fields; never a password."""
judged = Signal()
"""Sent in the transaction, with `by`, `action` and `detail`: what somebody decided about the score of a zone."""
