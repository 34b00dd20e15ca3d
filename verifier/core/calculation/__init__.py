"""Quantities and units, emission factors, calculation methods, results, conservative estimates."""
