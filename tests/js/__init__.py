"""Unit tests of the modules in static/js, each in Debian's Chromium under the app's Content-Security-Policy."""
