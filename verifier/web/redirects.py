"""Post/redirect/get: addresses to return to after a refused form, so that it is never resent."""

from flask import request, url_for

from verifier.web import sanity


def came_from() -> str:
    """The page the request came from if it is on this site, else the start page."""
    origin = sanity.split(request.referrer)
    if origin.netloc == request.host and origin.path:
        return sanity.local_path(origin.path + (f"?{origin.query}" if origin.query else ""))
    return url_for("casework.home")


def this_page() -> str:
    """The address that shows this page again: its own, or, where that one only takes a form, the page the form was on."""
    rule = request.url_rule
    if request.method == "POST" and (rule is None or "GET" not in (rule.methods or ())):
        return came_from()
    return sanity.local_path(request.full_path.rstrip("?"))
