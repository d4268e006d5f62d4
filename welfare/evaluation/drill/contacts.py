"""Whether a drill's contact can be paged at all, asked before it begins."""

from alerts.drills import contact_fault

__all__ = ["contact_fault"]
