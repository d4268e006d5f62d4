from django.urls import path

from alerts.api import describing, token_pages
from alerts.api.problems import unknown
from alerts.api.service import API

urlpatterns = [
    path("api-tokens/", token_pages.tokens_page, name="api-tokens"),
    path("api-tokens/<int:number>/revoke/", token_pages.revoke, name="revoke-api-token"),
    path("api/", describing.describe, name="api"),
    path("api/", API.urls),
    path("api/<path:rest>", unknown, name="api-unknown"),
]
