"""Security headers of every response."""

from flask import Flask, Response, current_app, request

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)


def harden(response: Response) -> Response:
    """Security headers; an address that holds a token stays out of search engines."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
    if current_app.extensions["verifier"].settings.behind_tls:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if "token" in (request.view_args or {}):
        headers["X-Robots-Tag"] = "noindex"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "Cookie, Accept-Language")
    return response


def install(app: Flask) -> None:
    """Harden every response; to be installed before `transactions`, so that it runs after the commit."""
    app.after_request(harden)
