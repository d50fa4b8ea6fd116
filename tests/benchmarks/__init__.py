"""Tests of what measures the laboratory against others."""
