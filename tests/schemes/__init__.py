"""Tests of the language of schemes and of the catalogue."""
