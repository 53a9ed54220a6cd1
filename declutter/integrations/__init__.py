"""Thin adapters to the libraries that scraped news goes through; one module a host, named after it, imported only when used."""
