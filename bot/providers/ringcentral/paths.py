"""Paths that more than one client of RingCentral uses."""

from __future__ import annotations

EXTENSION = "/restapi/v1.0/account/~/extension/~"
DIRECTORY = "/restapi/v1.0/account/~/directory/entries"
WEBINARS = "/webinar/configuration/v1/webinars"
COMPANY_SESSIONS = "/webinar/configuration/v1/company/sessions"
