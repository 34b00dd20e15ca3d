"""Where a page is found again: a form that was refused is left and come back to by its address, never by sending it anew."""

from flask import request, url_for

from verifier.web import sanity


def came_from() -> str:
    """The page of ours that the person was on, else the start page."""
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
