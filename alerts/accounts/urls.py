"""Logging in and the account, from django-allauth: no sign-up, nothing by e-mail; then people and what is shared."""

from allauth.account import views as account
from django.urls import include, path, re_path

from alerts.accounts import views, wall_pages

urlpatterns = [
    path("log-in/", account.login, name="account_login"),
    path("log-out/", account.logout, name="account_logout"),
    path("account/", views.account, name="account"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/first/", account.password_set, name="account_set_password"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    re_path(
        r"^account/new-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/new-password/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/second-step/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/sso/refused/", views.refused, name="socialaccount_login_cancelled"),
    path("people/", views.people, name="people"),
    path("people/add/", views.add, name="person-add"),
    path("people/<int:number>/", views.person, name="person"),
    path("people/<int:number>/give/", views.give, name="role-give"),
    path("people/<int:number>/link/", views.link, name="person-link"),
    path("people/<int:number>/close/", views.close, name="person-close"),
    path("people/roles/<int:number>/take/", views.take, name="role-take"),
    path("shared/", views.shared, name="shared"),
    path("shared/<int:number>/", views.shared_incident, name="shared-incident"),
    path("wall-screens/", wall_pages.screens, name="wall-screens"),
    path("wall-screens/<int:number>/revoke/", wall_pages.revoke, name="revoke-wall-screen"),
    path("wall/<str:secret>/", wall_pages.open_link, name="open-wall-screen"),
]
