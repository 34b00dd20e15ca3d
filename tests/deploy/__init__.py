"""Tests of how an installation is put up."""
