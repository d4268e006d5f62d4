"""What a token may do, one scope each."""

SITES, ZONES, HEALTH = "sites:read", "zones:read", "health:read"
READ, ACKNOWLEDGE = "incidents:read", "incidents:acknowledge"
NOTE, CLOSE = "incidents:note", "incidents:close"

SCOPES = {
    SITES: "read sites and cameras",
    ZONES: "read zones and their drawings",
    READ: "read incidents",
    ACKNOWLEDGE: "take an incident on in a person's name",
    NOTE: "add a note to an incident",
    CLOSE: "close an incident in a person's name",
    HEALTH: "read whether paging is on time",
}
ACTS = frozenset((ACKNOWLEDGE, NOTE, CLOSE))
"""Scopes that change an incident: their token names the contact in whose name it does."""
