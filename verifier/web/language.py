"""Which language and time zone a page is in."""

from flask import current_app, g, request, session
from flask_babel import get_locale

from verifier.web.session import signed_in_user

LANGUAGES = ("en", "zh")


def select_locale() -> str:
    """The person's choice, else this browser's choice, else what the browser asks for."""
    user = signed_in_user()
    chosen = (user.language if user else None) or session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    wanted = [tag.split("-")[0].lower() for tag in request.accept_languages.values()]
    return next((tag for tag in wanted if tag in LANGUAGES), str(current_app.config["BABEL_DEFAULT_LOCALE"]))


def select_timezone() -> str:
    """The programme's time zone where the page is about one, else Beijing's."""
    return str(g.get("time_zone", "Asia/Shanghai"))


def language() -> str:
    """'en' or 'zh', as the page is being rendered."""
    locale = get_locale()
    return "zh" if locale is not None and locale.language == "zh" else "en"
